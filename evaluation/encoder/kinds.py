"""The kinds of the vocabulary that labels of photos stand for.

A photo is judged by three sets:

- its kind, such as "puffer jacket";
- wider kinds, which are true of it too: "jacket". A prompt for them should find the photo;
- arguable kinds, which the label leaves open: a photo labelled "jacket" may show a puffer jacket.

A tolerant answer may be any of them. A prompt for an arguable kind ignores the photo.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.garments import Garment, noun_of

_JACKETS = ("denim jacket", "leather jacket", "bomber jacket", "puffer jacket", "fleece jacket",
            "raincoat", "parka")  # fmt: skip
_SHOES = ("sneakers", "boots", "ankle boots", "sandals", "high heels", "ballet flats", "loafers",
          "lace-up shoes", "slippers")  # fmt: skip


@dataclass(frozen=True)
class LabelKinds:
    """The kinds of a label."""

    kind: str
    wider: tuple[str, ...] = ()
    arguable: tuple[str, ...] = ()

    @property
    def true(self) -> frozenset[str]:
        return frozenset((self.kind, *self.wider))

    @property
    def accepted(self) -> frozenset[str]:
        return self.true | frozenset(self.arguable)


# Photos of worn garments. Labels that are missing, such as "saree", have no kind.
WORN: Mapping[str, LabelKinds] = {
    "t-shirt": LabelKinds("t-shirt"),
    "long-sleeve t-shirt": LabelKinds("long-sleeve top", arguable=("t-shirt", "sweater")),
    "tank top": LabelKinds("tank top", ("top",), ("crop top", "camisole")),
    "bra top": LabelKinds("crop top", ("top",), ("tank top", "camisole")),
    "shirt": LabelKinds("shirt", arguable=("blouse",)),
    "blouse": LabelKinds("blouse", arguable=("shirt", "top", "tunic")),
    "sweater": LabelKinds("sweater", arguable=("sweatshirt",)),
    "sweatshirt": LabelKinds("sweatshirt", arguable=("sweater",)),
    "hoodie": LabelKinds("hoodie", arguable=("sweatshirt",)),
    "cardigan": LabelKinds("cardigan", arguable=("sweater",)),
    "dress": LabelKinds("dress", arguable=("evening dress", "shirt dress", "sundress")),
    "suit": LabelKinds("suit", arguable=("blazer",)),
    "jeans": LabelKinds("jeans", arguable=("trousers",)),
    "trousers": LabelKinds("trousers", arguable=("chinos",)),
    "skirt": LabelKinds("skirt", arguable=("mini skirt", "pencil skirt", "pleated skirt")),
    "jacket": LabelKinds("jacket", arguable=_JACKETS),
    "denim jacket": LabelKinds("denim jacket", ("jacket",)),
    "leather jacket": LabelKinds("leather jacket", ("jacket",)),
    "bomber jacket": LabelKinds("bomber jacket", ("jacket",)),
    "puffer jacket": LabelKinds("puffer jacket", ("jacket",)),
    "quilted jacket": LabelKinds("puffer jacket", ("jacket",)),
    "rain jacket": LabelKinds("raincoat", ("jacket",)),
    "blazer": LabelKinds("blazer", arguable=("jacket", "suit")),
    "coat": LabelKinds("coat", arguable=("raincoat", "parka", "trench coat")),
    "sneakers": LabelKinds("sneakers", ("shoes",)),
    "shoes": LabelKinds("shoes", arguable=_SHOES),
    "heels": LabelKinds("high heels", ("shoes",), ("sandals",)),
    "flats": LabelKinds("ballet flats", ("shoes",), ("loafers",)),
    "boots": LabelKinds("boots", ("shoes",), ("ankle boots",)),
    "booties": LabelKinds("boots", ("shoes",), ("ankle boots", "slippers", "sneakers")),
    "bag": LabelKinds("bag", arguable=("handbag", "backpack", "tote bag", "crossbody bag")),
    "handbag": LabelKinds("handbag", ("bag",), ("tote bag", "crossbody bag", "clutch")),
    "duffel bag": LabelKinds("bag", arguable=("handbag", "backpack", "tote bag")),
    "backpack": LabelKinds("backpack", ("bag",)),
    "cap": LabelKinds("cap", ("hat",)),
    "beanie": LabelKinds("beanie", ("hat",)),
    "scarf": LabelKinds("scarf"),
    "gloves": LabelKinds("gloves"),
    "belt": LabelKinds("belt"),
    "socks": LabelKinds("socks"),
}

# The clothing photos.
CLOTHING: Mapping[str, LabelKinds] = {
    "T-Shirt": LabelKinds("t-shirt"),
    "Longsleeve": LabelKinds(
        "long-sleeve top", arguable=("sweater", "sweatshirt", "cardigan", "turtleneck")
    ),
    "Pants": LabelKinds(
        "trousers", arguable=("jeans", "joggers", "leggings", "chinos", "cargo trousers")
    ),
    "Shoes": LabelKinds("shoes", arguable=_SHOES),
    "Shirt": LabelKinds("shirt", arguable=("blouse",)),
    "Outwear": LabelKinds("jacket", arguable=("coat", "trench coat", "cardigan", *_JACKETS)),
    "Dress": LabelKinds("dress"),
    "Shorts": LabelKinds("shorts", arguable=("denim shorts",)),
    "Undershirt": LabelKinds("tank top", arguable=("top", "camisole")),
    "Skirt": LabelKinds("skirt", arguable=("mini skirt", "pencil skirt", "pleated skirt")),
    "Hat": LabelKinds("hat", arguable=("cap", "beanie", "bucket hat")),
    "Polo": LabelKinds("polo shirt"),
    "Hoodie": LabelKinds("hoodie", arguable=("sweatshirt", "sweater", "jacket")),
    "Blazer": LabelKinds("blazer", arguable=("jacket", "suit")),
    "Body": LabelKinds("bodysuit"),
    "Blouse": LabelKinds("blouse", arguable=("shirt", "top", "tunic")),
    "Top": LabelKinds("top", arguable=("tank top", "camisole", "crop top", "blouse")),
}

# Kinds of generated garments that have another name in the vocabulary, wider or arguable kinds.
_GARMENTS: Mapping[str, LabelKinds] = {
    "jumper": LabelKinds("sweater", arguable=("long-sleeve top",)),
    "cardigan": LabelKinds("cardigan", arguable=("sweater",)),
    "tank top": LabelKinds("tank top", arguable=("top",)),
    "blouse": LabelKinds("blouse", arguable=("shirt", "top")),
    "hoodie": LabelKinds("hoodie", arguable=("sweatshirt",)),
    "blazer": LabelKinds("blazer", arguable=("jacket",)),
    "jeans": LabelKinds("jeans", arguable=("trousers",)),
    "sneakers": LabelKinds("sneakers", ("shoes",)),
    "boots": LabelKinds("boots", ("shoes",)),
}


def kinds_of_garment(garment: Garment) -> LabelKinds:
    """Return the kinds of a generated garment. Its cut, such as "bomber jacket", is arguable."""
    known = _GARMENTS.get(garment.kind, LabelKinds(garment.kind))
    return LabelKinds(known.kind, known.wider, (*known.arguable, noun_of(garment)))
