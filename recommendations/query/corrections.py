"""Correct the spelling of prompts: against the shop's own words and the vocabulary of garments.

A word that anybody knows is never changed: one of the shop, of the vocabulary, of a lexicon, or of
a dictionary. Two kinds of known words are changed if a garment or a colour is one mistake away:
those that hardly ever occur in texts ("wite"), and a single foreign word in an English prompt
("red dres").
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from catalog.search.shop_words import NO_SHOP_WORDS, ShopWords
from catalog.vocabulary.languages.concepts import CONCEPTS, Role
from catalog.vocabulary.languages.dictionaries import read_common_words, read_rare_words
from catalog.vocabulary.languages.lexicon import (
    Lexicon,
    Token,
    is_english_word,
    read_english,
    read_lexicons,
    split_words,
)
from catalog.vocabulary.languages.segmentation import take_apart
from recommendations.query.constraints.text import read_cues, split_entry
from recommendations.query.nearest_words import (
    MAX_LETTERS,
    find_nearest,
    list_forms,
    read_vocabulary,
)

MIN_LETTERS, MIN_SPLIT_LETTERS, MIN_PART_LETTERS = 3, 6, 3
MAX_GUESSED_WORDS = 4
MAX_CORRECTIONS = 8
MAX_LOOKED_UP = 16  # of the words of a prompt: each looks through the vocabulary
# Words that are only typed together: "reddress".
_SPLITTABLE = (
    Role.COLOUR,
    Role.PATTERN,
    Role.MATERIAL,
    Role.KIND,
    Role.SEASON,
    Role.PERSON,
    Role.OCCASION,
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as it was written, and what it was taken for."""

    written: str
    corrected: str


def correct_spelling(
    tokens: Sequence[Token],
    *,
    own: ShopWords = NO_SHOP_WORDS,
    lexicon: Lexicon | None = None,
    is_english: bool = False,
) -> list[Correction]:
    """Return the corrections of unknown words; `lexicon` is that of the prompt's language.

    `is_english`: no other language is understood, so its words are unknown as well.
    """
    language = lexicon or read_english()
    if language is read_english() and not is_english and not _has_garment(tokens, own):
        language = _guess_language(tokens, own)
    found: list[Correction] = []
    looked_up = 0
    for token in tokens:
        if len(found) == MAX_CORRECTIONS:
            break
        corrected = _split(token.folded, own)
        if corrected is None and looked_up < MAX_LOOKED_UP and _is_uncertain(token.folded, own):
            looked_up += 1
            corrected = _correct(token, tokens, own, language, is_english=is_english)
        if corrected:
            found.append(Correction(token.text, corrected))
    return found


def is_known(word: str, own: ShopWords = NO_SHOP_WORDS) -> bool:
    """Check whether a folded word is one that is never corrected, or hardly ever."""
    return not _is_uncertain(word, own) or _is_rare_or_foreign(word)


def is_correctable(word: str) -> bool:
    """Check for a folded word of Latin letters only, and neither too few nor too many."""
    return word.isascii() and word.isalpha() and MIN_LETTERS <= len(word) <= MAX_LETTERS


def _is_uncertain(word: str, own: ShopWords) -> bool:
    """Check for a word that may be misspelt: neither the shop's own nor common English."""
    return is_correctable(word) and word not in own.counts and not _is_english(word)


def _is_rare_or_foreign(word: str) -> bool:
    return word in read_rare_words() or word in _read_foreign_words()


def _is_english(word: str) -> bool:
    return word in read_vocabulary() or is_english_word(word) or word in read_common_words("en")


def _correct(
    token: Token, tokens: Sequence[Token], own: ShopWords, lexicon: Lexicon, *, is_english: bool
) -> str | None:
    """Return the right word for an uncertain one."""
    word = token.folded
    is_foreign = not is_english and word in _read_foreign_words()
    if not is_foreign and word not in read_rare_words() and not _is_known_in(lexicon, token):
        near = find_nearest(word, own=own, lexicon=lexicon)
        return near.word if near else None
    if lexicon is not read_english():
        return None
    if is_foreign and not _is_only_foreign_word(token, tokens):
        return None
    near = find_nearest(word, own=own, lexicon=lexicon, is_doubtful=True)
    return near.word if near else None


def _is_only_foreign_word(token: Token, tokens: Sequence[Token]) -> bool:
    """Check for a word among English ones, in a prompt that names something in English.

    "Witte sneakers" is Dutch, which has "sneakers" too.
    """
    others = [other.folded for other in tokens if other != token]
    phrases = {(each.folded,) for each in tokens}
    if any(phrases <= lexicon.phrases.keys() for lexicon in read_lexicons()):
        return False
    return all(map(_is_english, others)) and any(word in read_vocabulary() for word in others)


def _is_known_in(lexicon: Lexicon, token: Token) -> bool:
    """Check for a word of a language, or one that it builds of others: "Sommerkleid"."""
    if lexicon is read_english():
        return False
    if token.folded in read_common_words(lexicon.code):
        return True
    return any(concept for _, concept in take_apart(token.folded, lexicon.code))


def _has_garment(tokens: Sequence[Token], own: ShopWords) -> bool:
    return any(token.folded in read_vocabulary() or token.folded in own.counts for token in tokens)


def _guess_language(tokens: Sequence[Token], own: ShopWords) -> Lexicon:
    """Return the language of a prompt whose words all have one mistake there: "roube ruge"."""
    words = [token.folded for token in tokens]
    english = read_english()
    if not 2 <= len(words) <= MAX_GUESSED_WORDS or any(is_known(word, own) for word in words):
        return english
    for lexicon in (english, *filter(_is_latin, read_lexicons())):
        nearest = (find_nearest(word, own=NO_SHOP_WORDS, lexicon=lexicon) for word in words)
        if all(near and near.mistakes == 1 for near in nearest):
            return lexicon
    return english


def _is_latin(lexicon: Lexicon) -> bool:
    return lexicon.has_spaces and next(iter(lexicon.phrases))[0].isascii()


def _split(word: str, own: ShopWords) -> str | None:
    """Return two words of the vocabulary that were typed as one."""
    if len(word) < MIN_SPLIT_LETTERS or word in own.counts or _is_english(word):
        return None
    words = _read_splittable()
    for place in range(len(word) - MIN_PART_LETTERS, MIN_PART_LETTERS - 1, -1):
        if word[:place] in words and word[place:] in words:
            return f"{word[:place]} {word[place:]}"
    return None


@cache
def _read_splittable() -> frozenset[str]:
    words = (
        form
        for role in _SPLITTABLE
        for text in CONCEPTS[role]
        if len(split_words(text)) == 1
        for form in list_forms(text, role)
    )
    return frozenset(words)


@cache
def _read_foreign_words() -> Collection[str]:
    """Return the words of all lexicons, and those of phrases such as "mais pas"."""
    return _read_cue_words().union(
        word for lexicon in read_lexicons() for phrase in lexicon.phrases for word in phrase
    )


@cache
def _read_cue_words() -> frozenset[str]:
    tables = [table for table in read_cues().values() if isinstance(table, dict)]
    entries = [entry for table in tables for entry in table.values() if isinstance(entry, str)]
    return frozenset(
        word for entry in entries for phrase in split_entry(entry) for word in split_words(phrase)
    )
