"""Types that take in others: "shoes" are sneakers too, and a "jacket" may be a denim jacket."""

from functools import lru_cache

from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

# Types that people call everything in their slot by.
WHOLE_SLOTS = {"shoes": "shoes", "bag": "bag", "top": "top"}
_ALSO = {"dress": ("sundress",), "sweater": ("turtleneck",), "coat": ("parka", "raincoat")}


@lru_cache(maxsize=1024)
def kinds_under(kind: str, taxonomy: Taxonomy = DEFAULT_TAXONOMY) -> frozenset[str]:
    """Return the types that a word for one takes in, itself among them."""
    if kind in WHOLE_SLOTS:
        return frozenset(t.name for t in taxonomy.types if t.slot == WHOLE_SLOTS[kind])
    narrower = (name for name in taxonomy.names if name.endswith(f" {kind}"))
    return frozenset({kind, *narrower, *_ALSO.get(kind, ())})
