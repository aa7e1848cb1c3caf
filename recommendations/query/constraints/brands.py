"""Find the shop's brands in a prompt."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.search.shop_words import ShopWords
from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.languages.lexicon import is_english_word, tokenise
from recommendations.query.constraints.text import Span, locate

MAX_BRAND_WORDS = 5
MIN_JOINED_LETTERS = 6  # of a name that is written with other spaces, such as "north pine"
DIGITS = {
    **{"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"},
    **{"six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10"},
}


@dataclass(frozen=True, slots=True)
class NamedBrand:
    """A brand in a prompt: its words and place, and the names that the shop writes so."""

    text: str
    span: Span
    names: tuple[str, ...]


def find_brands(text: str, words: ShopWords) -> list[NamedBrand]:
    """Return the brands that a text names, in its order, the longest names first.

    A brand that is an ordinary word, such as "Only", counts if it has a capital letter that does
    not begin the prompt, or if it is the whole prompt.
    """
    brands = words.brands
    tokens = tokenise(text) if brands else []
    spans = locate(text, tokens)
    found: list[NamedBrand] = []
    place = 0
    while place < len(tokens):
        for length in range(min(MAX_BRAND_WORDS, len(tokens) - place), 0, -1):
            part = tokens[place : place + length]
            names = _find_names([token.folded for token in part], words)
            is_name = length > 1 or length == len(tokens) or not _is_ordinary(part[0].folded)
            if names and (is_name or (place > 0 and part[0].text[:1].isupper())):
                span = Span(spans[place].start, spans[place + length - 1].end)
                found.append(NamedBrand(text[slice(*span)], span, names))
                place += length
                break
        else:
            place += 1
    return found


def _find_names(part: Sequence[str], words: ShopWords) -> tuple[str, ...] | None:
    """Return the brands that some words name, in whatever way they are joined."""
    if names := words.brands.get(tuple(part)):
        return tuple(names)
    joined = "".join(DIGITS.get(word, word) for word in part)
    return words.joined_brands.get(joined) if len(joined) >= MIN_JOINED_LETTERS else None


def _is_ordinary(word: str) -> bool:
    return word in FUNCTION_WORDS or is_english_word(word)
