"""Write training captions for an encoder of images and texts."""

from collections.abc import Iterator

from demo.garments.cloths import shade_of
from demo.garments.model import Garment
from demo.garments.words import SYNONYMS, is_pair, noun_of, with_article

_TEMPLATES = (
    "{a}", "a photo of {a}", "a product photo of {a}", "{a} on a plain background",
    "picture of {a}", "{bare} for sale", "buy {bare} online", "a close shot of {a}",
)  # fmt: skip


def captions(garment: Garment) -> list[str]:
    """Return distinct captions, from one word to all features; the same garment, the same list.

    Bare phrases come first ("dress", "red", "red dress", …), then the same phrases in sentences,
    whose wording goes by the garment's seed.
    """
    phrases = list(dict.fromkeys(_phrases(garment)))
    sentences = [
        _worded(garment, phrase, _TEMPLATES[(garment.seed + k) % len(_TEMPLATES)])
        for k, phrase in enumerate(phrases)
        if phrase != garment.colour
    ]
    return list(dict.fromkeys(phrases + sentences))


def _worded(garment: Garment, phrase: str, template: str) -> str:
    return template.format(a=with_article(phrase, is_pair=is_pair(garment)), bare=phrase)


def _phrases(garment: Garment) -> Iterator[str]:
    kind, colour, noun = garment.kind, garment.colour, noun_of(garment)
    pattern = "" if garment.pattern == "plain" else garment.pattern
    yield kind
    yield colour
    yield f"{colour} {kind}"
    yield noun
    yield f"{colour} {noun}"
    for word in SYNONYMS[kind]:
        yield word
        yield f"{colour} {word}"
    yield f"{shade_of(garment)} {kind}"
    yield f"{pattern or 'plain'} {kind}"
    yield f"{colour} {pattern or 'plain'} {noun}"
    if garment.accent and pattern:
        yield f"{colour} and {garment.accent} {pattern} {kind}"
    yield from _detailed(garment, noun)


def _detailed(garment: Garment, noun: str) -> Iterator[str]:
    """Yield phrases about sleeves, neckline, fit and length, where the garment has them."""
    kind, colour = garment.kind, garment.colour
    if garment.sleeve:
        sleeve = garment.sleeve if garment.sleeve == "sleeveless" else f"{garment.sleeve}-sleeved"
        yield f"{sleeve} {kind}"
        yield f"{colour} {sleeve} {noun}"
    if garment.neckline:
        yield f"{kind} with a {garment.neckline}".replace("a hooded", "a hood")
    if garment.fit in ("slim", "oversized"):
        yield f"{garment.fit} {colour} {noun}"
    if garment.length and garment.length not in ("full", "mid"):
        yield f"{garment.length} {kind}"
        yield f"{colour} {garment.length} {noun}"
