"""Divide a prompt into pieces that a language's lexicon, or English, has a concept for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.lexicon import (
    Concept,
    Lexicon,
    Token,
    is_english_word,
    read_english,
    read_lexicon,
)

MIN_PART_LETTERS, MIN_STEM_LETTERS = 3, 2
MIN_UNKNOWN_TAIL_LETTERS = 4  # of a kind after a first part that no entry has
MAX_BUILT_LETTERS = 40  # a longer word is not taken apart
MAX_AFFIXES = 2

Parts: TypeAlias = tuple[tuple[str, Concept | None], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a prompt as it is written, and its concept; None where no entry has it.

    `letters`: how much of the prompt it is. `is_foreign`: the lexicon has it. `is_english`: English
    has all of its words.
    """

    text: str
    letters: int
    concept: Concept | None = None
    is_foreign: bool = False
    is_english: bool = False

    @property
    def is_content(self) -> bool:
        """Check whether the piece names something, and does not only join or fill."""
        return self.concept is not None and self.concept.role not in (
            Role.CONNECTIVE,
            Role.POSTPOSITION,
        )


def divide(tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[Piece]:
    """Yield the pieces of a prompt in a language: at each place the longest phrase."""
    english = read_english()
    place = 0
    while place < len(tokens):
        own, length = _find_phrase(tokens, place, lexicon)
        other, english_length = _find_phrase(tokens, place, english)
        if max(length, english_length) == 0:
            yield from _divide_word(tokens[place], lexicon)
            place += 1
            continue
        is_own = length >= english_length
        words = tokens[place : place + max(length, english_length)]
        yield Piece(
            " ".join(token.text for token in words),
            sum(len(token.folded) for token in words),
            own if is_own else other,
            is_foreign=is_own,
            is_english=all(is_english_word(token.folded) for token in words),
        )
        place += len(words)


def _find_phrase(
    tokens: Sequence[Token], place: int, lexicon: Lexicon
) -> tuple[Concept | None, int]:
    """Return the concept of the longest phrase at a place and its number of words, or None, 0."""
    longest = lexicon.longest.get(tokens[place].folded, 0) if lexicon.has_spaces else 1
    for length in range(min(longest, len(tokens) - place), 0, -1):
        words = tuple(token.folded for token in tokens[place : place + length])
        if (concept := lexicon.phrases.get(words)) is not None:
            if lexicon.accented:
                written = " ".join(token.text for token in tokens[place : place + length])
                concept = lexicon.accented.get(written.casefold(), concept)
            return concept, length
    return None, 0


def _divide_word(token: Token, lexicon: Lexicon) -> Iterator[Piece]:
    parts = take_apart(token.folded, lexicon.code)
    if not any(concept for _, concept in parts):
        is_english = is_english_word(token.folded)
        yield Piece(token.text, len(token.folded), is_english=is_english)
        return
    for text, concept in parts:
        is_foreign = concept is not None and (lexicon.has_spaces or (text,) in lexicon.phrases)
        yield Piece(
            token.text if concept and lexicon.has_spaces else text,
            len(text),
            concept,
            is_foreign,
            is_english=concept is not None and not is_foreign,
        )


@lru_cache(maxsize=20_000)
def take_apart(word: str, code: str) -> Parts:
    """Return the parts of a word that is built of entries of a language's lexicon."""
    lexicon = read_lexicon(code)
    if not lexicon.has_spaces:
        return tuple(_match_longest(word, lexicon))
    if len(word) > MAX_BUILT_LETTERS:
        return ((word, None),)
    return (
        _split_compound(word, lexicon)
        or _strip_affixes(word, lexicon, MAX_AFFIXES)
        or _split_unknown_compound(word, lexicon)
        or ((word, None),)
    )


def _match_longest(word: str, lexicon: Lexicon) -> Iterator[tuple[str, Concept | None]]:
    """Yield the longest entries from left to right, and what is between them."""
    start = place = 0
    while place < len(word):
        for length in range(min(lexicon.longest.get(word[place], 0), len(word) - place), 0, -1):
            concept = lexicon.phrases.get((word[place : place + length],))
            if concept is not None:
                if start < place:
                    yield _name_rest(word[start:place])
                yield word[place : place + length], concept
                start = place = place + length
                break
        else:
            place += 1
    if start < len(word):
        yield _name_rest(word[start:])


def _name_rest(word: str) -> tuple[str, Concept | None]:
    return word, read_english().phrases.get((word,))


def _split_compound(word: str, lexicon: Lexicon) -> Parts:
    """Return the parts of a compound with the longest last part; empty if it is none."""
    if not lexicon.links:
        return ()
    for place in range(MIN_PART_LETTERS, len(word) - MIN_PART_LETTERS + 1):
        last = _find_content(word[place:], lexicon)
        if last is None:
            continue
        for link in lexicon.links:
            first = word[:place].removesuffix(link)
            if len(first) < MIN_PART_LETTERS or len(first) + len(link) != place:
                continue
            if concept := _find_content(first, lexicon):
                return (first, concept), (word[place:], last)
            if parts := _split_compound(first, lexicon):
                return (*parts, (word[place:], last))
    return ()


def _split_unknown_compound(word: str, lexicon: Lexicon) -> Parts:
    """Return a first part that no entry has, and the kind of garment that the word ends with."""
    if not lexicon.links:
        return ()
    for place in range(MIN_PART_LETTERS, len(word) - MIN_UNKNOWN_TAIL_LETTERS + 1):
        last = _find_content(word[place:], lexicon)
        if last is not None and last.role is Role.KIND:
            return (word[:place], None), (word[place:], last)
    return ()


def _strip_affixes(word: str, lexicon: Lexicon, depth: int) -> Parts:
    """Return a word without letters of `prefixes` and `suffixes`, and their connectives."""
    for letters, text in lexicon.prefixes.items():
        rest = word.removeprefix(letters)
        if rest != word and (parts := _find_stem(rest, lexicon, depth)):
            return (*_name_affix(letters, text, Role.CONNECTIVE), *parts)
    for letters, text in lexicon.suffixes.items():
        rest = word.removesuffix(letters)
        if rest != word and (parts := _find_stem(rest, lexicon, depth)):
            return (*parts, *_name_affix(letters, text, Role.POSTPOSITION))
    return ()


def _find_stem(rest: str, lexicon: Lexicon, depth: int) -> Parts:
    if len(rest) < MIN_STEM_LETTERS:
        return ()
    if concept := _find_content(rest, lexicon):
        return ((rest, concept),)
    return _strip_affixes(rest, lexicon, depth - 1) if depth > 1 else ()


def _name_affix(letters: str, text: str, role: Role) -> Parts:
    return ((letters, Concept(text, role)),) if text else ()


def _find_content(word: str, lexicon: Lexicon) -> Concept | None:
    concept = lexicon.phrases.get((word,))
    if concept is None or concept.role in (Role.CONNECTIVE, Role.POSTPOSITION):
        return None
    return concept
