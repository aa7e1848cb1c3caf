"""Generate a garment's catalogue page: its name, description, price and facets."""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np

from demo.garments.cloths import shade_of
from demo.garments.model import KINDS, Garment
from demo.garments.words import is_pair, noun_of


@dataclass(frozen=True)
class Listing:
    """The catalogue page of a garment, with the field names of the catalogue."""

    name: str
    description: str
    category: str
    styles: tuple[str, ...]
    age_group: str
    colour: str
    gender: str
    brand: str
    sku: str
    item_group_id: str
    price: Decimal
    currency: str
    availability: str
    attributes: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the fields for JSON, the price as a string."""
        plain = asdict(replace(self, attributes=dict(self.attributes)))
        return plain | {"price": str(self.price), "styles": list(self.styles)}


_PRICES = MappingProxyType(
    {
        "t-shirt": 19,
        "long-sleeve top": 25,
        "tank top": 15,
        "top": 25,
        "bodysuit": 15,
        "polo shirt": 35,
        "shirt": 45,
        "blouse": 45,
        "hoodie": 49,
        "jumper": 59,
        "cardigan": 59,
        "blazer": 119,
        "coat": 179,
        "jacket": 99,
        "dress": 69,
        "skirt": 45,
        "trousers": 55,
        "jeans": 69,
        "shorts": 35,
        "sneakers": 89,
        "boots": 129,
        "hat": 19,
        "bag": 79,
        "scarf": 29,
    }
)

_STYLES = MappingProxyType({
    "t-shirt": ("casual",), "long-sleeve top": ("casual",), "tank top": ("casual", "sporty"),
    "top": ("casual", "party"), "bodysuit": ("casual",), "polo shirt": ("smart casual", "sporty"),
    "shirt": ("smart casual", "business"), "blouse": ("business", "elegant"),
    "hoodie": ("casual", "streetwear"), "jumper": ("casual", "smart casual"),
    "cardigan": ("casual", "vintage"), "blazer": ("business", "elegant"),
    "coat": ("classic", "elegant"), "jacket": ("casual", "streetwear"),
    "dress": ("elegant", "party"), "skirt": ("smart casual", "elegant"),
    "trousers": ("business", "smart casual"), "jeans": ("casual", "streetwear"),
    "shorts": ("casual", "beach"), "sneakers": ("sporty", "streetwear"),
    "boots": ("classic", "casual"), "hat": ("casual", "streetwear"), "bag": ("classic",),
    "scarf": ("classic", "casual"),
})  # fmt: skip
_CUT_STYLES = MappingProxyType(
    {
        "joggers": ("sporty", "casual"),
        "sport": ("sporty",),
        "runner": ("sporty",),
        "parka": ("outdoor", "casual"),
        "puffer": ("outdoor", "streetwear"),
        "backpack": ("outdoor", "casual"),
        "slip": ("party", "elegant"),
        "bucket": ("beach", "streetwear"),
    }
)

# Categories that are not named like the kind.
_CATEGORIES = MappingProxyType({"jumper": "sweater", "sneakers": "shoes"})
_FEMALE = frozenset({"top", "blouse", "dress", "skirt"})
_BRANDS = (
    "Northpine",
    "Atelier Basics",
    "Marlow & Finch",
    "Sable Studio",
    "Okura",
    "Lune",
    "Harbour Lane",
    "Verdant",
    "Cardo",
    "Mille Fleurs",
)

_FABRICS = MappingProxyType({
    "fleece": "brushed cotton fleece", "knit": "soft merino blend", "twill": "sturdy cotton twill",
    "denim": "washed denim", "leather": "smooth leather", "weave": "soft organic cotton",
})  # fmt: skip
_CATEGORY_FABRICS = MappingProxyType({
    "coat": "a warm wool blend", "blazer": "a light wool blend", "blouse": "flowing satin",
    "dress": "flowing viscose", "skirt": "flowing viscose", "top": "light jersey",
    "scarf": "soft lambswool", "t-shirt": "soft organic cotton", "hat": "sturdy cotton",
})  # fmt: skip

_OCCASIONS = MappingProxyType({
    "casual": "easy weekends", "sporty": "training days", "party": "evenings out",
    "smart casual": "the office and after", "business": "meetings and long working days",
    "elegant": "dinners and celebrations", "streetwear": "the city", "vintage": "slow afternoons",
    "classic": "every season", "beach": "holidays by the sea", "outdoor": "cold walks",
})  # fmt: skip


def describe(garment: Garment) -> Listing:
    """Return the garment's catalogue page; the same garment gives the same page."""
    rng = np.random.default_rng([garment.seed & 0xFFFFFFFF, zlib.crc32(b"listing")])
    styles = _CUT_STYLES.get(garment.cut or "", _STYLES[garment.kind])
    gender = _gender(garment, rng)
    brand = _BRANDS[int(rng.integers(len(_BRANDS)))]
    price = Decimal(round(_PRICES[garment.kind] * rng.uniform(0.75, 1.6) / 5) * 5) - Decimal("0.05")
    stock = "out_of_stock" if rng.random() < 0.06 else "in_stock"
    return Listing(
        name=name_of(garment),
        description=_text(garment, styles, rng),
        category=_CATEGORIES.get(garment.kind, garment.kind),
        styles=styles,
        age_group="infant" if garment.kind == "bodysuit" else "adult",
        colour=garment.colour,
        gender=gender,
        brand=brand,
        sku=f"{garment.kind[:2].upper().replace('-', 'X')}-{_digest(garment):08X}",
        item_group_id=f"G-{_digest(replace(garment, colour='', accent=None)):08X}",
        price=price,
        currency="EUR",
        availability=stock,
        attributes=_attributes(garment),
    )


def name_of(garment: Garment) -> str:
    """Return the product name, such as "Red floral midi wrap dress"."""
    noun = noun_of(garment)
    words = [garment.colour]
    if garment.pattern != "plain":
        words.append(garment.pattern)
    if garment.length in ("mini", "midi", "maxi", "cropped", "long"):
        words.append(garment.length)
    if garment.fit in ("slim", "oversized") and garment.kind != "bodysuit":
        words.append(garment.fit)
    if garment.sleeve in ("long", "sleeveless") and garment.kind in (
        "shirt",
        "dress",
        "polo shirt",
        "bodysuit",
    ):
        words.append("long-sleeved" if garment.sleeve == "long" else "sleeveless")
    name = " ".join([*words, noun])
    name = name.replace("t-shirt", "T-shirt")
    return name[0].upper() + name[1:]


def _gender(garment: Garment, rng: np.random.Generator) -> str:
    if garment.kind in _FEMALE or garment.cut in ("handbag", "knee-high"):
        return "female"
    return str(rng.choice(["male", "female", "unisex", "unisex"]))


def _digest(garment: Garment) -> int:
    return zlib.crc32(repr(garment).encode())


def _attributes(garment: Garment) -> dict[str, str]:
    """Return the garment's features by name."""
    named = {
        "kind": garment.kind, "shade": shade_of(garment), "accent": garment.accent,
        "pattern": garment.pattern, "sleeve": garment.sleeve, "neckline": garment.neckline,
        "cut": garment.cut, "fit": garment.fit, "length": garment.length,
    }  # fmt: skip
    return {name: value for name, value in named.items() if value is not None}


def _fabric(garment: Garment) -> str:
    if garment.cut in ("denim",):
        return _FABRICS["denim"]
    if garment.cut == "puffer":
        return "light, windproof nylon"
    return _CATEGORY_FABRICS.get(garment.kind, _FABRICS[KINDS[garment.kind].weave])


def _text(garment: Garment, styles: tuple[str, ...], rng: np.random.Generator) -> str:
    """Return two or three sentences: the garment, its details, its occasions."""
    pair = is_pair(garment)
    noun, fabric = noun_of(garment), _fabric(garment)
    opening = str(rng.choice(["made of", "cut from", "in"]))
    pattern = "" if garment.pattern == "plain" else f" with a {_PRINTS[garment.pattern]}"
    if pattern and garment.accent:
        pattern += f" in {garment.accent}"
    first = f"{shade_of(garment).capitalize()} {noun} {opening} {fabric}{pattern}."
    details = _details(garment)
    they = "They have" if pair else "It has"
    second = f" {they} {_join(details)}." if details else ""
    use = _OCCASIONS[styles[int(rng.integers(len(styles)))]]
    closing = str(
        rng.choice([f"Made for {use}.", f"A good choice for {use}.", f"At home in {use}."])
    )
    return f"{first}{second} {closing.replace('At home in', 'Just right for')}"


_PRINTS = MappingProxyType({
    "striped": "striped pattern", "checked": "check", "dotted": "dotted pattern",
    "floral": "floral print", "zigzag": "zigzag pattern", "leopard": "leopard print",
})  # fmt: skip


def _details(garment: Garment) -> list[str]:
    details = []
    if garment.neckline:
        details.append("a hood" if garment.neckline == "hooded" else f"a {garment.neckline}")
    if garment.neckline == "notch lapels":
        details[-1] = "notch lapels"
    if garment.sleeve:
        details.append(
            "no sleeves" if garment.sleeve == "sleeveless" else f"{garment.sleeve} sleeves"
        )
    if garment.fit:
        details.append(f"{'an' if garment.fit == 'oversized' else 'a'} {garment.fit} fit")
    if garment.length:
        details.append(f"a {garment.length} length")
    if garment.accent and garment.pattern == "plain":
        details.append(f"{garment.accent} details")
    return details


def _join(details: list[str]) -> str:
    return details[0] if len(details) == 1 else f"{', '.join(details[:-1])} and {details[-1]}"
