"""Phrases and what they mean, for one taxonomy: a shop's own types are understood too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property, lru_cache

from core.ml.colours import RETAIL_COLOURS
from stylist.chat.rules.lexicon.common import COMMON
from stylist.chat.rules.lexicon.cues import WORDS
from stylist.chat.rules.lexicon.garments import MORE_GARMENTS, NOT_GARMENTS, SLOT_WORDS
from stylist.chat.rules.lexicon.looks import (
    DETAILS,
    MATERIALS,
    MORE_COLOURS,
    MORE_PATTERNS,
    NOT_COLOURS,
    STYLE_WORDS,
)
from stylist.chat.rules.lexicon.occasions import OCCASION_WORDS, SEASON_WORDS
from stylist.chat.rules.tokens import stem, tokenise
from stylist.tagging.attributes import PATTERNS
from stylist.tagging.taxonomy import Taxonomy

MAX_PHRASE_LENGTH = 4  # words
MIN_SWAPPED_LENGTH = 4  # letters: two of them may have changed places
MIN_MISSPELT_LENGTH = 5  # letters: shorter words are too like each other
MIN_SIMILARITY = 0.8


class Field(StrEnum):
    """What a phrase says something of."""

    GARMENT = "garment"
    SLOT = "slot"
    COLOUR = "colour"
    PATTERN = "pattern"
    STYLE = "style"
    MATERIAL = "material"
    OCCASION = "occasion"
    SEASON = "season"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value of a field."""

    field: Field
    value: str


@dataclass(frozen=True)
class Vocabulary:
    """Meanings by phrase, each word of a phrase stemmed."""

    meanings: Mapping[tuple[str, ...], Meaning]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a phrase, stemmed."""
        return frozenset(word for phrase in self.meanings for word in phrase)

    def mend(self, word: str) -> str:
        """Return the word that a misspelt one was meant to be, or itself."""
        known = any(each in self.words | COMMON | WORDS for each in (word, stem(word)))
        if known or len(word) < MIN_SWAPPED_LENGTH or not word.isalpha():
            return word
        for each in sorted(self.words):
            if each[0] == word[0] and sorted(each) == sorted(word):
                return each
        if len(word) < MIN_MISSPELT_LENGTH:
            return word
        near = [
            each for each in self.words if each[0] == word[0] and abs(len(each) - len(word)) < 3
        ]
        scored = [(_likeness(word, each), each) for each in sorted(near)]
        best, meant = max(scored, default=(0.0, word), key=lambda pair: pair[0])
        return meant if best >= MIN_SIMILARITY else word


@lru_cache(maxsize=64)
def vocabulary_of(taxonomy: Taxonomy) -> Vocabulary:
    """Return the vocabulary for a taxonomy; made once for each."""
    meanings: dict[tuple[str, ...], Meaning] = {}
    for field, phrase, value in _phrases(taxonomy):
        meanings.setdefault(tuple(stem(token) for token in tokenise(phrase)), Meaning(field, value))
    return Vocabulary(meanings)


def _phrases(taxonomy: Taxonomy) -> Iterator[tuple[Field, str, str]]:
    """Yield phrases, those first that win where two fields have one."""
    for kind in taxonomy.types:
        yield Field.GARMENT, kind.name, kind.name
    for slot in SLOT_WORDS.items():
        yield Field.SLOT, *slot
    for phrase, name in MORE_GARMENTS.items():
        if taxonomy.find(name):
            yield Field.GARMENT, phrase, name
    for kind in taxonomy.types:
        for wording in kind.wordings:
            if wording not in NOT_GARMENTS:
                yield Field.GARMENT, wording, kind.name
    for colour in RETAIL_COLOURS:
        if colour.name not in NOT_COLOURS:
            yield Field.COLOUR, colour.name, colour.name
    tables = (
        (Field.COLOUR, MORE_COLOURS),
        (Field.OCCASION, OCCASION_WORDS),
        (Field.SEASON, SEASON_WORDS),
        (Field.STYLE, STYLE_WORDS),
        (Field.MATERIAL, MATERIALS),
        (Field.PATTERN, MORE_PATTERNS),
    )
    for field, table in tables:
        for phrase, value in table.items():
            yield field, phrase, value
    for name, wordings in PATTERNS.items():
        for wording in wordings:
            yield Field.PATTERN, wording, name
    yield Field.DETAIL, "dress code", "dress code"
    for word in sorted(DETAILS):
        yield Field.DETAIL, word, word


def _likeness(word: str, other: str) -> float:
    """Return how alike two words are, in [0, 1]; a plural ending makes no difference."""
    return max(
        SequenceMatcher(None, spelt, other, autojunk=False).ratio() for spelt in (word, stem(word))
    )
