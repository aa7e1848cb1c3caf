"""Write captions for labels with many different wordings.

Words without a claim ("a photo of", "nice", "for women") are added, so that the text tower learns
to ignore them.
"""

import random
from collections.abc import Iterator, Mapping, Sequence

from training.mini.labels import Caption, PhotoLabels
from training.mini.words import KINDS, LEADS, MODIFIERS, NOISE, TAILS, plural

# How often a caption names a field whose value is known.
FIELD_CHANCES: Mapping[str, float] = {"kind": 0.85, "colour": 0.6, "pattern": 0.5, "sleeve": 0.35}
DEFAULT_CHANCE = 0.2
NOISE_SHARE = 0.25
PLURAL_SHARE = 0.25
# The usual order of modifiers: "long sleeve red striped v neck wrap dress".
ORDER = ("fit", "sleeve", "length", "shade", "colour", "pattern", "neckline", "cut")


def write_caption(labels: PhotoLabels, rng: random.Random) -> Caption:
    """Return a caption with some of the true tags of a photo, in random words."""
    claims = _choose(labels, rng)
    kinds = [claim for claim in claims if claim.startswith("kind:")]
    return word_claims(kinds[0] if kinds else None, [c for c in claims if c not in kinds], rng)


def word_claims(kind: str | None, others: Sequence[str], rng: random.Random) -> Caption:
    """Return a caption for tags, such as "long sleeve red dress with floral print"."""
    before: list[str] = []
    after: list[str] = []
    for claim in _ordered(others, rng):
        tails, heads = TAILS.get(claim, ()), MODIFIERS.get(claim, ())
        use_tail = bool(tails) and (not heads or rng.random() < 0.3)
        (after if use_tail else before).append(rng.choice(tails if use_tail else heads))
    words = [*before, _noun(kind, rng), *_joined(after, rng)]
    text = _with_noise(" ".join(words), rng)
    return Caption(text, (*([kind] if kind else []), *others))


def word_plainly(tags: Sequence[str]) -> str:
    """Return the plainest words for tags: "long sleeve red dress"."""
    ranks = {field: rank for rank, field in enumerate((*ORDER, "kind"))}
    ordered = sorted(tags, key=lambda tag: ranks.get(tag.split(":", 1)[0], -1))
    return " ".join((KINDS.get(tag) or MODIFIERS.get(tag) or TAILS[tag])[0] for tag in ordered)


def write_prompts(tags: Sequence[str], rng: random.Random) -> list[Caption]:
    """Return a prompt for each single tag."""
    return [
        word_claims(tag, [], rng) if tag in KINDS else word_claims(None, [tag], rng) for tag in tags
    ]


def list_words() -> Iterator[str]:
    """Yield every word that a caption can contain."""
    groups = (KINDS.values(), MODIFIERS.values(), TAILS.values(), NOISE.values())
    phrases = [phrase for group in groups for values in group for phrase in values]
    plurals = [
        plural(noun)
        for group in (KINDS.values(), [NOISE["nouns"]])
        for ws in group
        for noun in ws
        if noun
    ]
    for phrase in [*phrases, *plurals, *LEADS, "and"]:
        yield from phrase.split()


def _ordered(claims: Sequence[str], rng: random.Random) -> list[str]:
    if rng.random() < 0.2:
        return rng.sample(list(claims), len(claims))
    ranks = {field: rank for rank, field in enumerate(ORDER)}
    return sorted(claims, key=lambda claim: ranks.get(claim.split(":", 1)[0], len(ORDER)))


def _noun(kind: str | None, rng: random.Random) -> str:
    noun = rng.choice(KINDS[kind] if kind else NOISE["nouns"])
    return plural(noun) if noun and rng.random() < PLURAL_SHARE else noun


def _choose(labels: PhotoLabels, rng: random.Random) -> list[str]:
    """Choose at least one true tag, and at most one of each field."""
    chosen: list[str] = []
    fields = sorted({tag.split(":", 1)[0] for tag in labels.true})
    for field in fields:
        tags = [tag for tag in (f"{field}:{value}" for value in labels.of(field)) if has_words(tag)]
        if tags and rng.random() < FIELD_CHANCES.get(field, DEFAULT_CHANCE):
            chosen.append(rng.choice(tags))
    if chosen:
        return chosen
    return [rng.choice([tag for tag in sorted(labels.true) if has_words(tag)])]


def has_words(tag: str) -> bool:
    """Return whether there are words for this tag."""
    return tag in KINDS or tag in MODIFIERS or tag in TAILS


def _joined(tails: list[str], rng: random.Random) -> list[str]:
    """Join tails with "and", half of the time without the second "with"."""
    if len(tails) < 2:
        return tails
    rest = [tail.removeprefix("with ") if rng.random() < 0.5 else tail for tail in tails[1:]]
    return [tails[0], *(f"and {tail}" for tail in rest)]


def _with_noise(text: str, rng: random.Random) -> str:
    if rng.random() < NOISE_SHARE:
        text = f"{rng.choice(NOISE['praise'])} {text}"
    if rng.random() < NOISE_SHARE:
        text = f"{text} {rng.choice(NOISE['uses'])}"
    return " ".join(f"{rng.choice(LEADS)} {text}".split())
