"""Descriptions of garments: those that a prompt wants, and those that images are known to be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.facts.contradictions import MIN_MAIN_SHARE
from catalog.facts.statements import add_shades, list_named_colours, list_possible_colours
from catalog.vocabulary.kinship import (
    contradict,
    find_kinds,
    find_known_kinds,
    list_narrower,
    read_english_text,
)
from catalog.vocabulary.languages.translation import translate
from catalog.vocabulary.words import MATERIALS, PATTERN_WORDS, find_pattern, plain

# What follows is about something else: "shoes for a red dress", "dress without stripes".
_ELSEWHERE = re.compile(
    r"\b(?:without|for|on|under|over|by|from|like|to|that|which|who|not|no|of|at|but|except)\b"
)
_WITH = re.compile(r"\bwith\b")
# Names of colours that say something else: a white denim jacket, a black-tie dress.
_NO_COLOURS = re.compile(r"\bblack[ -]tie\b|\b(?:" + "|".join(MATERIALS) + r")\b")
# They stand for every pattern: "floral print", "printed shirt".
_ANY_PATTERN = frozenset(("print", "prints", "printed"))


@dataclass(frozen=True, slots=True)
class Description:
    """Kinds, retail colours and patterns; a set is empty where nothing is said or known.

    A prompt's `colours` are all those that a garment of the named colour may have, and `shades`
    those that are surely meant.
    """

    kinds: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    shades: frozenset[str] = frozenset()

    def contradicts(self, known: "Description") -> bool:
        """Return whether an image with these facts is not what this describes."""
        return (
            contradict(self.kinds, known.kinds)
            or _are_others(self.colours, known.colours)
            or _are_others(self.patterns, known.patterns)
        )

    @property
    def has_looks(self) -> bool:
        return bool(self.shades or self.patterns)

    def is_met_by(self, known: "Description") -> bool:
        """Return whether an image is known to have the kind and the looks that this describes."""
        looks = [(self.shades, known.colours), (self.patterns, known.patterns)]
        is_kind = any(not known.kinds.isdisjoint(list_narrower(kind)) for kind in self.kinds)
        return is_kind and not any(wanted and wanted.isdisjoint(found) for wanted, found in looks)

    def fits(self, known: "Description") -> bool:
        """Return whether an image with these facts is of the kind that this describes."""
        return bool(self.kinds and known.kinds) and not self.contradicts(known)


@lru_cache(maxsize=4096)
def describe_wish(text: str) -> Description:
    """Return what an English prompt states of the garment that it is for."""
    stated = _ELSEWHERE.split(text.lower(), maxsplit=1)[0]
    of_garment = _NO_COLOURS.sub(" ", _WITH.split(stated, maxsplit=1)[0])
    return Description(
        find_kinds(text),
        list_possible_colours(of_garment),
        _find_patterns(stated),
        add_shades(list_named_colours(of_garment)),
    )


def describe_image(
    *,
    category: str,
    name: str,
    brand: str,
    colours: Sequence[str],
    attributes: Mapping[str, Any],
    garments: Sequence[Mapping[str, Any]],
) -> Description:
    """Return what is known of an image.

    What the shop states in fields counts, and its name, in any language; where no field states a
    colour or pattern, also what was seen with certainty. `garments` are those of the photo as
    tagging stores them.
    """
    stated = " ".join(filter(None, colours))
    english = read_english_text(name)
    return Description(
        find_known_kinds(category=category, name=name, garments=garments),
        _find_known_colours(stated, f"{english} {brand}", garments),
        _find_known_patterns(str(attributes.get("pattern") or ""), english, garments),
    )


def _are_others(wanted: frozenset[str], known: frozenset[str]) -> bool:
    return bool(wanted and known) and wanted.isdisjoint(known)


def _find_known_colours(
    stated: str, name: str, garments: Sequence[Mapping[str, Any]]
) -> frozenset[str]:
    named = list_named_colours(_NO_COLOURS.sub(" ", name.lower()))
    if stated:
        found = list_named_colours(stated) or list_named_colours(translate(stated))
        # A word that is in no table ("sunset"), or "multicolour", may be any colour.
        return found | named if found else frozenset()
    if not garments or not garments[0]["colour"]["is_sure"]:
        return named
    return named | {
        colour["name"]
        for garment in garments
        for colour in garment["colours"]
        if colour["share"] >= MIN_MAIN_SHARE
    }


def _find_known_patterns(
    stated: str, name: str, garments: Sequence[Mapping[str, Any]]
) -> frozenset[str]:
    named = _find_patterns(name)
    if stated.strip():
        found = find_pattern(stated) or find_pattern(translate(stated))
        return named | {found} if found else frozenset()
    if not garments or not garments[0]["pattern"]["is_sure"]:
        return named
    return named | {garment["pattern"]["value"] for garment in garments}


@lru_cache(maxsize=4096)
def _find_patterns(text: str) -> frozenset[str]:
    """Return the patterns that a text names."""
    words = plain(text).split()
    phrases = {
        " ".join(words[start : start + length])
        for length in range(1, _LONGEST + 1)
        for start in range(len(words) - length + 1)
    }
    return frozenset(_PATTERNS[phrase] for phrase in (phrases - _ANY_PATTERN) & _PATTERNS.keys())


_PATTERNS = {word: name for name, words in PATTERN_WORDS.items() for word in words}
_LONGEST = max(len(word.split()) for word in _PATTERNS)
