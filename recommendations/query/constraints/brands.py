"""Find the shop's brands in a prompt."""

from dataclasses import dataclass

from catalog.search.shop_words import ShopWords
from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.languages.lexicon import is_english_word, tokenise
from recommendations.query.constraints.text import Span, locate

MAX_BRAND_WORDS = 5


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
            names = brands.get(tuple(token.folded for token in part))
            is_name = length > 1 or length == len(tokens) or not _is_ordinary(part[0].folded)
            if names and (is_name or (place > 0 and part[0].text[:1].isupper())):
                span = Span(spans[place].start, spans[place + length - 1].end)
                found.append(NamedBrand(text[slice(*span)], span, names))
                place += length
                break
        else:
            place += 1
    return found


def _is_ordinary(word: str) -> bool:
    return word in FUNCTION_WORDS or is_english_word(word)
