"""One key for the spellings of a name: "T-Shirts", "t shirt" and "Tshirts" are one.

Case, accents, spaces and punctuation do not count, "&" is "and", and English words may be in the
singular or the plural.
"""

import re
from functools import lru_cache

from core.text import fold

_WORD = re.compile(r"[^\W_]+")
_IRREGULAR = {"men": "man", "women": "woman", "children": "child", "scarves": "scarf"}
# Endings of plurals and what they become; the first that fits counts.
_ENDINGS = (
    (re.compile(r"ss$"), "ss"),
    (re.compile(r"ies?$"), "y"),
    (re.compile(r"(ss|ch|sh|x|z)es$"), r"\1"),
    (re.compile(r"s$"), ""),
)


@lru_cache(maxsize=8_192)
def make_key(text: str) -> str:
    """Return the key of a name; empty if it has no letter and no digit."""
    return "".join(map(_make_singular, split_name(text)))


def split_name(text: str) -> list[str]:
    """Return the words of a name, folded, without apostrophes and with "and" for "&"."""
    return _WORD.findall(re.sub("['’`´]", "", fold(text)).replace("&", " and "))


def _make_singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, singular in _ENDINGS:
        if ending.search(word):
            word = ending.sub(singular, word)
            break
    # "Women's" is "women" only now.
    return _IRREGULAR.get(word, word)
