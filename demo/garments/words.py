"""The words that shops use for generated garments."""

from types import MappingProxyType

from catalog.vocabulary.kinds import KINDS as VOCABULARY
from catalog.vocabulary.words import Use
from demo.garments.model import KINDS, Garment

# The names of kinds that the vocabulary calls by another one.
_VOCABULARY_NAMES = {"jumper": "sweater"}

SYNONYMS = MappingProxyType(
    {
        kind: tuple(
            word.text
            for word in VOCABULARY[_VOCABULARY_NAMES.get(kind, kind)].words
            if Use.DEMO in word.uses
        )
        for kind in KINDS
    }
)

# The clothing photos' labels, as they are spelled there.
LABELS = (
    "T-Shirt", "Longsleeve", "Pants", "Shoes", "Shirt", "Outwear", "Dress", "Shorts", "Undershirt",
    "Skirt", "Hat", "Polo", "Hoodie", "Blazer", "Body", "Blouse", "Top",
)  # fmt: skip


def noun_of(garment: Garment) -> str:
    """Return what the garment is called because of its cut: a hat cut as a cap is a "cap"."""
    return KINDS[garment.kind].cuts.get(garment.cut or "", garment.kind)


def is_pair(garment: Garment) -> bool:
    """Return whether the garment is spoken of in the plural."""
    return garment.kind.endswith("s") and not garment.kind.endswith("ss")
