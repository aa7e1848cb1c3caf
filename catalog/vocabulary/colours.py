"""Words for the retail colours of `core.ml.colours`."""

from catalog.vocabulary.words import parse_table
from core.ml.colours import RETAIL_COLOURS

# Colours with more words than their name, or a name that is not for every use.
_ENTRIES = {
    "charcoal": "charcoal | dark grey, anthracite",
    "grey": "grey, gray",
    "silver": "silver | light grey",
    "ivory": "ivory | off white",
    "cream": "cream | ecru",
    "beige": "beige | nude",
    "camel": "camel | tan, cognac, light brown",
    "chocolate": "chocolate | dark brown",
    "navy": "navy, navy blue, dark blue | midnight blue",
    "royal blue": "royal blue | cobalt",
    "denim": "denim (demo)",  # more often a fabric
    "light blue": "light blue | baby blue, pale blue",
    "teal": "teal, turquoise (caption) | petrol",
    "turquoise": "turquoise (not caption) | aqua",
    "green": "green | emerald",
    "forest green": "forest green | dark green, bottle green",
    "olive": "olive | khaki green",
    "mint": "mint | light green",
    "mustard": "mustard | gold, golden",
    "rust": "rust | terracotta",
    "peach": "peach | apricot",
    "coral": "coral | salmon",
    "red": "red | scarlet, crimson",
    "burgundy": "burgundy | wine, bordeaux, maroon, dark red",
    "blush": "blush | light pink",
    "fuchsia": "fuchsia | hot pink, magenta",
    "purple": "purple, violet",
    "plum": "plum | aubergine",
    "lavender": "lavender | lilac",
}

COLOURS = parse_table({c.name: _ENTRIES.get(c.name, c.name) for c in RETAIL_COLOURS})
