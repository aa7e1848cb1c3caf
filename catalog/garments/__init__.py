"""Garments made up by a program: for the demo shop, for training, for tests.

A garment is a few features; from them come its product photo, its catalogue page and its captions.
Imports nothing from Django.
"""

from catalog.garments.captions import captions
from catalog.garments.cloths import shade_of
from catalog.garments.describing import Listing, describe
from catalog.garments.drawing import draw_garment
from catalog.garments.model import KINDS, PATTERNS, Garment
from catalog.garments.sampling import sample_garments
from catalog.garments.words import LABELS, SYNONYMS

__all__ = [
    "KINDS",
    "LABELS",
    "PATTERNS",
    "SYNONYMS",
    "Garment",
    "Listing",
    "captions",
    "describe",
    "draw_garment",
    "sample_garments",
    "shade_of",
]
