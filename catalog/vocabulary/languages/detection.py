"""Find the language of a prompt: the lexicon that covers most of it.

A word that English has too, such as "orange", is no evidence. A word that means something else in
English ("robe", "pull", "Rock") follows the language of the others; alone it is foreign if English
has no garment of this name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.vocabulary.languages.concepts import FALSE_FRIENDS, Role
from catalog.vocabulary.languages.lexicon import (
    Lexicon,
    Token,
    is_english_word,
    read_lexicons,
    tokenise,
)
from catalog.vocabulary.languages.segmentation import PromptPiece, divide
from core.text import fold, has_digit

ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
HAN = re.compile("[\u3400-\u9fff]")
ARABIC_CODES, JAPANESE, HAN_CODES = ("ar", "fa"), ("ja",), ("zh", "ja")
# Sizes, prices and numbers of articles are for filters and word search.
NO_WORD = re.compile(r"\d|^(?:x{0,4}[sml]|eur|euros?|usd|gbp|chf|pln|try|irr|aed|sar|cny|jpy)$")
OTHER_SCRIPTS = {*ARABIC_CODES, *HAN_CODES}
MIN_LETTERS = 4  # of foreign names in a prompt that has English ones too
# Where two languages cover the same, the first.
PREFERENCE = ("de", "fr", "es", "it", "nl", "pl", "tr", "ar", "fa", "zh", "ja")


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt divided by a lexicon, and the letters that speak for and against it.

    `covered`: letters that the lexicon or English has. `named`: letters of names that the lexicon
    has. `own`: those of them that English does not have. `english`: letters that only English has.
    `is_possible`: the lexicon explains more than English does.
    """

    lexicon: Lexicon
    pieces: tuple[PromptPiece, ...]
    covered: int
    named: int
    own: int
    english: int
    is_possible: bool

    @property
    def is_mostly_english(self) -> bool:
        return self.english > self.own


@lru_cache(maxsize=2_000)  # one prompt is looked at several times
def detect(text: str, *, likely: str = "") -> Reading | None:
    """Return the reading in the most likely other language; None for English and unknown words.

    `likely`: the code of the language that the text is part of a prompt in, where its script does
    not tell.
    """
    tokens = tokenise(text)
    if all(map(_is_plainly_english, tokens)):
        return None
    readings = [_read(tokens, lexicon) for lexicon in _find_candidates(text, likely)]
    possible = sorted((r for r in readings if r.is_possible), key=_likelihood, reverse=True)
    if not possible or (possible[0].own == 0 and _is_ambiguous(possible)):
        return None
    return possible[0]


def _is_plainly_english(token: Token) -> bool:
    word = token.folded
    return NO_WORD.search(word) is not None or (is_english_word(word) and word not in FALSE_FRIENDS)


def _is_ambiguous(readings: Sequence[Reading]) -> bool:
    """Check for words that English has too and that mean different things elsewhere."""
    best = [r for r in readings if r.covered == readings[0].covered]
    return len({tuple(piece.concept for piece in reading.pieces) for reading in best}) > 1


def _find_candidates(text: str, likely: str) -> Iterator[Lexicon]:
    """Yield the lexicons of the prompt's scripts."""
    if ARABIC.search(text):
        codes: Iterable[str] = ARABIC_CODES
    elif KANA.search(text):
        codes = JAPANESE
    elif HAN.search(text):
        codes = (likely,) if likely in HAN_CODES else HAN_CODES
    else:
        codes = {lexicon.code for lexicon in read_lexicons()} - OTHER_SCRIPTS
    return (lexicon for lexicon in read_lexicons() if lexicon.code in codes)


def _likelihood(reading: Reading) -> tuple[int, int, int]:
    code = reading.lexicon.code
    place = PREFERENCE.index(code) if code in PREFERENCE else len(PREFERENCE)
    return reading.covered, reading.named, -place


def _read(tokens: Sequence[Token], lexicon: Lexicon) -> Reading:
    pieces = tuple(divide(tokens, lexicon))
    own = [piece for piece in pieces if piece.is_foreign and not piece.is_english]
    english = [piece for piece in pieces if piece.is_english and not piece.is_foreign]
    names = _count_letters(piece for piece in own if piece.is_content)
    against = _count_letters(english)
    return Reading(
        lexicon,
        pieces,
        covered=_count_letters(piece for piece in pieces if piece.concept or piece.is_english),
        named=_count_letters(piece for piece in pieces if piece.is_foreign and piece.is_content),
        own=names,
        english=against,
        is_possible=names >= (MIN_LETTERS if against else 1) or _is_all_foreign(pieces),
    )


def _is_all_foreign(pieces: Sequence[PromptPiece]) -> bool:
    """Check for a prompt of words that English has too, where one is no English garment."""
    words = [piece for piece in pieces if not has_digit(piece.text)]
    kinds = [piece for piece in words if piece.concept and piece.concept.role is Role.KIND]
    return (
        len(kinds) <= 1
        and all(piece.is_foreign for piece in words)
        and any(fold(piece.text) in FALSE_FRIENDS for piece in words)
    )


def _count_letters(pieces: Iterable[PromptPiece]) -> int:
    return sum(piece.letters for piece in pieces)
