"""Words that anybody knows, by how frequent they are in texts.

The frequencies are those that `pyspellchecker` ships (film subtitles, for most languages).
"""

import gzip
import json
from functools import cache
from importlib.resources import files

from catalog.vocabulary.languages.concepts import ENGLISH_WORDS, FASHION_WORDS
from core.text import fold

# Half of a dictionary occurs less often: "wite", "bouse", "hemings".
MIN_COUNT = 100
LANGUAGES = frozenset({"en", "de", "fr", "es", "it", "nl", "ar", "fa"})


@cache
def read_common_words(code: str) -> frozenset[str]:
    """Return the folded words of a language's dictionary; none if there is no dictionary."""
    if code == "en":
        return _read_english()[0]
    counts = _read_counts(code)
    return frozenset(fold(word) for word, count in counts.items() if count >= MIN_COUNT)


def read_rare_words() -> frozenset[str]:
    """Return the folded words of the English dictionary that hardly ever occur."""
    return _read_english()[1]


def read_dictionaries() -> None:
    """Read all words, which takes a second or two; those of English first."""
    for code in ("en", *sorted(LANGUAGES - {"en"})):
        read_common_words(code)


@cache
def _read_english() -> tuple[frozenset[str], frozenset[str]]:
    """Return the common and the rare words of English, which share a file."""
    counts = _read_counts("en")
    common = {fold(word) for word, count in counts.items() if count >= MIN_COUNT}
    common |= ENGLISH_WORDS | FASHION_WORDS
    return frozenset(common), frozenset(map(fold, counts)) - common


def _read_counts(code: str) -> dict[str, int]:
    if code not in LANGUAGES:
        return {}
    # Its class would count all words again, which takes five times as long.
    data = files("spellchecker").joinpath(f"resources/{code}.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(data))
    return counts
