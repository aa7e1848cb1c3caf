"""The words that captions have for each tag: lower case, letters and spaces only.

`KINDS` are nouns, `MODIFIERS` stand before the noun, `TAILS` after it. Most words are those of the
vocabulary that are used in captions. A garment has several kinds, a wide and a narrow one: sneakers
are also shoes. The wide kinds are named like the labels of the clothing photos.
"""

import random
from collections.abc import Collection, Mapping

from catalog.vocabulary.kinds import KINDS as VOCABULARY
from catalog.vocabulary.words import COLOURS as RETAIL_COLOURS
from catalog.vocabulary.words import PATTERNS, Use, texts_for
from core.ml.colours import BASIC_COLOURS

Texts = Mapping[str, tuple[str, ...]]
MISSPELT_LENGTH = 6

# The tag of a kind, where it is not the vocabulary's name for it.
TAG_VALUES = {
    "bodysuit": "body",
    "long-sleeve top": "longsleeve",
    "polo shirt": "polo",
    "sweater": "jumper",
    "tank top": "undershirt",
    "tote bag": "tote",
}
PATTERN_VALUES = {"animal": "leopard"}  # the generator draws one pattern of animals


def _kind(name: str, *, plainest: str | None = None) -> tuple[str, ...]:
    """Return a kind's words for captions, the plainest first."""
    return tuple(
        sorted(texts_for(Use.CAPTION, VOCABULARY[name].words), key=lambda text: text != plainest)
    )


KINDS: Texts = {
    **{
        f"kind:{TAG_VALUES.get(name, name)}": _kind(name)
        for name in (
            "blazer", "blouse", "bodysuit", "dress", "hat", "hoodie", "shirt", "shoes", "shorts",
            "skirt", "t-shirt", "top", "jeans", "joggers", "coat", "parka", "jacket", "sneakers",
            "boots", "cardigan", "cap", "beanie", "bucket hat", "camisole", "crop top", "bag",
            "tote bag", "handbag", "backpack", "scarf", "suit", "denim jacket", "leather jacket",
            "bomber jacket", "puffer jacket", "raincoat", "sweatshirt", "leggings", "high heels",
            "ballet flats", "sandals", "gloves", "socks", "belt", "tie",
        )
    },
    "kind:longsleeve": _kind("long-sleeve top", plainest="longsleeve"),
    "kind:polo": _kind("polo shirt", plainest="polo"),
    "kind:undershirt": _kind("tank top", plainest="undershirt"),
    "kind:jumper": _kind("sweater", plainest="jumper"),
    "kind:pants": _kind("trousers", plainest="pants"),
    "kind:trousers": ("trousers", "chinos", "slacks"),  # the narrow kind: jeans are pants, too
    "kind:outwear": ("outwear", "outerwear"),
    "kind:knitwear": ("knitwear", "knit"),
    "kind:peplum top": ("peplum top",),
}  # fmt: skip

_COLOURS: Texts = {
    f"colour:{name}": texts_for(Use.CAPTION, RETAIL_COLOURS[name]) for name in BASIC_COLOURS
}
_SHADES = tuple(
    text
    for name, words in RETAIL_COLOURS.items()
    if name not in BASIC_COLOURS
    for text in texts_for(Use.CAPTION, words)
)
_PATTERNS: Texts = {
    f"pattern:{PATTERN_VALUES.get(name, name)}": texts_for(Use.CAPTION, PATTERNS[name])
    for name in ("plain", "striped", "checked", "dotted", "floral", "zigzag", "animal")
}
_PATTERN_TAILS: Texts = {
    "pattern:striped": ("with stripes", "with a striped pattern"),
    "pattern:checked": ("with checks", "with a checked pattern"),
    "pattern:dotted": ("with dots", "with polka dots", "with a dotted pattern"),
    "pattern:floral": ("with flowers", "with floral print", "with floral patterns",
                       "with a floral pattern"),
    "pattern:zigzag": ("with zigzags", "with a zigzag pattern"),
    "pattern:leopard": ("with leopard print", "with a leopard pattern"),
}  # fmt: skip

_SLEEVES: Texts = {
    "sleeve:long": ("long sleeve", "long sleeved"),
    "sleeve:short": ("short sleeve", "short sleeved"),
    "sleeve:sleeveless": ("sleeveless",),
}
_SLEEVE_TAILS: Texts = {
    "sleeve:long": ("with long sleeves",),
    "sleeve:short": ("with short sleeves",),
    "sleeve:sleeveless": ("without sleeves",),
}

_NECKLINES = (
    "crew neck", "v neck", "scoop neck", "square neck", "round neck", "boat neck", "roll neck",
    "envelope neck", "polo collar", "classic collar", "stand collar", "notch lapels", "henley",
)  # fmt: skip
_CUTS = (
    "bow", "ruffle", "wrap", "zip", "ribbed", "cable", "single breasted", "double breasted",
    "bomber", "denim", "puffer", "a line", "fit and flare", "shift", "slip", "pencil", "pleated",
    "tiered", "chino", "wide leg", "straight", "skinny", "flared", "sport", "low top", "high top",
    "runner", "ankle", "chelsea", "knee high", "looped", "folded", "pullover",
)  # fmt: skip

# What tagging compares photos with, to find the garments that a person wears.
SCENES: Texts = {
    "scene:worn": ("worn by a person", "on a model", "being worn", "on a person"),
    "scene:flat": ("lying flat", "on a hanger", "without a person"),
}

MODIFIERS: Texts = {
    **_COLOURS,
    **{f"shade:{name}": (name,) for name in _SHADES},
    **_PATTERNS,
    **_SLEEVES,
    **{f"neckline:{name}": (name,) for name in _NECKLINES},
    "neckline:hooded": ("hooded",),
    **{f"cut:{name}": (name,) for name in _CUTS},
    "fit:slim": ("slim", "slim fit", "fitted"),
    "fit:oversized": ("oversized", "loose", "baggy"),
    "length:mini": ("mini", "short"),
    "length:midi": ("midi", "knee length"),
    "length:maxi": ("maxi", "long"),
    "length:cropped": ("cropped",),
    "length:long": ("long",),
}

TAILS: Texts = {
    **{tag: tuple(f"in {word}" for word in words) for tag, words in _COLOURS.items()},
    **_PATTERN_TAILS,
    **_SLEEVE_TAILS,
    **SCENES,
    **{f"neckline:{name}": (f"with {name}", f"with a {name}") for name in _NECKLINES},
    "neckline:hooded": ("with a hood",),
    **{
        f"accent:{tag.removeprefix('colour:')}": (f"with {words[0]}", f"with {words[0]} details")
        for tag, words in _COLOURS.items()
    },
}

LEADS = ("", "", "", "", "a", "a photo of a", "a photo of", "picture of a", "the", "an image of a",
         "an", "a product photo of a")  # fmt: skip

NOISE: Texts = {
    "nouns": ("clothes", "clothing", "garment", "item", "piece of clothing", "something", "one",
              "", "", ""),
    "praise": ("nice", "new", "beautiful", "stylish", "modern", "pretty", "cool", "cheap",
               "i want a", "show me a", "looking for a", "i need a"),
    "uses": ("for sale", "for women", "for men", "online", "on a plain background", "please",
             "for kids"),
}  # fmt: skip


def plural(noun: str) -> str:
    """Return the plural of a noun phrase; phrases that are plural already stay."""
    if noun.endswith(("s", "wear", "footwear", "clothing")) and not noun.endswith("ss"):
        return noun
    if noun.endswith(("ss", "ch", "sh", "x")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def misspell(text: str, rng: random.Random) -> str:
    """Drop, double or swap a letter in the longest word, if it is long enough to be known still."""
    longest = max(text.split(), key=len)
    if len(longest) < MISSPELT_LENGTH:
        return text
    place = rng.randrange(1, len(longest) - 2)
    start, letter, after, end = (
        longest[:place],
        longest[place],
        longest[place + 1],
        longest[place + 2 :],
    )
    wrong = rng.choice(
        (
            f"{start}{after}{end}",
            f"{start}{letter}{letter}{after}{end}",
            f"{start}{after}{letter}{end}",
        )
    )
    return text.replace(longest, wrong, 1)


def list_shown_tags(tags: Collection[str]) -> list[str]:
    """Return the kinds and patterns of the vocabulary that have a tag among these."""
    named = {
        "kind": {name: TAG_VALUES.get(name, name) for name in VOCABULARY},
        "pattern": {name: PATTERN_VALUES.get(name, name) for name in PATTERNS},
    }
    return [
        f"{field}:{name}"
        for field, values in named.items()
        for name, value in values.items()
        if f"{field}:{value}" in tags
    ]
