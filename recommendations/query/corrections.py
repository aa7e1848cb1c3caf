"""Correct the spelling of prompts: against the shop's own words and the vocabulary of garments.

A word that anybody knows is never changed: one of the shop, of the vocabulary, of a lexicon, or of
an English dictionary. An unknown word becomes the nearest known one by optimal string alignment
(Damerau 1964 without repeated edits), which counts two swapped letters as one mistake.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from catalog.search.shop_words import MIN_LETTERS, NO_SHOP_WORDS, ShopWords
from catalog.vocabulary.languages.concepts import CONCEPTS, ENGLISH_WORDS, FUNCTION_WORDS, Role
from catalog.vocabulary.languages.lexicon import (
    Lexicon,
    Token,
    is_english_word,
    read_english,
    read_lexicons,
    split_words,
)
from recommendations.query.segmentation import take_apart

MIN_SPLIT_LETTERS, MIN_PART_LETTERS = 6, 3
MAX_LETTERS = 30
MAX_CORRECTIONS = 8  # of a prompt: each looks through the vocabulary
# Mistakes by the letters of the word, if it begins with the same letter; one less otherwise.
MISTAKES = ((4, 1), (8, 2), (MAX_LETTERS, 3))
# Garments and looks are not all that matters: what is misspelt here would be asked for.
NEGATIONS = ("without", "except", "excluding", "nothing", "anything")
# Words that are only typed together: "reddress".
_SPLITTABLE = (Role.COLOUR, Role.PATTERN, Role.MATERIAL, Role.KIND, Role.SEASON, Role.PERSON)


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as it was written, and what it was taken for."""

    written: str
    corrected: str


def correct_spelling(
    tokens: Sequence[Token], *, own: ShopWords = NO_SHOP_WORDS, lexicon: Lexicon | None = None
) -> list[Correction]:
    """Return the corrections of unknown words; `lexicon` is that of the prompt's language."""
    found: list[Correction] = []
    for token in tokens:
        if len(found) == MAX_CORRECTIONS:
            break
        corrected = _split(token.folded, own)
        if corrected is None and not (is_known(token.folded, own) or _is_built(token, lexicon)):
            corrected = _find_nearest(token.folded, own, lexicon)
        if corrected:
            found.append(Correction(token.text, corrected))
    return found


def is_known(word: str, own: ShopWords = NO_SHOP_WORDS) -> bool:
    """Check whether a folded word is one that is never corrected."""
    if not MIN_LETTERS <= len(word) <= MAX_LETTERS or not word.isalpha() or not word.isascii():
        return True
    return (
        word in own.counts
        or word in read_vocabulary()
        or is_english_word(word)
        or word in _read_dictionary()
        or word in _read_foreign_words()
    )


def _is_built(token: Token, lexicon: Lexicon | None) -> bool:
    """Check for a word that a language builds of others: "Sommerkleid", "çiçeksiz"."""
    if lexicon is None or lexicon is read_english():
        return False
    return any(concept for _, concept in take_apart(token.folded, lexicon.code))


def _find_nearest(word: str, own: ShopWords, lexicon: Lexicon | None) -> str | None:
    targets = [*read_vocabulary(), *NEGATIONS]
    if lexicon and lexicon is not read_english():
        targets = [*_read_words_of(lexicon.code)]
    targets += own.correctable
    limit = next(mistakes for letters, mistakes in MISTAKES if len(word) <= letters)
    near = process.extract(word, targets, scorer=OSA.distance, score_cutoff=limit, limit=20)
    allowed = [
        (distance, other)
        for other, distance, _ in near
        if distance <= limit - (other[0] != word[0]) and len(other) > distance + 1
    ]
    if not allowed:
        return None
    return min(allowed, key=lambda pair: _prefer(word, pair[1], int(pair[0]), own))[1]


def _prefer(word: str, other: str, distance: int, own: ShopWords) -> tuple[object, ...]:
    """Order candidates: few mistakes, the same letters, a garment, then frequent in the shop."""
    return (
        distance,
        other[0] != word[0],
        sorted(other) != sorted(word),
        other[-1] != word[-1] and not word.startswith(other),
        other not in _read_kinds(),
        -own.counts.get(other, 0),
        abs(len(other) - len(word)),
        other,
    )


def _split(word: str, own: ShopWords) -> str | None:
    """Return two words of the vocabulary that were typed as one."""
    if len(word) < MIN_SPLIT_LETTERS or word in own.counts or word in read_vocabulary():
        return None
    words = _read_splittable()
    for place in range(len(word) - MIN_PART_LETTERS, MIN_PART_LETTERS - 1, -1):
        if word[:place] in words and word[place:] in words:
            return f"{word[:place]} {word[place:]}"
    return None


@cache
def read_vocabulary() -> frozenset[str]:
    """Return the English words for garments and their looks, in the singular and the plural."""
    words = {word for texts in CONCEPTS.values() for text in texts for word in split_words(text)}
    return frozenset(
        form
        for word in words - FUNCTION_WORDS
        if len(word) >= MIN_LETTERS and word.isalpha()
        for form in _inflect(word)
    )


@cache
def _read_kinds() -> frozenset[str]:
    words = {word for text in CONCEPTS[Role.KIND] for word in split_words(text)}
    return frozenset(form for word in words for form in _inflect(word))


@cache
def _read_splittable() -> frozenset[str]:
    words = {
        words[0]
        for role in _SPLITTABLE
        for text in CONCEPTS[role]
        if len(words := split_words(text)) == 1
    }
    return frozenset(form for word in words for form in _inflect(word))


def _inflect(word: str) -> Iterator[str]:
    yield word
    if word.endswith(("s", "sh", "ch", "x")):
        yield f"{word}es"
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        yield f"{word[:-1]}ies"
    else:
        yield f"{word}s"


@cache
def _read_words_of(code: str) -> frozenset[str]:
    lexicon = next(lexicon for lexicon in read_lexicons() if lexicon.code == code)
    return frozenset(
        word for phrase in lexicon.phrases for word in phrase if len(word) >= MIN_LETTERS
    )


@cache
def _read_foreign_words() -> Collection[str]:
    return frozenset[str]().union(*(_read_words_of(lexicon.code) for lexicon in read_lexicons()))


@cache
def _read_dictionary() -> frozenset[str]:
    """Return the words of an English dictionary, read once in a process."""
    dictionary = SpellChecker(language="en").word_frequency
    return frozenset(dictionary.words()) | ENGLISH_WORDS
