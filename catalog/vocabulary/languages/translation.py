"""English texts of what shops and shoppers write in other languages."""

from functools import lru_cache

from catalog.vocabulary.languages.detection import Reading, detect
from catalog.vocabulary.languages.english_text import write_english
from catalog.vocabulary.languages.segmentation import PromptPiece


@lru_cache(maxsize=20_000)
def translate(text: str) -> str:
    """Return the English text of a name in another language; "" for English and unknown words."""
    reading = detect(text)
    return write_reading(reading) if reading else ""


def write_reading(reading: Reading) -> str:
    """Return a reading's English text; a few foreign words in an English text are replaced."""
    if not reading.is_mostly_english:
        return write_english(reading.pieces)
    return " ".join(filter(None, map(_replace, reading.pieces)))


def _replace(piece: PromptPiece) -> str:
    is_replaced = piece.concept is not None and piece.is_foreign and not piece.is_english
    return piece.concept.text if piece.concept and is_replaced else piece.text
