"""Forms of texts and words: as they are stored, as they are compared, and their stems.

The same letters can be encoded in several ways: "é" is one character, or "e" and an accent.
"""

import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from Stemmer import Stemmer

# Languages of shops by their ISO 639 codes, with their Snowball algorithms, if they have one.
LANGUAGES = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "ja": "",
    "ko": "", "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "tr": "turkish", "uk": "", "zh": "",
}  # fmt: skip
_CHARACTERS = tomllib.loads(Path(__file__).with_name("letters.toml").read_text("utf-8"))
_LETTERS = (
    str.maketrans(_CHARACTERS["traditional"], _CHARACTERS["simplified"])
    | str.maketrans({
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
        "ك": "ک", "ي": "ی", "ى": "ی", "ئ": "ی", "ة": "ه", "ۀ": "ه", "ؤ": "و",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ـ": "",
    })
)  # fmt: skip
# Japanese voicing marks tell words apart: か is not が.
_VOICING = "\u3099\u309a"


def normalize(text: str) -> str:
    """Return a text as it is stored: in NFC, one form for all canonically equivalent ones."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normalize_all(value: Any) -> Any:
    """Return a JSON value with all its texts, and the names of its objects, normalized."""
    if isinstance(value, str):
        return normalize(value)
    if isinstance(value, list):
        return [normalize_all(item) for item in value]
    if isinstance(value, dict):
        return {normalize(name): normalize_all(item) for name, item in value.items()}
    return value


def fold(text: str) -> str:
    """Return a text in the form in which words are compared.

    Case, accents, vowel marks, ligatures, width, and characters without width do not count, and
    variants of Arabic script and of Chinese have one letter.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(c for c in text if c in _VOICING or unicodedata.category(c) not in ("Mn", "Cf"))
    return unicodedata.normalize("NFC", text.translate(_LETTERS))


@lru_cache(maxsize=32_768)
def has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def find_stems(word: str, language: str) -> tuple[str, ...]:
    """Return the folded stems of a word, in a language of `LANGUAGES` and in English.

    Shops of every language have English words in their names. Algorithms need accents, and people
    leave them out, so the stem of the folded word is one as well.
    """
    written, folded = normalize(word).casefold(), fold(word)
    stems = [
        stem
        for code in dict.fromkeys((language, "en"))
        if (stemmer := _get_stemmer(code)) is not None
        for stem in (fold(stemmer.stemWord(written)), fold(stemmer.stemWord(folded)))
    ]
    return tuple(dict.fromkeys(stems))


@cache
def _get_stemmer(language: str) -> Stemmer | None:
    # Without a cache of its own: it is slower than stemming.
    algorithm = LANGUAGES[language]
    return Stemmer(algorithm, 0) if algorithm else None
