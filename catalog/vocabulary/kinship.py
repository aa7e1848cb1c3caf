"""The kinds of garment that a text names, and whether kinds contradict each other."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.languages.translation import translate
from catalog.vocabulary.words import plain, read_toml

MAX_PHRASE_WORDS = 4
_TABLES = read_toml("kinship")
_WORD = re.compile(r"[a-z]+|[,/&]")
# Words that begin something else: "denim shirt with hood", "shoes for a dress".
_ENDS = frozenset({
    "with", "without", "for", "in", "on", "under", "over", "by", "from", "like", "to", "that",
    "which", "who", "not", "no", "of", "at",
})  # fmt: skip
_BETWEEN = frozenset({",", "/", "&", "and", "or", "plus"})


def contradict(wanted: Collection[str], known: Collection[str]) -> bool:
    """Return whether none of the known kinds is a wanted one; false where either is empty."""
    if not wanted or not known:
        return False
    return not any(one == other or other in _KIN[one] for one in wanted for other in known)


@lru_cache(maxsize=4096)
def find_kinds(text: str) -> frozenset[str]:
    """Return the kinds that a prompt, a category or a product's name names, in English.

    "Shirt dress with a belt" is a dress, "shirts & blouses" are both. The first part of the text
    that names a kind counts.
    """
    for part in _split(_WORD.findall(text.lower().replace("'", "")), _ENDS):
        things = _split(part, _BETWEEN)
        if kinds := frozenset[str]().union(*(_find_last(words) for words in things)):
            return kinds
    return frozenset()


def find_named_kind(text: str) -> str | None:
    """Return the kind with this name or word, in the singular or the plural; None for other texts.

    None also for a word of several kinds, such as "outerwear".
    """
    kinds = _find_phrase(plain(text))
    return next(iter(kinds)) if len(kinds) == 1 else None


def list_narrower(kind: str) -> tuple[str, ...]:
    """Return a kind and the narrower ones: a denim jacket is a jacket too."""
    return (kind, *_TABLES["wider"].get(kind, ()))


def list_wider(kind: str) -> tuple[str, ...]:
    """Return the wider kinds that a kind is part of."""
    return tuple(wider for wider, kinds in _TABLES["wider"].items() if kind in kinds)


def list_akin(kinds: Collection[str]) -> frozenset[str]:
    """Return these kinds and those that contradict none of them."""
    return frozenset(kinds).union(*(_KIN[kind] for kind in kinds))


def find_known_kinds(
    *, category: str, name: str, garments: Sequence[Mapping[str, Any]]
) -> frozenset[str]:
    """Return the kinds that a product's category and name state, else those seen in its photo.

    They may be in any language. `garments` are those of the photo as tagging stores them.
    """
    stated = find_kinds(read_english_text(category)) | find_kinds(read_english_text(name))
    return stated or _find_sure_kinds(garments)


def read_english_text(text: str) -> str:
    """Return the English text of a name in another language; as it is where it names a kind."""
    return text if find_kinds(text) else translate(text) or text


def _find_sure_kinds(garments: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the kinds of a photo's garments; none unless all are sure."""
    kinds = [garment["kind"] for garment in garments]
    is_sure = all(kind["is_sure"] for kind in kinds)
    return frozenset(kind["value"] for kind in kinds) if is_sure else frozenset()


def _split(words: list[str], separators: frozenset[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word in separators:
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _find_last(words: list[str]) -> frozenset[str]:
    """Return the kinds of the last phrase that names some: what is before it describes them."""
    for last in range(len(words), 0, -1):
        for first in range(max(0, last - MAX_PHRASE_WORDS), last):
            if kinds := _find_phrase(" ".join(words[first:last])):
                return kinds
    return frozenset()


def _find_phrase(phrase: str) -> frozenset[str]:
    for form in (phrase, phrase.removesuffix("es"), phrase.removesuffix("s"), f"{phrase}s"):
        if kinds := _PHRASES.get(form):
            return kinds
    return frozenset()


def _read_phrases() -> Mapping[str, frozenset[str]]:
    """Return the kinds of each phrase: "outerwear" is a jacket or a coat."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for kind in KINDS.values():
        for phrase in (plain(kind.name), *kind.phrases):
            found[phrase].add(kind.name)
    return {phrase: frozenset(kinds) for phrase, kinds in found.items()}


def _read_kin() -> Mapping[str, frozenset[str]]:
    """Return the kinds that do not contradict each kind, in both directions."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for table in _TABLES.values():
        for kind, others in table.items():
            for other in others:
                found[kind].add(other)
                found[other].add(kind)
    return {kind: frozenset(found[kind]) for kind in KINDS}


_PHRASES = _read_phrases()
_KIN = _read_kin()
