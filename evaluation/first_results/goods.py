"""The goods of the throw-away shop: generated garments with brands, sizes, numbers and prices.

The same in every run. What makes a first result right is judged by these facts alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from demo.garments import Garment, Listing, describe, sample_garments
from evaluation.first_results.brands import BRANDS, GarmentBrand

GARMENTS, SEED = 240, 15
CURRENCY = "EUR"  # of the shop


LETTERS = ("XS", "S", "M", "L", "XL", "XXL")
_EU, _UK = ("34", "36", "38", "40", "42", "44", "46"), ("6", "8", "10", "12", "14", "16", "18")
_NUMBERED = frozenset({"dress", "skirt", "blouse", "coat", "blazer", "trousers"})
_SHOES, _ONE_SIZE = frozenset({"sneakers", "boots"}), frozenset({"hat", "bag", "scarf"})
_FOR_CHILDREN = frozenset({"t-shirt", "hoodie", "trousers", "dress", "jacket", "sneakers"})
# Every eleventh garment is sold in each of these currencies; its price is multiplied.
_FOREIGN = MappingProxyType(
    {3: ("GBP", "0.9"), 6: ("USD", "1.1"), 8: ("CHF", "1"), 9: ("JPY", "160")}
)


@dataclass(frozen=True, slots=True)
class SoldVariant:
    """A size of a garment with its price."""

    sku: str
    size: str
    size_system: str
    price: Decimal
    sale_price: Decimal | None
    currency: str

    @property
    def current_price(self) -> Decimal:
        return self.price if self.sale_price is None else self.sale_price

    @property
    def sizes(self) -> frozenset[str]:
        """Return the names of its size, with and without the system."""
        return frozenset({self.size, f"{self.size_system} {self.size}".strip()})


@dataclass(frozen=True, slots=True)
class SoldGarment:
    """A garment with the facts that its shop states."""

    garment: Garment
    listing: Listing
    name: str
    article: str
    brand: str
    line: str
    age_group: str
    variants: Sequence[SoldVariant]

    @property
    def facts(self) -> Mapping[str, frozenset[str]]:
        """Return the values of each fact of the whole garment; none where it has no such fact."""
        one = {
            "kind": self.garment.kind, "cut": self.garment.cut, "colour": self.garment.colour,
            "pattern": self.garment.pattern, "sleeve": self.garment.sleeve,
            "length": self.garment.length, "neckline": self.garment.neckline,
            "fit": self.garment.fit, "gender": self.listing.gender, "age": self.age_group,
            "brand": self.brand, "line": self.line, "article": self.article,
        }  # fmt: skip
        sets = {name: frozenset({value} if value else ()) for name, value in one.items()}
        return {**sets, "style": frozenset(self.listing.styles)}

    @property
    def product_facts(self) -> dict[str, Any]:
        """Return the facts of its product in the catalogue, without the facets."""
        return {
            "name": self.name,
            "description": self.listing.description,
            "brand": self.brand,
            "gender": self.listing.gender,
            "attributes": dict(self.listing.attributes),
        }

    @property
    def variant_facts(self) -> list[dict[str, Any]]:
        """Return the facts of its variants in the catalogue."""
        return [
            {
                "sku": variant.sku,
                "size": variant.size,
                "size_system": variant.size_system,
                "colour": self.garment.colour,
                "price": variant.price,
                "sale_price": variant.sale_price,
                "currency": variant.currency,
            }
            for variant in self.variants
        ]


def list_goods() -> list[SoldGarment]:
    """Return everything that the throw-away shop sells."""
    garments = sample_garments(count=GARMENTS, seed=SEED)
    return [_sell(number, garment) for number, garment in enumerate(garments)]


def _sell(number: int, garment: Garment) -> SoldGarment:
    brand, listing = BRANDS[number % len(BRANDS)], describe(garment)
    line = brand.lines[number // len(BRANDS) % len(brand.lines)] if brand.lines else ""
    article = str(21_000 + 317 * number)
    return SoldGarment(
        garment=garment,
        listing=listing,
        name=_name(garment, listing, brand, line),
        article=f"ART-{article}",
        brand=brand.name,
        line=line,
        age_group=_age_group(number, garment),
        variants=list(_sell_sizes(number, garment, listing, brand, article)),
    )


def _name(garment: Garment, listing: Listing, brand: GarmentBrand, line: str) -> str:
    if garment.cut == "straight":
        return f"{listing.name} 501"
    noun = brand.nouns.get(garment.kind)
    return f"{noun} {line}" if noun else f"{listing.name} {line}".strip()


def _age_group(number: int, garment: Garment) -> str:
    if garment.kind in _FOR_CHILDREN and number % 5 == 2:
        return "kids"
    return "infant" if garment.kind == "bodysuit" else "adult"


def _sell_sizes(
    number: int, garment: Garment, listing: Listing, brand: GarmentBrand, article: str
) -> Iterator[SoldVariant]:
    currency, factor = _FOREIGN.get(number % 11, (CURRENCY, "1"))
    price = listing.price * brand.price_factor * Decimal(factor)
    if currency == "JPY" or brand.is_round:
        price = (price / 10).quantize(Decimal(1)) * 10
    is_reduced = number % 5 == 0
    system, sizes = _sizes(number, garment, currency, _age_group(number, garment))
    for size in sizes:
        yield SoldVariant(
            sku=brand.sku.format(n=article, s=size.replace("/", "").replace("one size", "OS")),
            size=size,
            size_system=system,
            price=price.quantize(Decimal("0.01")),
            sale_price=(price * Decimal("0.7")).quantize(Decimal("0.01")) if is_reduced else None,
            currency=currency,
        )


def _sizes(
    number: int, garment: Garment, currency: str, age_group: str
) -> tuple[str, Sequence[str]]:
    """Return the system of sizes and a few neighbouring sizes of it."""
    if garment.kind in _ONE_SIZE:
        return "", ("one size",)
    if garment.kind == "jeans":
        waists = range(28 + 2 * (number // 11 % 3), 34 + 2 * (number // 11 % 3), 2)
        return "", [f"W{waist}/L{length}" for waist in waists for length in (32, 34)]
    if garment.kind == "bodysuit":
        return "", ("56", "62", "68", "74")[number % 2 :]
    if garment.kind in _SHOES:
        first = 28 if age_group == "kids" else 36 + number // 11 % 6
        return "EU", [str(size) for size in range(first, first + 5)]
    if age_group == "kids":
        return "", ("104", "116", "128", "140")[number % 2 :]
    if garment.kind in _NUMBERED:
        system, sizes = ("UK", _UK) if currency == "GBP" else ("EU", _EU)
        return system, sizes[number // 11 % 4 : number // 11 % 4 + 4]
    return "", LETTERS[number // 11 % 3 : number // 11 % 3 + 4]
