"""A shop's images, their facets, stated and seen, and the state of its vector index."""

from catalog.models.facts import ContradictionReview, PhotoFacts
from catalog.models.image import (
    AgeGroup,
    Category,
    Facet,
    Image,
    Style,
    make_original_key,
    make_photo_key,
)
from catalog.models.index import GarmentVectors, IndexEntry, VectorIndex

__all__ = [
    "AgeGroup",
    "Category",
    "ContradictionReview",
    "Facet",
    "GarmentVectors",
    "Image",
    "IndexEntry",
    "PhotoFacts",
    "Style",
    "VectorIndex",
    "make_original_key",
    "make_photo_key",
]
