"""Read the segments of a category's path: "Womens > Tops > T-Shirts".

A segment names garments, and whom they are for. Pure functions; which category a name means is the
business of `catalog.taxonomy.resolution`.
"""

import html
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from catalog.taxonomy.translation import find_languages, translate_kind
from catalog.vocabulary.name_keys import make_key, split_name

_TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_ARROWS = re.compile(r"\s*(?:>|›|»|→|\||::)\s*")
_DASHES = re.compile(r"\s+[-–—]\s+")
_SLASHES = re.compile(r"\s*[/\\]\s*")
_LIST = re.compile(r"[,/+;]")
MAX_SEGMENTS = 12


def _read_keys(text: str) -> frozenset[str]:
    return frozenset(make_key(word) for word in text.split(","))


def _read_people(table: dict[str, str]) -> dict[str, str]:
    return {key: name for name, words in table.items() for key in _read_keys(words)}


_FILLER = _read_keys(_TABLES["filler"])
_PREPOSITIONS = _read_keys(_TABLES["prepositions"])
_CONJUNCTIONS = _read_keys(_TABLES["conjunctions"])
_GENDERS, _AGES = _read_people(_TABLES["genders"]), _read_people(_TABLES["ages"])
UNCLEAR = _read_keys(_TABLES["unclear"])
FOREIGN = _read_keys(_TABLES["foreign"])
ADJECTIVES = frozenset(_TABLES["adjectives"])
CATEGORY_OF_SLOT: dict[str, str] = _TABLES["slots"]
CATEGORY_OF_KIND: dict[str, str] = _TABLES["kinds"]


class SegmentPart(NamedTuple):
    """The words for one thing, folded, and the English kind that they are in another language."""

    words: tuple[str, ...]
    english: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One level of a path: the things that it names, and the people it is for.

    "Women's Shirts & Tops" has the parts "shirts" and "tops", and the gender "women".
    """

    text: str
    parts: tuple[SegmentPart, ...]
    genders: frozenset[str] = field(default=frozenset())
    ages: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class CategoryPath:
    """The segments of a path, the widest first.

    With `is_loose`, they are separated by slashes, which also stand between equals: "Shirts/Tops".
    """

    segments: tuple[Segment, ...]
    is_loose: bool

    @property
    def gender(self) -> str:
        """The gender that the path names; "" if it names none or several."""
        return _find_only(segment.genders for segment in self.segments)

    @property
    def age_group(self) -> str:
        """The default age group that the path names; "" if it names none or several."""
        if any(segment.ages for segment in self.segments):
            return _find_only(segment.ages for segment in self.segments)
        implied: str = _TABLES["ages_of_genders"].get(self.gender, "")
        return implied


def read_path(text: str) -> CategoryPath:
    """Return the segments of a path with arrows, bars, spaced dashes or slashes."""
    text = html.unescape(text).strip()
    separators = (_ARROWS, _DASHES, _SLASHES)
    separator = next((one for one in separators if one.search(text)), _ARROWS)
    names = [name for name in separator.split(text) if name][-MAX_SEGMENTS:]
    languages = find_languages(text)
    segments = tuple(_read_segment(name, languages) for name in names)
    return CategoryPath(segments, is_loose=separator is _SLASHES)


def _read_segment(text: str, languages: frozenset[str]) -> Segment:
    """Return the parts and the people of a segment of a path with words of these languages."""
    parts: list[tuple[str, ...]] = []
    people: list[str] = []
    for item in _LIST.split(text):
        words: list[str] = []
        is_described = False
        for word in (*split_name(item), "and"):
            key = make_key(word)
            if key in _CONJUNCTIONS:
                parts.append(tuple(words))
                words, is_described = [], False
            elif key in _GENDERS or key in _AGES:
                people.append(key)
            elif key in _PREPOSITIONS:
                is_described = True
            elif key not in _FILLER and not is_described:
                words.append(word)
    return Segment(
        text.strip(),
        tuple(SegmentPart(words, translate_kind(words, languages)) for words in parts if words),
        frozenset(_GENDERS[key] for key in people if key in _GENDERS),
        frozenset(_AGES[key] for key in people if key in _AGES),
    )


def _find_only(values: Iterable[frozenset[str]]) -> str:
    """Return the value of the narrowest segment that names any, if it is a single one."""
    found = [names for names in values if names]
    return next(iter(found[-1])) if found and len(found[-1]) == 1 else ""
