"""The text that is typed so far: whole words, and the beginning of the last one."""

from dataclasses import dataclass

from catalog.search.shop_words import ShopWords
from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.languages.lexicon import Token, split_words, tokenise
from recommendations.query.beginnings import correct_beginning
from recommendations.query.corrections import Correction, correct_spelling

MAX_TYPED_WORDS = 6  # the last ones


@dataclass(frozen=True, slots=True)
class TypedText:
    """The beginnings of the words that are looked for, folded and corrected, in their order.

    Whole words count as beginnings too: "dress" is one of "dresses". None are connectives.
    """

    beginnings: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def matches(self, words: tuple[str, ...]) -> bool:
        """Check for folded words of which some begin with each of the beginnings."""
        return all(any(word.startswith(one) for word in words) for one in self.beginnings)


def read_typed_text(text: str, *, own: ShopWords) -> TypedText:
    """Return what a text looks for, corrected against the shop's words and the vocabulary."""
    tokens = tokenise(text)[-MAX_TYPED_WORDS:]
    if not tokens:
        return TypedText()
    *whole, last = tokens
    corrections = correct_spelling(whole, own=own)
    by_word = {one.written: split_words(one.corrected) for one in corrections}
    words = [
        word
        for token in whole
        if token.folded not in FUNCTION_WORDS
        for word in by_word.get(token.text, (token.folded,))
    ]
    beginning, correction = _read_last(last, own)
    found = tuple(dict.fromkeys((*words, beginning)))
    return TypedText(found, (*corrections, *([correction] if correction else [])))


def _read_last(token: Token, own: ShopWords) -> tuple[str, Correction | None]:
    found = correct_beginning(token.folded, own=own)
    if found is None:
        return token.folded, None
    beginning, word = found
    return beginning, Correction(token.text, word)
