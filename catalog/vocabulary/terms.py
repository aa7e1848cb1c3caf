"""Terms: what the search by words stores of a text, and what it looks for.

A document is a `tsvector`, a query a `tsquery`, both as texts that Postgres parses. Each term
begins with a key of the shop, so that the index looks at the terms of one shop only:

- the stems of a word, "dress" of "Dresses";
- the parts and the joined forms of what hyphens and the like connect: "kt", "ins114" and "ktins114"
  of "KT-INS114";
- pairs of characters in Chinese, Japanese and Korean, which do not separate words;
- `#` and a number, joined, and `^` and each of its beginnings that has a digit: "#ktins114dre" and
  "^ktins114" of the number "KT-INS114-DRE";
- `@` and a word of the title as it is compared, which is found by its beginnings: "@dresses".
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.lexicon import WORD_MARKS, read_lexicons, split_words
from core.text import find_stems, fold

MAX_TERM_LENGTH = 100
# A longer chain of connected words is stored as its words, and joined as a whole.
MAX_JOINED_WORDS = 6
MAX_PHRASE_WORDS = 3
_KEY = "\0"  # in cached queries, which are those of all shops
_CONNECTORS = "-_./'’+&"
_CHUNK = re.compile(rf"[^\W_](?:[^\W_]|[{WORD_MARKS}]|[{re.escape(_CONNECTORS)}](?=[^\W_]))*")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{WORD_MARKS}])*")
_DENSE = re.compile(
    "([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_OPERATORS = re.compile(r'(-?)"([^"]*)"|(?<!\S)-(\S+)|(?<!\S)([oO][rR])(?!\S)|([^\s"]+)')
_TABLE = tomllib.loads(Path(__file__).with_name("terms.toml").read_text("utf-8"))
_STOP_WORDS = frozenset(_TABLE["stop_words"].split())


class PlacedTerm(NamedTuple):
    """A term of a text, and its place among the words of what it is connected to."""

    place: int
    text: str


class WordChain(NamedTuple):
    """Connected words: their terms, how many places they take, and the queries that find them."""

    terms: tuple[PlacedTerm, ...]
    places: int
    queries: tuple[str, ...]


class Unit(NamedTuple):
    """A word of a query, or several that mean one thing: as they are written, and as a query."""

    text: str
    query: str


def make_key(shop_id: UUID) -> str:
    """Return what the terms of a shop begin with: the random end of its id.

    Two shops may share a key, which costs time and reveals nothing.
    """
    return shop_id.hex[-6:]


def write_document(
    text: str, numbers: Iterable[str], *, language: str, key: str, title: str = ""
) -> str:
    """Return the `tsvector` of a text and of numbers, such as SKUs; lines are not connected.

    The words of a title are found by their beginnings (`write_beginnings`).
    """
    lexemes = [f"'{key}':1"]  # what a query of excluded words only can find
    place = 1
    for line in text.split("\n"):
        for written in _split_chunks(line):
            chunk = _read_chunk(written, language)
            lexemes += [f"'{key}{term}':{place + offset}" for offset, term in chunk.terms]
            place += chunk.places
        place += 1
    for number in numbers:
        words = [fold(word) for word in _WORD.findall(unicodedata.normalize("NFKC", number))]
        lexemes += [f"'{key}{term}':{place}" for term in _read_number(tuple(words))]
        place += 1
    lexemes += [f"'{key}@{word}'" for word in split_words(title) if len(word) <= MAX_TERM_LENGTH]
    return " ".join(lexemes)  # Postgres sorts them, and merges those that are there twice


def read_units(text: str, *, language: str, key: str) -> list[Unit]:
    """Return what a text looks for, each once, without words such as "the".

    Of what is written without spaces, each pair of characters is a unit.
    """
    chunks = list(_split_chunks(text))
    units: dict[str, Unit] = {}
    place = 0
    while place < len(chunks):
        size, queries = _find_same(chunks, place, language)
        written = " ".join(chunks[place : place + size])
        if size > 1 or fold(written) not in _find_stop_words(language):
            for query in queries:
                units.setdefault(query, Unit(written, query.replace(_KEY, key)))
        place += size
    return list(units.values())


def write_query(text: str, *, language: str, key: str, max_words: int) -> str:
    """Return the `tsquery` of a text in the syntax of web search engines; empty if it has no word.

    A text that is a number finds it in any case.
    """
    alternatives: list[list[str]] = [[]]
    waiting: list[str] = []

    def flush() -> None:
        alternatives[-1].extend(
            unit.query for unit in read_units(" ".join(waiting), language=language, key=key)
        )
        waiting.clear()

    for minus, quoted, excluded, is_or, word in _OPERATORS.findall(text)[:max_words]:
        if word:
            waiting.append(word)
            continue
        flush()
        if is_or:
            alternatives.append([])
            continue
        units = read_units(quoted or excluded, language=language, key=key)
        if units:
            phrase = " <-> ".join(unit.query for unit in units)
            alternatives[-1].append(f"!({phrase})" if minus or excluded else f"({phrase})")
    flush()
    queries = [" & ".join((f"'{key}'", *parts)) for parts in alternatives if parts]
    if number := write_number(text, key=key):
        queries.append(number)
    return " | ".join(queries)


def write_beginnings(beginnings: Iterable[str], *, key: str) -> str:
    """Return the query for titles that have a word with each of these beginnings, folded."""
    return " & ".join(f"'{key}@{beginning}':*" for beginning in beginnings)


def write_number(text: str, *, key: str) -> str:
    """Return the query for a text as a number, in any case and separation; empty if it is none."""
    joined = join_number(text)
    return f"'{key}#{joined}'" if joined else ""


def write_number_group(text: str, *, key: str) -> str:
    """Return the query for numbers that begin with a text; empty if it has no digit."""
    joined = join_number(text)
    return f"'{key}^{joined}'" if _has_digit(joined) else ""


def join_number(text: str) -> str:
    """Return the letters and digits of a number, folded; empty if it has none or too many."""
    joined = "".join(fold(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)))
    return joined if len(joined) <= MAX_TERM_LENGTH else ""


def _split_chunks(text: str) -> Iterator[str]:
    """Yield connected words, and what is written without spaces on its own."""
    if text.isascii():
        yield from _CHUNK.findall(text)
        return
    for match in _CHUNK.findall(unicodedata.normalize("NFKC", text)):
        for run in _DENSE.split(match) if _DENSE.search(match) else (match,):
            yield from (run,) if _DENSE.match(run) else _CHUNK.findall(run)


@lru_cache(maxsize=32_768)
def _read_chunk(written: str, language: str) -> WordChain:
    """Return the terms of connected words, and the queries for them, without a key."""
    if _DENSE.match(written):
        folded = fold(written)
        singles = [PlacedTerm(i, character) for i, character in enumerate(folded)]
        pairs = [PlacedTerm(i, folded[i : i + 2]) for i in range(len(folded) - 1)]
        queries = tuple(_quote(term.text) for term in pairs or singles)
        return WordChain((*singles, *pairs), len(folded), queries)
    words = _WORD.findall(written)
    by_place = [_find_terms(word, language) for word in words]
    terms = [PlacedTerm(i, stem) for i, stems in enumerate(by_place) for stem in stems]
    query = _follow(filter(None, (_choose(map(_quote, stems)) for stems in by_place)))
    if len(words) > 1:
        folded = "".join(map(fold, words))
        terms += _join(list(map(fold, words)), language)
        query = _choose((*map(_quote, _find_terms(folded, language)), query))
    return WordChain(tuple(dict.fromkeys(terms)), len(words), (query,) if query else ())


def _has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None


def _find_terms(word: str, language: str) -> tuple[str, ...]:
    """Return the stems of a word; one with digits is also found as it is."""
    if len(word) > MAX_TERM_LENGTH:
        return ()
    stems = find_stems(word, language)
    if _has_digit(word):
        stems = (fold(word), *stems)
    return tuple(dict.fromkeys(stem for stem in stems if _WORD.fullmatch(stem)))


def _join(words: Sequence[str], language: str) -> Iterator[PlacedTerm]:
    """Yield the joined forms of connected words: of codes all neighbours, else all of them."""
    whole = "".join(words)
    if len(whole) > MAX_TERM_LENGTH:
        return
    yield from (PlacedTerm(0, stem) for stem in _find_terms(whole, language))
    if len(words) <= MAX_JOINED_WORDS and _has_digit(whole):
        for start in range(len(words)):
            for end in range(start + 2, len(words) + 1):
                yield PlacedTerm(start, "".join(words[start:end]))


def _read_number(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the terms of a number with these words."""
    whole = "".join(words)
    if not whole or len(whole) > MAX_TERM_LENGTH:
        return
    yield f"#{whole}"
    for end in range(1, len(words)):
        if _has_digit(beginning := "".join(words[:end])):
            yield f"^{beginning}"
    yield from words
    count = len(words) if len(words) <= MAX_JOINED_WORDS else 1
    for start in range(count):
        for end in range(start + 1, len(words) + 1):
            yield "".join(words[start:end])


def _find_same(chunks: Sequence[str], place: int, language: str) -> tuple[int, tuple[str, ...]]:
    """Return how many chunks from a place on mean one thing, and the queries for it."""
    groups = _read_groups()
    for size in range(min(MAX_PHRASE_WORDS, len(chunks) - place), 0, -1):
        written = " ".join(chunks[place : place + size])
        if forms := groups.get(_make_phrase(written)):
            return size, (_choose(_read_phrase(form, language) for form in (written, *forms)),)
    return 1, _read_chunk(chunks[place], language).queries


def _read_phrase(text: str, language: str) -> str:
    chunks = _split_chunks(text)
    return _follow(query for chunk in chunks for query in _read_chunk(chunk, language).queries)


@cache
def _read_groups() -> dict[tuple[str, ...], list[str]]:
    """Return, by each of its forms, the forms of every group of words that mean the same."""
    found: dict[tuple[str, ...], list[str]] = {}
    for group in _TABLE["same"]:
        forms = [form.strip() for form in group.split(",")]
        found |= {_make_phrase(form): forms for form in forms}
    return found


def _make_phrase(text: str) -> tuple[str, ...]:
    return tuple(find_stems(word, "en")[0] for word in _WORD.findall(text))


@cache
def _find_stop_words(language: str) -> frozenset[str]:
    own = (lexicon for lexicon in read_lexicons() if lexicon.code == language)
    phrases = (item for lexicon in own for item in lexicon.phrases.items())
    ignored = (words for words, concept in phrases if concept.role is Role.CONNECTIVE)
    return _STOP_WORDS.union(words[0] for words in ignored if len(words) == 1)


def _quote(term: str) -> str:
    return f"'{_KEY}{term}'"


def _choose(queries: Iterable[str]) -> str:
    found = list(dict.fromkeys(filter(None, queries)))
    return f"({' | '.join(found)})" if len(found) > 1 else "".join(found)


def _follow(queries: Iterable[str]) -> str:
    found = list(queries)
    return f"({' <-> '.join(found)})" if len(found) > 1 else "".join(found)
