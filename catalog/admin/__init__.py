"""The admin pages of catalogues and their indexes."""

from catalog.admin import facets, images, imports, indexes, products

__all__ = ["facets", "images", "imports", "indexes", "products"]
