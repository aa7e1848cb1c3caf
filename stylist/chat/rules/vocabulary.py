"""Words and phrases that the rules understand, for one taxonomy with a shop's own types."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from catalog.search.shop_words import ShopWords
from catalog.vocabulary.kinds import SLOT_PHRASES
from catalog.vocabulary.languages.lexicon import tokenise as tokenise_prompt
from catalog.vocabulary.words import COLOURS, MATERIALS, PATTERNS, SEASONS, STYLES, Use, texts_for
from recommendations.query.corrections import correct_spelling
from stylist.chat.rules.lexicon.cues import WORDS
from stylist.tagging.taxonomy import Taxonomy

FOLDER = Path(__file__).parent / "lexicon"
MAX_TOKENS = 300  # of a longer message, only the beginning is understood
MAX_PHRASE_LENGTH = 4  # words

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
    plain = plain.replace("&", " and ").replace("w/o", "without").replace("/", " or ")
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


def _read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _read_words(name: str) -> frozenset[str]:
    return frozenset((FOLDER / name).read_text("utf-8").split())


def _list_words(table: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each word, from a table of values with their comma-separated words."""
    return {word: value for value, words in table.items() for word in words.split(", ")}


# Common English words that do not name clothes: never taken for a misspelt garment.
COMMON = _read_words("common_words.txt")
# Words that a search can use as they stand.
DETAILS = _read_words("details.txt")
OCCASION_WORDS = _list_words(_read_toml("occasions.toml"))

CARE_LABEL = "The care label inside has the last word."
_CARE = _read_toml("care.toml")
CARE: Mapping[str, str] = _CARE["advice"]
FIBRE_OF = _list_words(_CARE["fibres"])


class Field(StrEnum):
    """The property that a phrase describes."""

    GARMENT = "garment"
    SLOT = "slot"
    COLOUR = "colour"
    PATTERN = "pattern"
    STYLE = "style"
    MATERIAL = "material"
    OCCASION = "occasion"
    SEASON = "season"
    DETAIL = "detail"


@dataclass(frozen=True)
class Vocabulary:
    """Fields and values by phrase, each word of a phrase stemmed."""

    meanings: Mapping[tuple[str, ...], tuple[Field, str]]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a phrase, stemmed."""
        return frozenset(word for phrase in self.meanings for word in phrase)

    @cached_property
    def own(self) -> ShopWords:
        """The words, singular and plural, as what a misspelt word may stand for."""
        return ShopWords((), {form: 1 for word in self.words for form in (word, f"{word}s")})

    def correct(self, words: Sequence[str]) -> dict[str, str]:
        """Return what misspelt words of a message stand for, as search takes them."""
        unknown = " ".join(word for word in words if not self.knows(word))
        found = correct_spelling(tokenise_prompt(unknown), own=self.own, is_english=True)
        return {one.written: one.corrected for one in found}

    def knows(self, word: str) -> bool:
        return any(each in self.words | COMMON | WORDS for each in (word, stem(word)))


@lru_cache(maxsize=64)
def build_vocabulary(taxonomy: Taxonomy) -> Vocabulary:
    """Return the vocabulary of a taxonomy; cached."""
    meanings: dict[tuple[str, ...], tuple[Field, str]] = {}
    for field, phrase, value in _list_phrases(taxonomy):
        meanings.setdefault(tuple(stem(token) for token in tokenise(phrase)), (field, value))
    return Vocabulary(meanings)


def _list_phrases(taxonomy: Taxonomy) -> Iterator[tuple[Field, str, str]]:
    """Yield phrases with their field and value; the first meaning of a phrase wins."""
    for kind in taxonomy.types:
        yield Field.GARMENT, kind.name, kind.name
    for phrase, slot in SLOT_PHRASES.items():
        yield Field.SLOT, phrase, slot
    for kind in taxonomy.types:
        for phrase in kind.phrases:
            yield Field.GARMENT, phrase, kind.name
    for phrase, occasion in OCCASION_WORDS.items():
        yield Field.OCCASION, phrase, occasion
    tables = (
        (Field.COLOUR, COLOURS),
        (Field.SEASON, SEASONS),
        (Field.STYLE, STYLES),
        (Field.MATERIAL, MATERIALS),
        (Field.PATTERN, PATTERNS),
    )
    for field, table in tables:
        for name, words in table.items():
            for phrase in texts_for(Use.CHAT, words):
                yield field, phrase, name
    yield Field.DETAIL, "dress code", "dress code"
    for word in sorted(DETAILS):
        yield Field.DETAIL, word, word
