"""The admin pages of catalogues and their indexes."""

from catalog.admin import duplicates, facets, images, imports, indexes, products

__all__ = ["duplicates", "facets", "images", "imports", "indexes", "products"]
