"""The words for each tag: English shop language, lower case, letters and spaces only.

`KINDS` are nouns, `MODIFIERS` stand before the noun, `TAILS` after it. A garment has several kinds,
a wide and a narrow one: sneakers are also shoes.
"""

from collections.abc import Mapping

Words = Mapping[str, tuple[str, ...]]

KINDS: Words = {
    "kind:blazer": ("blazer", "suit jacket", "sports coat"),
    "kind:blouse": ("blouse", "womens blouse"),
    "kind:body": ("bodysuit", "baby bodysuit", "onesie", "baby body", "baby romper", "body"),
    "kind:dress": ("dress", "frock", "gown"),
    "kind:hat": ("hat", "headwear"),
    "kind:hoodie": ("hoodie", "hooded sweatshirt", "hooded jumper", "hoody"),
    "kind:longsleeve": (
        "longsleeve", "long sleeve top", "long sleeve t shirt", "long sleeved t shirt",
        "long sleeve tee",
    ),
    "kind:outwear": ("outwear", "outerwear"),
    "kind:pants": ("pants", "trousers", "slacks"),
    "kind:polo": ("polo", "polo shirt"),
    "kind:shirt": ("shirt", "button up shirt", "button down shirt", "collared shirt"),
    "kind:shoes": ("shoes", "footwear", "pair of shoes"),
    "kind:shorts": ("shorts", "short trousers", "pair of shorts"),
    "kind:skirt": ("skirt",),
    "kind:t-shirt": ("t shirt", "tshirt", "tee", "tee shirt", "short sleeve t shirt"),
    "kind:top": ("top", "womens top"),
    "kind:undershirt": ("undershirt", "tank top", "singlet", "vest", "sleeveless top"),
    "kind:trousers": ("trousers", "chinos", "slacks"),
    "kind:jeans": ("jeans", "denims", "denim trousers", "denim jeans"),
    "kind:joggers": ("joggers", "jogging pants", "sweatpants"),
    "kind:coat": ("coat", "winter coat", "overcoat"),
    "kind:parka": ("parka",),
    "kind:jacket": ("jacket", "short jacket"),
    "kind:sneakers": ("sneakers", "trainers", "sports shoes", "running shoes"),
    "kind:boots": ("boots", "leather boots"),
    "kind:jumper": ("jumper", "sweater", "pullover", "knitted jumper"),
    "kind:cardigan": ("cardigan", "knitted cardigan"),
    "kind:knitwear": ("knitwear", "knit"),
    "kind:cap": ("cap", "baseball cap"),
    "kind:beanie": ("beanie", "woolly hat", "knitted hat"),
    "kind:bucket hat": ("bucket hat", "sun hat"),
    "kind:camisole": ("camisole", "cami top"),
    "kind:crop top": ("crop top", "cropped top"),
    "kind:peplum top": ("peplum top",),
    "kind:bag": ("bag",),
    "kind:tote": ("tote bag", "tote", "shopping bag"),
    "kind:handbag": ("handbag", "purse"),
    "kind:backpack": ("backpack", "rucksack"),
    "kind:scarf": ("scarf", "knitted scarf", "shawl"),
}  # fmt: skip

COLOURS: Words = {
    "colour:black": ("black",),
    "colour:white": ("white",),
    "colour:grey": ("grey", "gray"),
    "colour:navy": ("navy", "navy blue", "dark blue"),
    "colour:blue": ("blue",),
    "colour:teal": ("teal", "turquoise"),
    "colour:green": ("green",),
    "colour:yellow": ("yellow",),
    "colour:orange": ("orange",),
    "colour:red": ("red",),
    "colour:pink": ("pink",),
    "colour:purple": ("purple", "violet"),
    "colour:brown": ("brown",),
    "colour:beige": ("beige",),
}

_SHADES = (
    "charcoal", "silver", "ivory", "cream", "sand", "khaki", "camel", "taupe", "chocolate",
    "royal blue", "sky blue", "light blue", "forest green", "olive", "sage",
    "mint", "lime", "lemon", "mustard", "rust", "peach", "coral", "burgundy", "blush",
    "dusty rose", "fuchsia", "plum", "lavender",
)  # fmt: skip

_PATTERNS: Words = {
    "pattern:plain": ("plain", "solid", "plain coloured"),
    "pattern:striped": ("striped", "stripy"),
    "pattern:checked": ("checked", "plaid", "checkered", "tartan", "gingham"),
    "pattern:dotted": ("dotted", "polka dot", "spotted"),
    "pattern:floral": ("floral", "flowery", "flower print"),
    "pattern:zigzag": ("zigzag", "chevron"),
    "pattern:leopard": ("leopard", "leopard print", "animal print"),
}
_PATTERN_TAILS: Words = {
    "pattern:striped": ("with stripes", "with a striped pattern"),
    "pattern:checked": ("with checks", "with a checked pattern"),
    "pattern:dotted": ("with dots", "with polka dots", "with a dotted pattern"),
    "pattern:floral": ("with flowers", "with floral print", "with floral patterns",
                       "with a floral pattern"),
    "pattern:zigzag": ("with zigzags", "with a zigzag pattern"),
    "pattern:leopard": ("with leopard print", "with a leopard pattern"),
}  # fmt: skip

_SLEEVES: Words = {
    "sleeve:long": ("long sleeve", "long sleeved"),
    "sleeve:short": ("short sleeve", "short sleeved"),
    "sleeve:sleeveless": ("sleeveless",),
}
_SLEEVE_TAILS: Words = {
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

MODIFIERS: Words = {
    **COLOURS,
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

TAILS: Words = {
    **{tag: tuple(f"in {word}" for word in words) for tag, words in COLOURS.items()},
    **_PATTERN_TAILS,
    **_SLEEVE_TAILS,
    **{f"neckline:{name}": (f"with {name}", f"with a {name}") for name in _NECKLINES},
    "neckline:hooded": ("with a hood",),
    **{
        f"accent:{tag.removeprefix('colour:')}": (f"with {words[0]}", f"with {words[0]} details")
        for tag, words in COLOURS.items()
    },
}

LEADS = ("", "", "", "", "a", "a photo of a", "a photo of", "picture of a", "the", "an image of a",
         "an", "a product photo of a")  # fmt: skip

NOISE: Words = {
    "nouns": ("clothes", "clothing", "garment", "item", "piece of clothing", "something", "one",
              "", "", ""),
    "praise": ("nice", "new", "beautiful", "stylish", "modern", "classic", "pretty", "cool",
               "warm", "elegant", "casual", "i want a", "show me a", "looking for a"),
    "uses": ("for sale", "for women", "for men", "for summer", "for winter", "for work",
             "for everyday", "online", "on a plain background", "for a party", "for the beach",
             "for kids", "please"),
}  # fmt: skip


def normalised(name: str) -> str:
    """Return a tag's value as it is spelled here: letters and single spaces."""
    return " ".join("".join(c if c.isalpha() else " " for c in name.lower()).split())


def plural(noun: str) -> str:
    """Return the plural of a noun phrase; phrases that are plural already stay."""
    if noun.endswith(("s", "wear", "footwear", "clothing")) and not noun.endswith("ss"):
        return noun
    if noun.endswith(("ss", "ch", "sh", "x")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"
