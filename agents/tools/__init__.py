"""The tools, each with the operations of the API that it calls."""

from agents.tools import outfits, photos, products, search

TOOLS = (*search.TOOLS, *products.TOOLS, *outfits.TOOLS, *photos.TOOLS)
