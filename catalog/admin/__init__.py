"""The admin pages of catalogues and their indexes."""

from catalog.admin import facets, images, indexes, products

__all__ = ["facets", "images", "indexes", "products"]
