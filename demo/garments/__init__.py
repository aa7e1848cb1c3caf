"""Generated garments, for the demo shop, for training and for tests.

A garment is a set of features; its product photo and its catalogue page are made from them.
Imports nothing from Django.
"""

from demo.garments.cloths import shade_of
from demo.garments.drawing import draw_garment
from demo.garments.listings import Listing, describe
from demo.garments.model import KINDS, PATTERNS, Garment
from demo.garments.sampling import sample_garments
from demo.garments.words import LABELS, SYNONYMS, noun_of

__all__ = [
    "KINDS",
    "LABELS",
    "PATTERNS",
    "SYNONYMS",
    "Garment",
    "Listing",
    "describe",
    "draw_garment",
    "noun_of",
    "sample_garments",
    "shade_of",
]
