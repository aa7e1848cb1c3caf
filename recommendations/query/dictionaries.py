"""Words that anybody knows, by how frequent they are in texts.

The frequencies are those that `pyspellchecker` ships (film subtitles, for most languages).
"""

import gzip
import json
from functools import cache
from importlib.resources import files

from catalog.vocabulary.languages.concepts import ENGLISH_WORDS
from core.text import fold

# Half of a dictionary occurs less often: "wite", "bouse", "hemings".
MIN_COUNT = 100
LANGUAGES = frozenset({"en", "de", "fr", "es", "it", "nl", "ar", "fa"})


@cache
def read_common_words(code: str) -> frozenset[str]:
    """Return the folded words of a language's dictionary; none if there is no dictionary."""
    counts = _read_counts(code)
    words = frozenset(fold(word) for word, count in counts.items() if count >= MIN_COUNT)
    return words | ENGLISH_WORDS if code == "en" else words


@cache
def read_rare_words() -> frozenset[str]:
    """Return the folded words of the English dictionary that hardly ever occur."""
    return frozenset(map(fold, _read_counts("en"))) - read_common_words("en")


def read_dictionaries() -> None:
    """Read all words, which takes a second or two; those of English first."""
    for code in ("en", *sorted(LANGUAGES - {"en"})):
        read_common_words(code)
    read_rare_words()


def _read_counts(code: str) -> dict[str, int]:
    if code not in LANGUAGES:
        return {}
    # Its class would count all words again, which takes five times as long.
    data = files("spellchecker").joinpath(f"resources/{code}.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(data))
    return counts
