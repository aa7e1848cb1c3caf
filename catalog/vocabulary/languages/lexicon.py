"""Read the lexicons of this package; the package's docstring describes their format.

Words are compared folded (`core.text`). A phrase is a tuple of folded words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from catalog.vocabulary.languages.concepts import (
    CONCEPTS,
    COUNTABLE,
    ENGLISH_WORDS,
    FALSE_FRIENDS,
    FUNCTION_WORDS,
    Role,
    make_plural,
    read_table,
)
from core.text import fold, normalize

MAX_PHRASE_WORDS = 6
Phrase: TypeAlias = tuple[str, ...]
# Runs of letters and digits; apostrophes and hyphens separate words. Vowel marks, joiners and
# directions are inside words.
WORD_MARKS = (
    "\u00ad\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3099\u309a\ufeff"
)
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{WORD_MARKS}])*")


_KATAKANA_OF = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_HIRAGANA_OF = {katakana: hiragana for hiragana, katakana in _KATAKANA_OF.items()}
MIN_KANA_LETTERS = 3  # of a word that is written in either; shorter ones are parts of others


class Concept(NamedTuple):
    """An English text that encoders know, and its role."""

    text: str
    role: Role


IGNORED = Concept("", Role.CONNECTIVE)
NO_GARMENT = Concept("", Role.KIND)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a language: folded phrases and their concepts.

    `accented`: unfolded words that mean something else than other words of the same folded form,
    such as "Größe" and "große".
    `longest`: number of words of the longest phrase that starts with a word; without spaces, number
    of letters of the longest phrase that starts with a letter.
    `links`: letters between the parts of a compound; none where the language has no compounds.
    `prefixes` and `suffixes`: folded letters at a word, and the connective that they stand for, or
    an empty text.
    """

    code: str
    language: str
    phrases: Mapping[Phrase, Concept] = field(repr=False)
    longest: Mapping[str, int] = field(default_factory=dict, repr=False)
    accented: Mapping[str, Concept] = field(default_factory=dict, repr=False)
    has_spaces: bool = True
    links: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)


class Token(NamedTuple):
    """A word of a text as it is written, and folded."""

    text: str
    folded: str


def tokenise(text: str) -> list[Token]:
    """Return the words of a text."""
    found = [Token(word, fold(word)) for word in _WORD.findall(normalize(text))]
    return [token for token in found if token.folded]


def split_words(text: str) -> Phrase:
    """Return the folded words of a text."""
    return tuple(token.folded for token in tokenise(text))


def read_forms(entry: str, endings: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the forms of an entry: `rot~adjective` becomes rot, rote, roter and so on."""
    for phrase in filter(None, map(str.strip, entry.split(","))):
        words = (_read_word(word, endings) for word in phrase.split())
        yield from map(" ".join, product(*words))


def _read_word(word: str, endings: Mapping[str, list[str]]) -> list[str]:
    stem, mark, name = word.partition("~")
    return [stem + ending for ending in endings[name]] if mark else [stem]


def read_entries(table: Mapping[str, Any]) -> Iterator[tuple[str, Concept]]:
    """Yield each form of a lexicon's file with its concept, in the file's order."""
    endings = table.get("endings", {})
    for form in read_forms(table.get("ignore", ""), endings):
        yield form, IGNORED
    for form in read_forms(table.get("others", ""), endings):
        yield form, NO_GARMENT
    for role in Role:
        for text, entry in table.get(role.value, {}).items():
            for form in read_forms(entry, endings):
                yield form, Concept(text, role)


@cache
def read_lexicon(code: str) -> Lexicon:
    """Return the lexicon of a language, such as "de"."""
    table = read_table(code)
    has_spaces = table.get("spaces", True)
    phrases: dict[Phrase, Concept] = {}
    variants: dict[Phrase, Concept] = {}
    accented: dict[str, Concept] = {}
    for form, concept in read_entries(table):
        words = split_words(form)
        first = phrases.setdefault(words if has_spaces else ("".join(words),), concept)
        if first != concept:
            accented[form.casefold()] = concept
        for variant in _list_variants(words, table):
            variants.setdefault(variant, concept)
    phrases = variants | phrases
    return Lexicon(
        code,
        table["language"],
        phrases,
        _find_longest(phrases if has_spaces else [tuple(words) for (words,) in phrases]),
        accented,
        has_spaces=has_spaces,
        links=tuple(table.get("links", ())),
        prefixes={fold(letters): text for letters, text in table.get("prefixes", {}).items()},
        suffixes={fold(letters): text for letters, text in table.get("suffixes", {}).items()},
    )


def _list_variants(words: Phrase, table: Mapping[str, Any]) -> Iterator[Phrase]:
    """Yield other ways to write a phrase: words joined, and hiragana as katakana or reversed."""
    if table.get("joins"):
        yield from _join(words)
    text = "".join(words)
    if not table.get("spaces", True) and len(text) >= MIN_KANA_LETTERS:
        yield (text.translate(_KATAKANA_OF),)
        yield (text.translate(_HIRAGANA_OF),)


def _join(words: Phrase) -> Iterator[Phrase]:
    """Yield a phrase with none, some and all of its words joined to the one before."""
    for gaps in product((" ", ""), repeat=len(words) - 1):
        pairs = zip(words, (*gaps, ""), strict=True)
        yield tuple("".join(word + gap for word, gap in pairs).split())


def _find_longest(phrases: Iterable[Phrase]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in phrases:
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 0))
    return longest


@cache
def read_english() -> Lexicon:
    """Return the lexicon of the concepts' own English words, with plurals."""
    phrases: dict[Phrase, Concept] = {}
    for role, texts in CONCEPTS.items():
        for text in sorted(texts) if role is not Role.POSTPOSITION else ():
            phrases.setdefault(split_words(text), Concept(text, role))
    for (*words, last), concept in list(phrases.items()):
        if concept.role in COUNTABLE:
            phrases.setdefault((*words, make_plural(last)), concept)
    for word in FUNCTION_WORDS - {phrase[0] for phrase in phrases if len(phrase) == 1}:
        phrases[word,] = IGNORED
    return Lexicon("en", "English", phrases, _find_longest(phrases))


@cache
def _english_words() -> frozenset[str]:
    phrases = read_english().phrases
    return FALSE_FRIENDS.union(ENGLISH_WORDS, *phrases)


def is_english_word(word: str) -> bool:
    """Check whether a folded word is an English word of the vocabulary, or a common one."""
    return word in _english_words()


@cache
def read_lexicons() -> tuple[Lexicon, ...]:
    """Return the lexicons of all languages, by code."""
    files = sorted(Path(__file__).parent.glob("??.toml"))
    return tuple(read_lexicon(file.stem) for file in files)
