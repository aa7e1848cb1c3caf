"""The words shops and shoppers use for garments."""

from types import MappingProxyType

from demo.garments.model import Garment

# Kinds that are spoken of in the plural, and take no article.
PAIRS = frozenset({"trousers", "jeans", "shorts", "sneakers", "boots"})

SYNONYMS = MappingProxyType({
    "t-shirt": ("t-shirt", "tee", "tee shirt", "short-sleeve t-shirt"),
    "long-sleeve top": ("long-sleeve top", "long-sleeved t-shirt", "longsleeve"),
    "tank top": ("tank top", "undershirt", "vest", "sleeveless top"),
    "top": ("top", "women's top"),
    "bodysuit": ("bodysuit", "baby bodysuit", "onesie", "baby romper"),
    "polo shirt": ("polo shirt", "polo"),
    "shirt": ("shirt", "button-up shirt", "collared shirt"),
    "blouse": ("blouse", "women's blouse"),
    "hoodie": ("hoodie", "hooded sweatshirt", "hooded jumper"),
    "jumper": ("jumper", "sweater", "pullover", "knit"),
    "cardigan": ("cardigan", "knitted cardigan"),
    "blazer": ("blazer", "suit jacket", "sports coat"),
    "coat": ("coat", "outerwear", "winter coat"),
    "jacket": ("jacket", "outerwear", "short jacket"),
    "dress": ("dress", "frock"),
    "skirt": ("skirt",),
    "trousers": ("trousers", "pants", "slacks"),
    "jeans": ("jeans", "denim trousers", "denims"),
    "shorts": ("shorts", "short trousers"),
    "sneakers": ("sneakers", "trainers", "shoes", "sports shoes"),
    "boots": ("boots", "shoes", "footwear"),
    "hat": ("hat", "headwear"),
    "bag": ("bag",),
    "scarf": ("scarf", "knitted scarf"),
})  # fmt: skip

# What a cut makes of a kind: ("hat", "cap") is no "cap hat" but a "cap".
_CUT_NOUNS = MappingProxyType(
    {
        ("top", "camisole"): "camisole",
        ("top", "crop"): "crop top",
        ("top", "peplum"): "peplum top",
        ("blouse", "bow"): "bow-neck blouse",
        ("blouse", "ruffle"): "ruffled blouse",
        ("blouse", "wrap"): "wrap blouse",
        ("hoodie", "zip"): "zip hoodie",
        ("jumper", "cable"): "cable-knit jumper",
        ("blazer", "double-breasted"): "double-breasted blazer",
        ("coat", "overcoat"): "overcoat",
        ("coat", "parka"): "parka",
        ("jacket", "bomber"): "bomber jacket",
        ("jacket", "denim"): "denim jacket",
        ("jacket", "puffer"): "puffer jacket",
        ("dress", "a-line"): "a-line dress",
        ("dress", "fit-and-flare"): "fit-and-flare dress",
        ("dress", "shift"): "shift dress",
        ("dress", "wrap"): "wrap dress",
        ("dress", "slip"): "slip dress",
        ("skirt", "a-line"): "a-line skirt",
        ("skirt", "pencil"): "pencil skirt",
        ("skirt", "pleated"): "pleated skirt",
        ("skirt", "tiered"): "tiered skirt",
        ("trousers", "chino"): "chinos",
        ("trousers", "wide-leg"): "wide-leg trousers",
        ("trousers", "joggers"): "joggers",
        ("jeans", "straight"): "straight-leg jeans",
        ("jeans", "skinny"): "skinny jeans",
        ("jeans", "flared"): "flared jeans",
        ("shorts", "chino"): "chino shorts",
        ("shorts", "sport"): "sports shorts",
        ("shorts", "denim"): "denim shorts",
        ("sneakers", "low-top"): "low-top sneakers",
        ("sneakers", "high-top"): "high-top sneakers",
        ("sneakers", "runner"): "running shoes",
        ("boots", "ankle"): "lace-up ankle boots",
        ("boots", "chelsea"): "Chelsea boots",
        ("boots", "knee-high"): "knee-high boots",
        ("hat", "cap"): "cap",
        ("hat", "beanie"): "beanie",
        ("hat", "bucket"): "bucket hat",
        ("bag", "tote"): "tote bag",
        ("bag", "handbag"): "handbag",
        ("bag", "backpack"): "backpack",
        ("scarf", "looped"): "scarf",
        ("scarf", "folded"): "scarf",
    }
)

# The clothing photos' labels, as they are spelled there.
LABELS = (
    "T-Shirt", "Longsleeve", "Pants", "Shoes", "Shirt", "Outwear", "Dress", "Shorts", "Undershirt",
    "Skirt", "Hat", "Polo", "Hoodie", "Blazer", "Body", "Blouse", "Top",
)  # fmt: skip


def noun_of(garment: Garment) -> str:
    """Return what the garment is called for its cut: a hat cut as a cap is a "cap"."""
    return _CUT_NOUNS.get((garment.kind, garment.cut or ""), garment.kind)


def with_article(phrase: str, *, is_pair: bool) -> str:
    """Return the phrase with "a" or "an", or as it is when it names a pair."""
    if is_pair:
        return phrase
    return f"{'an' if phrase[0].lower() in 'aeiou' else 'a'} {phrase}"


def is_pair(garment: Garment) -> bool:
    """Say whether the garment is spoken of in the plural."""
    return garment.kind in PAIRS
