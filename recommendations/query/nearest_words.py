"""Find the word that a misspelt one stands for.

Mistakes are counted by optimal string alignment (Damerau 1964 without repeated edits), which counts
two swapped letters as one. Doubled letters count as one letter if that brings two words nearer, and
a word without vowels is one mistake away from the word that has these consonants: "drss", "pnk".
"""

import re
from collections import defaultdict
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

from catalog.search.shop_words import ShopWords
from catalog.vocabulary.languages.concepts import (
    CONCEPTS,
    COUNTABLE,
    FUNCTION_WORDS,
    Role,
    make_plural,
)
from catalog.vocabulary.languages.lexicon import (
    NO_GARMENT,
    Concept,
    Lexicon,
    read_english,
    read_lexicon,
    split_words,
)

MIN_TARGET_LETTERS = 3
MAX_LETTERS = 30
# Mistakes by the letters of the word, if it begins with the same letter; one less otherwise.
MISTAKES = ((4, 1), (8, 2), (MAX_LETTERS, 3))
# Garments and looks are not all that matters: what is misspelt here would be asked for.
NEGATIONS = ("without", "except", "excluding", "nothing", "anything")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile("[aeiou]")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = frozenset(
    pair for row in _KEYS for one, other in pairwise(row) for pair in (one + other, other + one)
)


@dataclass(frozen=True, slots=True)
class Nearest:
    """A word, and how many mistakes away it is."""

    word: str
    mistakes: int


def find_nearest(
    word: str, *, own: ShopWords, lexicon: Lexicon, is_doubtful: bool = False, more: int = 0
) -> Nearest | None:
    """Return the word of a language or of the shop that a folded word may stand for.

    `is_doubtful`: the word exists, so only garments, colours and the shop's words count, at one
    mistake and with the same first letter. `more` mistakes are allowed for a word that is offered,
    and not searched for. None for words of more than `MAX_LETTERS`, too.
    """
    if len(word) > MAX_LETTERS:
        return None
    targets = _read_doubtful() if is_doubtful else _read_targets(lexicon.code)
    most = next(most for letters, most in MISTAKES if len(word) <= letters)
    limit = 1 if is_doubtful else most + more
    near = _measure(word, targets.words, limit)
    # Of a big shop, only words with one of the first two letters: a look at all takes too long.
    for letter in dict.fromkeys(word[:2]):
        near |= _measure(word, own.correctable.get(letter, ()), limit)
    single = _DOUBLED.sub(r"\1", word)
    for letters, mistakes in _measure(single, tuple(targets.singles), 1).items():
        for target in targets.singles[letters]:
            near[target] = min(near.get(target, mistakes), mistakes)
    for target in targets.skeletons.get(word, ()):
        near[target] = min(near.get(target, 1), 1)
    allowed = {
        other: mistakes
        for other, mistakes in near.items()
        if _is_allowed(word, other, mistakes, limit - is_doubtful)
    }
    if not allowed:
        return None
    order = {
        other: (mistakes, *_prefer(word, other, targets.kinds, own))
        for other, mistakes in allowed.items()
    }
    best = min(order, key=order.__getitem__)
    return Nearest(best, allowed[best])


def _measure(word: str, targets: Sequence[str], limit: int) -> dict[str, int]:
    """Return the targets within a number of mistakes, and the mistakes."""
    found = process.extract(word, targets, scorer=OSA.distance, score_cutoff=limit, limit=20)
    return {other: int(mistakes) for other, mistakes, _ in found}


def _is_allowed(word: str, other: str, mistakes: int, limit: int) -> bool:
    is_common = sorted(word) == sorted(other) or other[1:] == word or _is_slip(word, other)
    if mistakes == 1 and is_common and (limit or word[0] == other[0]):
        return True
    if min(len(word), len(other)) <= MIN_TARGET_LETTERS:
        # Of so few letters, only slips, doubled letters, missing vowels, and one that is missing.
        return (
            _VOWELS.sub("", other) == word
            or _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", other)
            or len(other) == len(word) + mistakes == MIN_TARGET_LETTERS + 1
        )
    return mistakes <= max(limit, 1) - (other[0] != word[0]) and len(other) > mistakes + 1


def _prefer(
    word: str, other: str, kinds: Container[str], own: ShopWords
) -> tuple[float | bool | str, ...]:
    """Order candidates: few mistakes, the same letters, a garment, then frequent in the shop.

    A single letter that is left out counts for more than a garment does. Letters are left out or
    typed twice, and keys beside the right one are hit, more often than others are typed.
    """
    mistakes = OSA.distance(word, other)
    is_usual = mistakes == abs(len(word) - len(other)) or _is_slip(word, other)
    return (
        mistakes,
        other[0] != word[0],
        sorted(other) != sorted(word),
        mistakes == 1 and len(other) <= len(word),
        other not in kinds,
        not is_usual,
        -Prefix.similarity(word, other),
        other[-1] != word[-1] and not word.startswith(other),
        -own.counts.get(other, 0),
        abs(len(other) - len(word)),
        other,
    )


def _is_slip(word: str, other: str) -> bool:
    """Check for one key that was hit instead of the right one beside it, with it, or twice."""
    if len(word) == len(other):
        wrong = [pair for pair in zip(word, other, strict=True) if pair[0] != pair[1]]
        is_long = len(word) > MIN_TARGET_LETTERS
        return is_long and len(wrong) == 1 and "".join(wrong[0]) in _NEIGHBOURS
    return any(
        word[:place] + word[place + 1 :] == other
        and any(
            near == letter or near + letter in _NEIGHBOURS
            for near in word[max(place - 1, 0) : place] + word[place + 1 : place + 2]
        )
        for place, letter in enumerate(word)
    )


@cache
def read_vocabulary() -> frozenset[str]:
    """Return the English words for garments and their looks, with the plurals of garments."""
    return frozenset().union(*map(_read_words, Role))


@cache
def _read_words(role: Role) -> frozenset[str]:
    """Return the words of a role's concepts."""
    forms = (form for text in CONCEPTS[role] for form in list_forms(text, role))
    return frozenset(word for word in forms if word.isalpha() and word not in FUNCTION_WORDS)


def list_forms(text: str, role: Role) -> tuple[str, ...]:
    """Return the words of an English text and, of things that can be counted, the plural."""
    words = split_words(text)
    return (*words, make_plural(words[-1])) if role in COUNTABLE else words


@dataclass(frozen=True, slots=True)
class Targets:
    """Words, those of them that are garments, and all by letters without repetitions or vowels."""

    words: Sequence[str]
    kinds: frozenset[str]
    singles: Mapping[str, Sequence[str]]
    skeletons: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, words: Collection[str], kinds: frozenset[str]) -> Self:
        singles: defaultdict[str, list[str]] = defaultdict(list)
        skeletons: defaultdict[str, list[str]] = defaultdict(list)
        ordered = sorted(word for word in words if len(word) >= MIN_TARGET_LETTERS)
        for word in ordered:
            singles[_DOUBLED.sub(r"\1", word)].append(word)
            if len(consonants := _VOWELS.sub("", word)) >= MIN_TARGET_LETTERS:
                skeletons[consonants].append(word)
        return cls(ordered, kinds, singles, skeletons)


@cache
def _read_targets(code: str) -> Targets:
    if code == read_english().code:
        return Targets.of({*read_vocabulary(), *NEGATIONS}, read_garments())
    phrases = read_lexicon(code).phrases
    words = {word for phrase in phrases for word in phrase}
    kinds = {phrase[-1] for phrase, concept in phrases.items() if _is_garment(concept)}
    return Targets.of(words, frozenset(kinds))


def _is_garment(concept: Concept) -> bool:
    return concept.role is Role.KIND and concept is not NO_GARMENT


@cache
def _read_doubtful() -> Targets:
    return Targets.of(read_garments() | _read_words(Role.COLOUR), read_garments())


@cache
def read_garments() -> frozenset[str]:
    """Return the last words of the English names of garments, with their plurals."""
    names = (split_words(text)[-1] for text in CONCEPTS[Role.KIND])
    return frozenset(form for name in names for form in list_forms(name, Role.KIND))
