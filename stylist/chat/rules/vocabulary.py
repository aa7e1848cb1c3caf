"""The phrases that the rules understand, for one taxonomy including a shop's own types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property, lru_cache

from catalog.vocabulary.kinds import SLOT_PHRASES
from catalog.vocabulary.properties import COLOURS, MATERIALS, PATTERNS, SEASONS, STYLES
from catalog.vocabulary.words import Use, texts_for
from stylist.chat.rules.lexicon.cues import WORDS
from stylist.chat.rules.lexicon.words import COMMON, OCCASION_WORDS
from stylist.chat.rules.tokens import stem, tokenise
from stylist.tagging.taxonomy import Taxonomy

MAX_PHRASE_LENGTH = 4  # words
MIN_SWAPPED_LENGTH = 4  # letters, of a word with two letters swapped
MIN_MISSPELT_LENGTH = 5  # letters: shorter words are too similar to each other
MIN_SIMILARITY = 0.8

# Words that a search can use as they stand.
DETAILS = frozenset(
    "long short midi maxi mini slim skinny straight wide loose tight oversized fitted cropped "
    "sleeveless strapless backless hooded padded quilted warm light lightweight heavy thick thin "
    "soft waterproof breathable stretchy comfortable comfy sexy cute bright dark pale pastel "
    "colourful colorful neutral shiny sparkly sequin sequined lace ruffle pleated belted "
    "high-waisted low-cut v-neck crew-neck round-neck turtleneck sustainable organic vegan eco "
    "men man women woman mens womens ladies unisex kids kid children boy girl baby plus petite "
    "tall maternity pocket zip button flat embroidered knitted knit flowy asymmetric wrap modern "
    "trendy fashionable new stylish".replace("-", " ").split()
)


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


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value of a field."""

    field: Field
    value: str


@dataclass(frozen=True)
class Vocabulary:
    """Meanings by phrase, each word of a phrase stemmed."""

    meanings: Mapping[tuple[str, ...], Meaning]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a phrase, stemmed."""
        return frozenset(word for phrase in self.meanings for word in phrase)

    def correct(self, word: str) -> str:
        """Return the most similar known word for a misspelt one, or the word itself."""
        known = any(each in self.words | COMMON | WORDS for each in (word, stem(word)))
        if known or len(word) < MIN_SWAPPED_LENGTH or not word.isalpha():
            return word
        for each in sorted(self.words):
            if each[0] == word[0] and sorted(each) == sorted(word):
                return each
        if len(word) < MIN_MISSPELT_LENGTH:
            return word
        near = [
            each for each in self.words if each[0] == word[0] and abs(len(each) - len(word)) < 3
        ]
        scored = [(_measure_similarity(word, each), each) for each in sorted(near)]
        best, meant = max(scored, default=(0.0, word), key=lambda pair: pair[0])
        return meant if best >= MIN_SIMILARITY else word


@lru_cache(maxsize=64)
def build_vocabulary(taxonomy: Taxonomy) -> Vocabulary:
    """Return the vocabulary of a taxonomy; cached."""
    meanings: dict[tuple[str, ...], Meaning] = {}
    for field, phrase, value in _list_phrases(taxonomy):
        meanings.setdefault(tuple(stem(token) for token in tokenise(phrase)), Meaning(field, value))
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


def _measure_similarity(word: str, other: str) -> float:
    """Return the similarity of two words in [0, 1], ignoring a plural ending."""
    return max(
        SequenceMatcher(None, spelt, other, autojunk=False).ratio() for spelt in (word, stem(word))
    )
