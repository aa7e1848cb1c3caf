"""A shop's products, their images and facets, stated and seen, and its vector index."""

from catalog.models.duplicates import DuplicatePair, PhotoHash
from catalog.models.facets import (
    AgeGroup,
    AgeGroupAlias,
    Category,
    CategoryAlias,
    Facet,
    FacetAlias,
    Style,
    StyleAlias,
)
from catalog.models.facts import ContradictionReview, PhotoFacts
from catalog.models.fetches import PhotoFetch
from catalog.models.image import Image, make_original_key, make_photo_key
from catalog.models.imports import Feed, ImportJob, ImportProblem
from catalog.models.index import CollectionAddress, GarmentVectors, IndexEntry, VectorIndex
from catalog.models.product import Product, Variant
from catalog.models.search_documents import ImageDocument, ProductDocument
from catalog.models.shop_words import ShopWord
from catalog.models.thumbnails import Thumbnails

__all__ = [
    "AgeGroup",
    "AgeGroupAlias",
    "Category",
    "CategoryAlias",
    "CollectionAddress",
    "ContradictionReview",
    "DuplicatePair",
    "Facet",
    "FacetAlias",
    "Feed",
    "GarmentVectors",
    "Image",
    "ImageDocument",
    "ImportJob",
    "ImportProblem",
    "IndexEntry",
    "PhotoFacts",
    "PhotoFetch",
    "PhotoHash",
    "Product",
    "ProductDocument",
    "ShopWord",
    "Style",
    "StyleAlias",
    "Thumbnails",
    "Variant",
    "VectorIndex",
    "make_original_key",
    "make_photo_key",
]
