"""Tell which images have what a prompt excludes, or are stated to be for somebody else.

What the shop states counts, and where it states nothing what its photo surely shows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any
from uuid import UUID

from catalog.facts.statements import add_shades, find_colours
from catalog.search.public_images import find_row_kinds
from catalog.vocabulary.kinship import find_named_kind, list_narrower
from catalog.vocabulary.languages.concepts import ADJECTIVES, Role
from catalog.vocabulary.languages.lexicon import (
    Concept,
    is_english_word,
    read_english,
    read_lexicons,
    split_words,
    tokenise,
)
from catalog.vocabulary.languages.segmentation import divide
from catalog.vocabulary.words import find_pattern
from core.text import find_stems
from recommendations.query.constraints.exclusions import Exclusion
from recommendations.query.people import Wearer

# A garment's colours with smaller shares are details.
MIN_SHARE = 0.3
# Basic colours that people also call by another one.
ALSO_CALLED = {"blue": ("navy",)}


def find_unwanted(
    rows: Iterable[Mapping[str, Any]],
    exclusions: Sequence[Exclusion],
    wearer: Wearer | None,
) -> frozenset[UUID]:
    """Return the images of rows of `read_rows` that have something excluded."""
    if not exclusions and wearer is None:
        return frozenset()
    return frozenset(
        row["id"]
        for row in rows
        if _is_for_others(row, wearer) or any(_has(row, exclusion) for exclusion in exclusions)
    )


def _is_for_others(row: Mapping[str, Any], wearer: Wearer | None) -> bool:
    if wearer is None:
        return False
    return wearer.is_another(gender=row["gender"], age_group=row["age_group_name"] or "")


def _has(row: Mapping[str, Any], exclusion: Exclusion) -> bool:
    role = exclusion.concept.role if exclusion.concept else None
    name = exclusion.english
    if role in (Role.COLOUR, Role.SHADE):
        return not _expand_colours(name).isdisjoint(_read_colours(row))
    if role is Role.KIND and (kind := find_named_kind(name)):
        narrower = list_narrower(kind)
        return not find_row_kinds(row).isdisjoint(narrower) or _names(row, exclusion)
    if exclusion.patterns and _read_pattern(row) in exclusion.patterns:
        return True
    return _names(row, exclusion)


def _find_colours(text: str) -> frozenset[str]:
    """Return the retail colours that a text names, in any language."""
    concepts = (concept.text for concept in _read_concepts(text) if concept.role is Role.COLOUR)
    return frozenset(find_colours(text)).union(*map(find_colours, concepts))


@lru_cache(maxsize=1_000)
def _expand_colours(name: str) -> frozenset[str]:
    """Return the retail colours of a name: blue has all shades, and royal blue only its own."""
    colours = _find_colours(name)
    colours |= frozenset(other for colour in colours for other in ALSO_CALLED.get(colour, ()))
    return add_shades(colours)


def _read_colours(row: Mapping[str, Any]) -> frozenset[str]:
    """Return the retail colours that the shop states or, where it states none, the photo shows."""
    for text in (row["colour"], row["name"]):
        if stated := _find_colours(text):
            return stated
    seen = json.loads(row["seen_garments"] or "[]")[:1]
    return frozenset(
        colour["name"]
        for garment in seen
        for colour in garment.get("colours", [])
        if colour["share"] >= MIN_SHARE
    )


def _read_pattern(row: Mapping[str, Any]) -> str:
    """Return the pattern that is stated, or that the photo surely shows; "" if it is unknown."""
    stated = str(json.loads(row["attributes"]).get("pattern", ""))
    if pattern := find_pattern(stated):
        return pattern
    for garment in json.loads(row["seen_garments"] or "[]")[:1]:
        seen = garment.get("pattern", {})
        return str(seen["value"]) if seen.get("is_sure") else ""
    return ""


def _names(row: Mapping[str, Any], exclusion: Exclusion) -> bool:
    """Check whether an image's name or attributes name the thing, in any language."""
    wanted = {exclusion.english, ADJECTIVES.get(exclusion.english, exclusion.english)}
    values = json.loads(row["attributes"]).values()
    texts = [row["name"], row["brand"], *(value for value in values if isinstance(value, str))]
    phrases = [_read_stems(exclusion.text), _read_stems(exclusion.english)]
    return any(_is_named(text, wanted, phrases) for text in texts if text)


def _is_named(text: str, concepts: Set[str], phrases: Sequence[Set[str]]) -> bool:
    """Check whether a text has one of the concepts, or all words of a phrase in any form.

    The phrases are stems.
    """
    if not concepts.isdisjoint(concept.text for concept in _read_concepts(text)):
        return True
    return any(stems and stems <= _read_stems(text) for stems in phrases)


@lru_cache(maxsize=20_000)
def _read_stems(text: str) -> frozenset[str]:
    """Return the English stems of a text's words: "sleeved" has that of "sleeves"."""
    return frozenset(stem for word in split_words(text) for stem in find_stems(word, "en"))


@lru_cache(maxsize=20_000)
def _read_concepts(text: str) -> frozenset[Concept]:
    """Return the concepts that a name has: in English, or else in any language."""
    tokens = tokenise(text)
    lexicons = [read_english()]
    if not all(is_english_word(token.folded) for token in tokens):
        lexicons += read_lexicons()
    return frozenset(
        piece.concept
        for lexicon in lexicons
        for piece in divide(tokens, lexicon)
        if piece.concept and piece.concept.text
    )
