"""Find phrases in prompts, at their places in the text as it is written."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from catalog.vocabulary.languages.lexicon import Token
from core.text import fold

# What is left beside a part that was removed: the comma of "dress, size 38".
_LOOSE = re.compile(r"^[\s,;:&+-]+|[\s,;:&+-]+$|(?<=\s)[,;:](?=\s)|\(\s*\)|\[\s*\]")
_FRACTIONS = "¼½¾⅓⅔"  # each folds to three characters
_NO_SPACES = re.compile("[\u0600-\u06ff\u3041-\u30ff\u3400-\u9fff]")


class Span(NamedTuple):
    """The places of a part of a text: from `start`, up to `end`."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@cache
def read_cues() -> dict[str, Any]:
    """Return the table of phrases."""
    return tomllib.loads(Path(__file__).with_name("cues.toml").read_text("utf-8"))


def split_entry(entry: str) -> list[str]:
    """Return the phrases of an entry of the table, flattened, the longest first."""
    phrases = {" ".join(flatten(phrase).split()) for phrase in entry.split(",")}
    return sorted(filter(None, phrases), key=len, reverse=True)


@lru_cache(maxsize=1_000)  # each kind of constraint looks at the same prompt
def flatten(text: str) -> str:
    """Return a text without case and accents, with a character for each one of `text`."""
    return "".join(map(_flatten_letter, text))


@lru_cache(maxsize=4096)
def _flatten_letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _FRACTIONS:
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))  # Persian and Arabic digits
    folded = fold(letter)
    return folded[0] if folded else letter


def make_pattern(phrases: Iterable[str]) -> str:
    """Return a regular expression for any of some flattened phrases, as whole words."""
    return "|".join(_bound(phrase) for phrase in phrases)


@cache
def read_pattern(table: str, name: str) -> str:
    """Return the regular expression for the phrases of an entry; empty without one."""
    return make_pattern(split_entry(read_cues()[table].get(name, "")))


def _bound(phrase: str) -> str:
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    # Chinese, Japanese and Arabic join particles and numbers to words.
    before = "" if _NO_SPACES.match(phrase[0]) or not phrase[0].isalnum() else r"(?<![\w-])"
    after = "" if _NO_SPACES.match(phrase[-1]) or not phrase[-1].isalnum() else r"(?![\w-])"
    return f"{before}{words}{after}"


def locate(text: str, tokens: Sequence[Token], offset: int = 0) -> list[Span]:
    """Return the places of a text's tokens; `offset` is the place of the text itself."""
    spans, place = [], 0
    for token in tokens:
        place = text.find(token.text, place)
        spans.append(Span(offset + place, offset + place + len(token.text)))
        place += len(token.text)
    return spans


def remove(text: str, spans: Iterable[Span]) -> str:
    """Return a text without some parts, and without the punctuation that they leave."""
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = " " * (span.end - span.start)
    rest = "".join(letters)
    return text if rest == text else " ".join(_LOOSE.sub(" ", rest).split())
