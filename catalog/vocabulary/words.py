"""Words for garments' colours, patterns, styles, seasons and materials, and their uses.

The tables (`words.toml`, `kinds.toml`) write words like entries of a dictionary: "tee, vest
(caption demo), hoody (not demo)". A word without a note is for every use; words after a bar,
"jeans | jeggings", are only understood in chat.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import Flag, auto
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from core.ml.colours import RETAIL_COLOURS


class Use(Flag):
    """A purpose that a word can have."""

    PROMPT = auto()  # tagging compares photos with it
    CHAT = auto()  # the stylist understands it
    CAPTION = auto()  # captions for training contain it
    DEMO = auto()  # another word for a kind of generated garment


EVERY_USE = Use.PROMPT | Use.CHAT | Use.CAPTION | Use.DEMO


class Word(NamedTuple):
    """One word or phrase, in the spelling of shops: "short-sleeve t-shirt"."""

    text: str
    uses: Use = EVERY_USE


Words: TypeAlias = tuple[Word, ...]
_WORD = re.compile(r"([^,()]+?)\s*(?:\((not )?([a-z ]+)\))?\s*(?:,\s*|$)")


def read_toml(name: str) -> dict[str, Any]:
    """Return a table of this package."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))


def parse_words(entry: str) -> Words:
    """Return the words of an entry, in its order."""
    general, _, chat = entry.partition("|")
    return (*_parse(general.strip(), EVERY_USE), *_parse(chat.strip(), Use.CHAT))


def parse_table(entries: Mapping[str, str]) -> dict[str, Words]:
    """Return each name's words."""
    return {name: parse_words(entry) for name, entry in entries.items()}


def texts_for(use: Use, words: Words) -> tuple[str, ...]:
    """Return the words for a use, in plain spelling."""
    return tuple(plain(word.text) for word in words if use in word.uses)


def plain(text: str) -> str:
    """Return a text in lower-case letters and single spaces: "womens t shirt"."""
    return " ".join(re.sub(r"[^a-z]+", " ", text.lower().replace("'", "")).split())


def _parse(entry: str, uses: Use) -> Words:
    return tuple(
        Word(text, _noted(uses, negation, note) if note else uses)
        for text, negation, note in _WORD.findall(entry)
    )


def _noted(uses: Use, negation: str, note: str) -> Use:
    named = Use(0)
    for name in note.split():
        named |= Use[name.upper()]
    return uses & ~named if negation else named


_TABLES = read_toml("words")

PATTERNS = parse_table(_TABLES["patterns"])
STYLES = parse_table(_TABLES["styles"])
SEASONS = parse_table(_TABLES["seasons"])
MATERIALS = parse_table(_TABLES["materials"])
COLOURS = {
    colour.name: parse_words(_TABLES["colours"].get(colour.name, colour.name))
    for colour in RETAIL_COLOURS
}

# Every spelling of each pattern, in lower case.
PATTERN_WORDS = {
    name: tuple(dict.fromkeys(form for word in words for form in (word.text, plain(word.text))))
    for name, words in PATTERNS.items()
}


def find_pattern(text: str) -> str | None:
    """Return the pattern that is called so, or None."""
    form = plain(text)
    return next((name for name, words in PATTERN_WORDS.items() if form in words), None)


# How formal the styles are that imply it, in [0, 1].
STYLE_FORMALITY = {
    "lounge": 0.05,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "elegant": 0.75,
    "formal": 1.0,
}
# Each level between 0, for the sofa, and 1, for an evening with a dress code.
FORMALITY_LEVELS = {
    "lounge": 0.0,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "formal": 1.0,
}
FORMALITY = {level: STYLES[level] for level in FORMALITY_LEVELS} | {
    "lounge": parse_words("home, lounge")
}
