"""The brands of the throw-away shop: how each numbers, names and prices its garments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class GarmentBrand:
    """A brand, with its own pattern of SKUs, and its names of lines, if it has any.

    `nouns`: what it calls kinds, where that is not English. `price_factor`: its prices, relative
    to other brands.
    """

    name: str
    sku: str
    lines: Sequence[str] = ()
    nouns: Mapping[str, str] = field(default_factory=dict)
    price_factor: int = 1
    is_round: bool = False  # prices without cents


_FRENCH = MappingProxyType({
    "dress": "Robe", "skirt": "Jupe", "shirt": "Chemise", "t-shirt": "T-shirt", "jumper": "Pull",
    "jacket": "Veste", "coat": "Manteau", "trousers": "Pantalon", "jeans": "Jean", "hat": "Chapeau",
    "sneakers": "Baskets", "boots": "Bottes", "scarf": "Écharpe", "bag": "Sac", "blouse": "Blouse",
})  # fmt: skip
_GERMAN = MappingProxyType({
    "dress": "Kleid", "skirt": "Rock", "shirt": "Hemd", "t-shirt": "T-Shirt", "jumper": "Pullover",
    "jacket": "Jacke", "coat": "Mantel", "trousers": "Hose", "jeans": "Jeans", "hat": "Mütze",
    "sneakers": "Turnschuhe", "boots": "Stiefel", "scarf": "Schal", "bag": "Tasche",
    "blouse": "Bluse",
})  # fmt: skip
_SPANISH = MappingProxyType({
    "dress": "Vestido", "skirt": "Falda", "shirt": "Camisa", "t-shirt": "Camiseta",
    "jumper": "Jersey", "jacket": "Chaqueta", "coat": "Abrigo", "trousers": "Pantalón",
    "jeans": "Vaqueros", "hat": "Sombrero", "sneakers": "Zapatillas", "boots": "Botas",
    "scarf": "Bufanda", "bag": "Bolso", "blouse": "Blusa",
})  # fmt: skip
_POLISH = MappingProxyType({
    "dress": "Sukienka", "skirt": "Spódnica", "shirt": "Koszula", "t-shirt": "Koszulka",
    "jumper": "Sweter", "jacket": "Kurtka", "coat": "Płaszcz", "trousers": "Spodnie",
    "jeans": "Dżinsy", "hat": "Czapka", "sneakers": "Trampki", "boots": "Kozaki",
    "scarf": "Szalik", "bag": "Torebka", "blouse": "Bluzka",
})  # fmt: skip

# `n` is the number of the garment's article, `s` the size.
BRANDS = (
    GarmentBrand("Northpine", "NP-{n}-{s}"),
    GarmentBrand("Lumière", "LU{n}/{s}", ("Été", "Forêt", "Bohème", "Étoile"), _FRENCH),
    GarmentBrand("7 For All Mankind", "7FAM-{n}-{s}"),
    GarmentBrand("Marlow & Finch", "mf.{n}.{s}"),
    GarmentBrand("Maison Éclat", "ME-{n}-{s}", price_factor=8),
    GarmentBrand(
        "Grünwald", "GW {n} {s}", ("Frühling", "Übermut", "Größenwahn", "Müßiggang"), _GERMAN
    ),
    GarmentBrand("O'Hara", "OH_{n}_{s}"),
    GarmentBrand("Hemmings", "H{n}-{s}", is_round=True),
    GarmentBrand("Corazón", "CZ-{n}.{s}", ("Otoño", "Añil", "Mañana", "Canción"), _SPANISH),
    GarmentBrand("H-Line 24", "24-{n}-{s}"),
    GarmentBrand("Łąka", "LA/{n}/{s}", ("Źródło", "Jesień", "Świt", "Róża"), _POLISH),
    GarmentBrand("Sable Studio", "40063{n}{s}"),
)
