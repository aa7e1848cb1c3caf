"""Kinds and colours that a photo may show without contradicting what the shop states.

Both are sets of names; an empty set means that the statement says nothing that could be compared.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product

import numpy as np

from catalog.vocabulary.kinship import find_kinds, list_akin
from catalog.vocabulary.words import COLOURS, plain
from core.ml.colours import BASIC_OF, RETAIL_COLOURS, RETAIL_LAB

# More kinds that shops mean: the pieces of a set, and cuts for which there are several names.
_ALSO_MEANT = {
    "top": ("sweater", "sweatshirt", "hoodie"),
    "shirt": ("tunic", "jacket"),
    "sweater": ("hoodie", "fleece jacket"),
    "hoodie": ("jacket", "fleece jacket"),
    "cardigan": ("jacket", "coat"),
    "tunic": ("dress",),
    "dress": ("tunic", "playsuit"),
    "jacket": ("coat", "hoodie", "cardigan"),
    "coat": ("jacket", "blazer", "cardigan"),
    "blazer": ("coat",),
    "suit": ("trousers", "waistcoat", "jacket"),
    "pyjamas": ("t-shirt", "long-sleeve top", "shirt", "trousers", "shorts", "joggers"),
    "tights": ("socks",),
    "ankle boots": ("high heels", "lace-up shoes"),
    "slippers": ("loafers", "ballet flats", "sandals"),
}
_SEVERAL = frozenset(
    {
        *("multi", "multicolour", "multicolor", "multicoloured", "multicolored", "colourful"),
        *("colorful", "mixed", "assorted", "various", "rainbow", "print", "printed", "patterned"),
    }
)
# Basic or retail colours that shops and photos do not tell apart in all their shades.
_NEAR = {
    frozenset(pair)
    for pair in (
        ("navy", "blue"),
        ("navy", "black"),
        ("black", "charcoal"),
        ("white", "beige"),
        ("beige", "camel"),
        ("beige", "taupe"),
        ("brown", "khaki"),
        ("blue", "teal"),
        ("teal", "green"),
        ("red", "coral"),
        ("purple", "fuchsia"),
    )
}
# Names that also stand for colours which are not near.
_ALSO_CALLED = {"khaki": ("green",), "denim": ("black", "grey"), "burgundy": ("purple", "brown")}
MAX_NEAR_DISTANCE = 0.1  # in OKLab, between retail colours
MAX_COLOUR_WORDS = 3


@lru_cache(maxsize=4096)
def list_possible_kinds(category: str) -> frozenset[str]:
    """Return the kinds that a garment of this category may be, by their names."""
    stated = find_kinds(category)
    also = (other for kind in stated for other in _ALSO_MEANT.get(kind, ()))
    return list_akin(stated) | frozenset(also)


@lru_cache(maxsize=4096)
def list_possible_colours(colour: str) -> frozenset[str]:
    """Return the retail colours that a garment called so may have.

    Of several colours, "navy/white", one is enough; "multicolour" says nothing.
    """
    if not _SEVERAL.isdisjoint(plain(colour).split()):
        return frozenset()
    return frozenset[str]().union(*map(_list_near, find_colours(colour)))


@lru_cache(maxsize=4096)
def list_named_colours(text: str) -> frozenset[str]:
    """Return the retail names of the colours in a text; none if it says that there are many."""
    if not _SEVERAL.isdisjoint(plain(text).split()):
        return frozenset()
    return frozenset(find_colours(text))


def add_shades(colours: frozenset[str]) -> frozenset[str]:
    """Return retail colours with the shades of the basic ones: blue has royal blue too."""
    return colours | {shade for shade, basic in BASIC_OF.items() if basic in colours}


def find_colours(text: str) -> Iterator[str]:
    """Yield the retail names of the colours in a text, the longest phrases first."""
    words, names = plain(text).split(), _read_phrases()
    start = 0
    while start < len(words):
        for end in range(min(start + MAX_COLOUR_WORDS, len(words)), start, -1):
            if name := names.get(" ".join(words[start:end])):
                yield name
                start = end
                break
        else:
            start += 1


@cache
def _read_phrases() -> dict[str, str]:
    return {plain(word.text): name for name, words in COLOURS.items() for word in words} | {
        name: name for name in BASIC_OF
    }


@cache
def _list_near(name: str) -> frozenset[str]:
    """Return the retail names of a colour, of those near it, and of those it may be called."""
    names = [colour.name for colour in RETAIL_COLOURS]
    distances = np.linalg.norm(RETAIL_LAB - RETAIL_LAB[names.index(name)], axis=1)
    basics = (BASIC_OF[name], *_ALSO_CALLED.get(name, ()))
    return frozenset(
        other
        for other, distance in zip(names, distances.tolist(), strict=True)
        if distance <= MAX_NEAR_DISTANCE or BASIC_OF[other] in basics or _are_near(name, other)
    )


def _are_near(name: str, other: str) -> bool:
    pairs = product((name, BASIC_OF[name]), (other, BASIC_OF[other]))
    return any(frozenset(pair) in _NEAR for pair in pairs)
