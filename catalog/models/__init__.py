"""A shop's images, the facets that describe them, and the state of its vector index."""

from catalog.models.facets import AgeGroup, Category, Facet, Style
from catalog.models.image import Image, original_key, photo_key
from catalog.models.index import IndexEntry, VectorIndex

__all__ = [
    "AgeGroup",
    "Category",
    "Facet",
    "Image",
    "IndexEntry",
    "Style",
    "VectorIndex",
    "original_key",
    "photo_key",
]
