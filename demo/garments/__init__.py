"""Garments made up by a program: for the demo shop, for training, for tests.

A garment is a few features; from them come its product photo, its catalogue page and its captions.
Imports nothing from Django.
"""

from demo.garments.captions import captions
from demo.garments.cloths import shade_of
from demo.garments.describing import Listing, describe
from demo.garments.drawing import draw_garment
from demo.garments.model import KINDS, PATTERNS, Garment
from demo.garments.sampling import sample_garments
from demo.garments.words import LABELS, SYNONYMS

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
