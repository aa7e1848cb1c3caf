"""Names of garments in other languages, from the lexicons that read prompts.

A word that is English too, such as "robes", is of another language only next to words of it.
"""

from collections.abc import Sequence

from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.lexicon import is_english_word, read_lexicons, split_words


def find_languages(text: str) -> frozenset[str]:
    """Return the codes of languages with a word of a text that is no English one."""
    words = [word for word in split_words(text) if not _is_english(word)]
    lexicons = read_lexicons()
    return frozenset(one.code for one in lexicons for word in words if (word,) in one.phrases)


def translate_kind(words: Sequence[str], languages: frozenset[str]) -> str:
    """Return the English kind that words name in other languages; "" if these do not agree."""
    phrase = split_words(" ".join(words))
    is_ambiguous = all(map(_is_english, phrase))
    found = [
        lexicon.phrases.get(phrase)
        for lexicon in read_lexicons()
        if lexicon.code in languages or not is_ambiguous
    ]
    texts = {concept.text for concept in found if concept and concept.role is Role.KIND}
    return texts.pop() if len(texts) == 1 else ""


def _is_english(word: str) -> bool:
    return is_english_word(word) or is_english_word(word.removesuffix("s"))
