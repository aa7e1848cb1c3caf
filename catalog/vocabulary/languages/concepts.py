"""Concepts: English texts that encoders know, by the role that they have in a prompt."""

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.words import COLOURS, MATERIALS, PATTERNS, SEASONS, STYLES, Words


class Role(StrEnum):
    """A concept's role, named like the table of a lexicon, in their English order before a kind."""

    PERSON = "people"
    STYLE = "styles"
    DETAIL = "details"
    SHADE = "shades"
    COLOUR = "colours"
    PATTERN = "patterns"
    MATERIAL = "materials"
    PART = "parts"
    SEASON = "seasons"
    OCCASION = "occasions"
    KIND = "kinds"
    CONNECTIVE = "connectives"
    POSTPOSITION = "postpositions"


def read_table(name: str) -> dict[str, Any]:
    """Return a TOML file of this package."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))


def _read_texts(tables: Iterable[tuple[str, Words]]) -> frozenset[str]:
    return frozenset(text for name, words in tables for text in (name, *(w.text for w in words)))


_TABLE = read_table("concepts")
_VOCABULARY: Mapping[Role, frozenset[str]] = {
    Role.KIND: _read_texts((kind.name, kind.words) for kind in KINDS.values()),
    Role.COLOUR: _read_texts(COLOURS.items()),
    Role.PATTERN: _read_texts(PATTERNS.items()),
    Role.MATERIAL: _read_texts(MATERIALS.items()),
    Role.STYLE: _read_texts(STYLES.items()),
    Role.SEASON: _read_texts(SEASONS.items()),
}
# Postpositions have the concepts of connectives.
CONCEPTS: Mapping[Role, frozenset[str]] = {
    role: _VOCABULARY.get(role, frozenset())
    | frozenset(_TABLE["connectives" if role is Role.POSTPOSITION else role.value])
    for role in Role
}
# Only what can be counted has a plural.
COUNTABLE = frozenset({Role.KIND, Role.PART, Role.PERSON})
# Other forms of a concept: before a kind, and after "for".
ADJECTIVES: Mapping[str, str] = _TABLE["adjectives"]
NOUNS: Mapping[str, str] = _TABLE["nouns"]

# English words that say nothing of a garment, those that a lexicon has with another meaning, and
# those that dictionaries lack.
FUNCTION_WORDS = frozenset(_TABLE["function_words"].split())
FALSE_FRIENDS = frozenset(_TABLE["false_friends"].split())
ENGLISH_WORDS = frozenset(_TABLE["english_words"].split())
FASHION_WORDS = frozenset(_TABLE["fashion_words"].split())
# Words of lexicons that English words end with, so that they are no sign of a compound.
ENGLISH_ENDINGS = frozenset(_TABLE["english_endings"].split())


def make_plural(word: str) -> str:
    """Return the plural of an English word; words that end like one are their own plural."""
    if word.endswith(("ss", "sh", "ch", "x")):
        return f"{word}es"
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
