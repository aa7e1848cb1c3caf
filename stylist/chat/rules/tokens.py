"""Cut messages into words."""

import re
import unicodedata

MAX_TOKENS = 300  # of a longer message, only the beginning is understood

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[.,;:!?]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_IRREGULAR = {"scarves": "scarf", "tights": "tights"}  # tights are not a tight
_ENDS = frozenset(".,;:!?")


def tokenise(text: str) -> tuple[str, ...]:
    """Return the words and stops of a text in lower case, without accents and hyphens.

    A possessive 's is cut off: "women's" is "women", and "what's" is "what".
    """
    folded = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    plain = plain.replace("&", " and ").replace("/", " or ")
    found = _TOKEN.findall(plain)[:MAX_TOKENS]
    return tuple(token.removesuffix("'s") for token in found)


def is_stop(token: str) -> bool:
    """Check whether a token is a punctuation mark that ends a phrase."""
    return token in _ENDS


def stem(word: str) -> str:
    """Return a word without its plural ending: "dress" for "dresses"."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
