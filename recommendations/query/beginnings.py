"""Correct a word whose end is not typed yet, against the shop's own words and the vocabulary."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.search.shop_words import (
    MIN_WORD_LETTERS,
    ShopWords,
    cut_words,
    group_by_letter,
    list_words,
)
from recommendations.query.corrections import is_correctable, is_known
from recommendations.query.nearest_words import read_vocabulary

# A beginning has many neighbours, so fewer mistakes are allowed than in a whole word.
LONG, MISTAKES_OF_LONG, MISTAKES_OF_SHORT = 7, 2, 1


def correct_beginning(beginning: str, *, own: ShopWords) -> tuple[str, str] | None:
    """Return the right beginning and the most frequent word that has it.

    Returns None for a beginning of a known word, and where no word is near. A mistake in the first
    letter is corrected only if it was swapped with the second.
    """
    if len(beginning) < MIN_WORD_LETTERS or not is_correctable(beginning):
        return None
    if is_beginning(beginning, own=own) or is_known(beginning, own):
        return None
    limit = MISTAKES_OF_LONG if len(beginning) >= LONG else MISTAKES_OF_SHORT
    choices = [*_read_near(beginning, own)]
    near = process.extract(beginning, choices, scorer=OSA.distance, score_cutoff=limit, limit=20)
    if not near:
        return None
    words = {right: _find_word(right, own) for right, _, _ in near}

    def order(one: tuple[str, float, int]) -> tuple[object, ...]:
        right, distance, _ = one
        return distance, -own.counts.get(words[right], 0), -len(right), right

    right, *_ = min(near, key=order)
    return right, words[right]


def _find_word(beginning: str, own: ShopWords) -> str:
    """Return the word with a beginning that most products have, or else the shortest one."""
    groups = (own.by_letter, _group_vocabulary())
    words = (word for group in groups for word in list_words(group, beginning))
    return min(words, key=lambda word: (-own.counts.get(word, 0), len(word), word))


def is_beginning(text: str, *, own: ShopWords) -> bool:
    """Check whether a word of the shop or of the vocabulary begins with a text, folded."""
    groups = (own.by_letter, _group_vocabulary())
    return any(next(list_words(group, text), None) for group in groups)


def _read_near(beginning: str, own: ShopWords) -> Iterator[str]:
    """Yield beginnings of about the same length that begin with one of its first two letters."""
    for size in range(len(beginning) - 1, len(beginning) + 2):
        for letter in dict.fromkeys(beginning[:2]):
            yield from own.list_beginnings(letter, size)
            yield from _list_beginnings(letter, size)


@cache
def _group_vocabulary() -> Mapping[str, Sequence[str]]:
    return group_by_letter(read_vocabulary())


@cache
def _list_beginnings(letter: str, size: int) -> Sequence[str]:
    return cut_words(_group_vocabulary().get(letter, ()), size)
