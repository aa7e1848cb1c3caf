"""Understand a prompt: its language, the English text that is encoded, and its unknown words.

Encoders know English. Prompts in other languages are rewritten by lexicons
(`catalog.vocabulary.languages`); English prompts are encoded as they are. A multilingual encoder
gets every prompt as it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.languages.detection import NO_WORD, detect
from catalog.vocabulary.languages.lexicon import Token, is_english_word, split_words, tokenise
from catalog.vocabulary.languages.segmentation import PromptPiece
from catalog.vocabulary.languages.translation import write_reading
from core.ml.known_words import find_known_words
from core.text import fold, normalize
from recommendations.query.corrections import Correction
from recommendations.query.synonyms import (
    NO_SYNONYMS,
    SynonymTable,
    SynonymUse,
    find_phrases,
    replace_phrases,
)

MAX_UNKNOWN_WORDS = 50
# A number of an article: none of its parts is a word.
CODE = re.compile(r"\S*\d\S*")
ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("", "s"))


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that a text was taken to name: a limit, an exclusion, a kind, a colour.

    `text`: its words as they are written. `value`: what they stand for, such as "sneakers" or
    "–50 EUR". `without`: the prompt without it. `is_applied`: whether it has an effect; a size that
    the shop does not have has none.
    """

    kind: str
    text: str
    value: str
    without: str = ""
    is_applied: bool = True


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text means to the encoder.

    `language`: code of the text's language; None where no word of it is in any vocabulary.
    `searched_for`: the text that is encoded. `unknown_words`: words of the text that the encoder
    does not know, as they are written. `chips`: what it was taken to name. `corrections`: words
    that were taken for others. `nearest`: known words that unknown ones resemble, to be offered.
    `synonyms`: the shop's synonyms for phrases of the text.
    `is_meaningless`: the encoder knows none of its words. `is_description`: it names one kind of
    garment, and nothing else that the encoder knows but its colour, its pattern and its wearer.
    """

    language: str | None
    searched_for: str
    unknown_words: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    nearest: tuple[Correction, ...] = ()
    synonyms: tuple[SynonymUse, ...] = ()
    is_meaningless: bool = False
    is_description: bool = False


def combine(understandings: Sequence[Understanding]) -> Understanding | None:
    """Return the understanding of all texts of a query: the first language is the query's."""
    if not understandings:
        return None
    return Understanding(
        next((found.language for found in understandings if found.language), None),
        ", ".join(found.searched_for for found in understandings),
        _limit(word for found in understandings for word in found.unknown_words),
        tuple(chip for found in understandings for chip in found.chips),
        tuple(correction for found in understandings for correction in found.corrections),
        tuple(near for found in understandings for near in found.nearest),
        tuple(dict.fromkeys(use for found in understandings for use in found.synonyms)),
        all(found.is_meaningless for found in understandings),
    )


def understand(
    text: str, *, encoder: str, synonyms: SynonymTable = NO_SYNONYMS, language: str = ""
) -> Understanding:
    """Return what a text means to an encoder; raises `EncoderUnavailable`.

    `language`: that of the prompt which it is part of, if that is known.

    Phrases that the encoder does not know are replaced by the first of the shop's synonyms.
    """
    if phrases := find_phrases(text := normalize(text), synonyms):
        strange = [found for found in phrases if not _is_known(found.use.phrase, encoder=encoder)]
        text = replace_phrases(text, strange)
        understood = understand(text, encoder=encoder, language=language)
        return replace(understood, synonyms=tuple(found.use for found in phrases))
    if encoder in settings.MULTILINGUAL_ENCODERS:
        return Understanding(None, text)
    known = find_known_words(encoder)
    reading = detect(text, likely=language)
    if reading is None:
        tokens = tokenise(CODE.sub(" ", text))
        words = [token.folded for token in tokens]
        is_english = any(is_english_word(word) or _knows(word, known) for word in words)
        unknown = _find_unknown_english(tokens, known) if known is not None else ()
        return Understanding(
            "en" if is_english else None,
            text,
            _limit(unknown),
            is_meaningless=known is not None and not is_english,
        )
    return Understanding(
        reading.lexicon.code, write_reading(reading), _limit(_find_unknown(reading.pieces, known))
    )


def _is_known(phrase: str, *, encoder: str) -> bool:
    """Check for a phrase of words that English or another language of the lexicons has."""
    if all(is_english_word(word) for word in split_words(phrase)):
        return True
    found = understand(phrase, encoder=encoder)
    # Encoders without a list of their words have no unknown English ones.
    is_listed = found.language != "en" or find_known_words(encoder) is not None
    return found.language is not None and is_listed and not found.unknown_words


def _find_unknown(pieces: Iterable[PromptPiece], known: frozenset[str] | None) -> Iterator[str]:
    for piece in pieces:
        if piece.concept is None:
            words: tuple[str, ...] = (piece.text,)
        elif known is not None and piece.is_content:
            words = split_words(piece.concept.text)
        else:
            continue
        if any(_is_unknown(word, known) for word in words):
            yield piece.text


def _find_unknown_english(tokens: Iterable[Token], known: frozenset[str]) -> Iterator[str]:
    return (token.text for token in tokens if _is_unknown(token.folded, known))


def _is_unknown(text: str, known: frozenset[str] | None) -> bool:
    word = fold(text)
    if len(word) == 1 and word.isascii():
        return False
    return word not in FUNCTION_WORDS and not NO_WORD.search(word) and not _knows(word, known)


def _knows(word: str, known: frozenset[str] | None) -> bool:
    """Check for a known word or an inflected form of one, such as a plural or "dotted"."""
    if known is None:
        return False
    if word in known or any(
        word.endswith(ending) and word.removesuffix(ending) + rest in known
        for ending, rest in ENDINGS
    ):
        return True
    is_doubled = word.endswith("ed") and len(word) > 4 and word[-3] == word[-4]
    return is_doubled and word[:-3] in known


def _limit(words: Iterable[str]) -> tuple[str, ...]:
    """Return each word once, in its order."""
    return tuple(dict.fromkeys(words))[:MAX_UNKNOWN_WORDS]
