"""The people that garments are for, in prompts and in what shops state."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.lexicon import read_english, read_lexicons, split_words
from recommendations.query.segmentation import PromptPiece


class Wearer(StrEnum):
    """Whom a garment is for."""

    FEMALE = "female"
    MALE = "male"


_CONCEPTS = {
    Wearer.FEMALE: frozenset({
        "women's", "women", "ladies", "girls'", "girls", "pregnant women", "mother", "grandmother",
        "bride", "bridesmaids",
    }),
    Wearer.MALE: frozenset({
        "men's", "men", "gentlemen", "boys'", "boys", "father", "grandfather", "groom",
    }),
}  # fmt: skip
# As feeds state a gender, beside the words of people.
_STATED = {
    "female": Wearer.FEMALE,
    "f": Wearer.FEMALE,
    "w": Wearer.FEMALE,
    "woman": Wearer.FEMALE,
    "womens": Wearer.FEMALE,
    "male": Wearer.MALE,
    "m": Wearer.MALE,
    "man": Wearer.MALE,
    "mens": Wearer.MALE,
}


def find_wearer(pieces: Iterable[PromptPiece]) -> tuple[Wearer, str] | None:
    """Return whom a prompt's garments are for, and its word; None for nobody and for both."""
    found = [
        (wearer, piece.text)
        for piece in pieces
        if piece.concept and piece.concept.role is Role.PERSON
        for wearer, texts in _CONCEPTS.items()
        if piece.concept.text in texts
    ]
    return found[0] if len({wearer for wearer, _ in found}) == 1 else None


def read_gender(stated: str) -> Wearer | None:
    """Return whom a stated gender names, in any language; None for both and for other texts."""
    words = split_words(stated)
    found = {_read_words().get(word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


@cache
def _read_words() -> dict[str, Wearer]:
    words = dict(_STATED)
    for lexicon in (read_english(), *read_lexicons()):
        for phrase, concept in lexicon.phrases.items():
            for wearer, texts in _CONCEPTS.items():
                if len(phrase) == 1 and concept.role is Role.PERSON and concept.text in texts:
                    words.setdefault(phrase[0], wearer)
    return words
