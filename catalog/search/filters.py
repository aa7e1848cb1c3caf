"""Filters on images and on products: by facet, and by what one of their variants has."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, JSONField, OuterRef, Q, TextField, Value
from django.db.models.fields.json import DataContains
from django.db.models.functions import Cast, Concat, Lower, Trim
from django.db.models.lookups import In

from catalog.facts.precedence import (
    SeenFacet,
    WantedKind,
    want_colours,
    want_kinds,
    want_patterns,
)
from catalog.models import AgeGroup, Image, Product, Style, Variant
from tenants.models import Shop

_SIZE = Lower(Trim("size"))
_SIZE_IN_SYSTEM = Lower(Concat(Trim("size_system"), Value(" "), Trim("size")))
_ATTRIBUTES = Cast(Lower(Cast("attributes", TextField())), JSONField())


@dataclass(frozen=True, slots=True)
class VariantFilter:
    """Conditions that one variant must meet together: of each one that is set, any of the values.

    A size matches with and without its system: "38" and "EU 38". Prices count if their currency is
    one of `currencies`, of which "" is that of prices without one. `is_reduced`: whether it must
    have a sale price.
    """

    skus: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    availability: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currencies: tuple[str, ...] = ()
    is_reduced: bool = False

    @property
    def has_conditions(self) -> bool:
        return replace(self, currencies=()) != VariantFilter()

    def condition(self) -> Q:
        """Return the filter as a condition on `Variant`."""
        condition = Q(sku__in=self.skus) if self.skus else Q()
        if self.sizes:
            sizes = [" ".join(size.lower().split()) for size in self.sizes]
            condition &= Q(In(_SIZE, sizes)) | Q(In(_SIZE_IN_SYSTEM, sizes))
        if self.colours:
            # Of a variant that states no colour, its product or its photo may say it.
            condition &= _is_any("colour", (*self.colours, ""))
        if self.availability:
            condition &= Q(availability__in=self.availability)
        if self.price_min is not None:
            condition &= Q(current_price__gte=self.price_min)
        if self.price_max is not None:
            condition &= Q(current_price__lte=self.price_max)
        if self.price_min is not None or self.price_max is not None:
            condition &= Q(currency__in=self.currencies)
        if self.is_reduced:
            condition &= Q(sale_price__lt=F("price"))
        return condition

    def select_of_images(self) -> Any:
        """Return the variants that meet the conditions and are shown by the outer query's image."""
        links: Any = Image.variants.through
        own = links.objects.filter(image=OuterRef(OuterRef("pk")))
        shown = Q(Exists(own.filter(variant=OuterRef("pk")))) | ~Q(Exists(own))
        return Variant.objects.filter(self.condition(), shown, product=OuterRef("product"))

    def select_of_products(self) -> Any:
        """Return the variants that meet the conditions, of the outer query's product."""
        return Variant.objects.filter(self.condition(), product=OuterRef("pk"))


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Facets that an image or a product must have: of each one that is set, any of the values.

    Chroma's condition narrows the candidates, so that enough of them are left. Postgres checks them
    again, and also variants and attributes, of which Chroma has no copy.
    Kinds, colours and patterns match what the shop states, and where it states nothing what its
    photo shows, unless `only_stated` is set. A colour and the conditions in `variants` are met by
    the same variant. `categories` are ids, those of narrower categories included
    (`catalog.taxonomy.tree.list_narrower`). Of `attributes`, names and values, those with the same
    name are alternatives. `exclude` and
    `exclude_products` are ids of images and of products, and count for images only.
    """

    categories: tuple[UUID, ...] = ()
    styles: tuple[Style, ...] = ()
    age_groups: tuple[AgeGroup, ...] = ()
    colours: tuple[str, ...] = ()
    kinds: tuple[WantedKind, ...] = ()
    patterns: tuple[str, ...] = ()
    only_stated: bool = False
    genders: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    variants: VariantFilter = VariantFilter()
    exclude: tuple[str, ...] = ()
    exclude_products: tuple[UUID, ...] = ()

    @property
    def has_conditions(self) -> bool:
        return replace(self, variants=replace(self.variants, currencies=())) != FacetFilter()

    @property
    def shown_variants(self) -> VariantFilter:
        """The conditions on variants, those of colours included."""
        return replace(self.variants, colours=self.colours)

    def where(self) -> dict[str, Any] | None:
        """Return the filter in Chroma's query language; None if it has no condition there."""
        clauses: list[dict[str, Any]] = [
            {name: {"$in": list(values)}}
            for name, values in (
                ("category", [str(pk) for pk in self.categories]),
                ("age_group", [str(group.pk) for group in self.age_groups]),
                ("gender", [gender.lower() for gender in self.genders]),
                ("brand", [brand.lower() for brand in self.brands]),
            )
            if values
        ]
        seen = self._make_seen_facets()
        clauses += [facet.where(only_stated=self.only_stated) for facet in seen]
        if self.styles:
            wanted = [{"styles": {"$contains": str(style.pk)}} for style in self.styles]
            clauses.append(wanted[0] if len(wanted) == 1 else {"$or": wanted})
        if len(clauses) > 1:
            return {"$and": clauses}
        return clauses[0] if clauses else None

    def condition(self) -> Q:
        """Return the filter as a condition on `Image`."""
        condition = self._make_common_condition(Image, "image_id")
        if self.exclude:
            condition &= ~Q(pk__in=self.exclude)
        if self.exclude_products:
            condition &= Q(product=None) | ~Q(product__in=self.exclude_products)
        for facet in self._make_seen_facets():
            condition &= facet.condition(only_stated=self.only_stated)
        if self.variants.has_conditions:
            condition &= Q(Exists(self.shown_variants.select_of_images()))
        return condition

    def product_condition(self) -> Q:
        """Return the filter as a condition on `Product`."""
        condition = self._make_common_condition(Product, "product_id")
        for facet in self._make_seen_facets():
            stated = facet.stated
            if facet.name == "colour":
                of_product = Variant.objects.filter(product=OuterRef("pk"))
                stated = Q(Exists(of_product.filter(_is_any("colour", self.colours))))
            if not self.only_stated:
                images = Image.objects.live().filter(facet.seen_condition())
                stated |= Q(Exists(images.filter(product=OuterRef("pk"))))
            condition &= stated
        if self.variants.has_conditions:
            condition &= Q(Exists(self.shown_variants.select_of_products()))
        return condition

    def _make_common_condition(self, model: Any, owner: str) -> Q:
        """Return the conditions on facets that images and products have alike."""
        condition = Q()
        if self.categories:
            condition &= Q(category__in=self.categories)
        if self.age_groups:
            condition &= Q(age_group__in=self.age_groups)
        if self.styles:
            # A subquery, since a join would return a row once for each of its styles.
            having = model.styles.through.objects.filter(style__in=self.styles)
            condition &= Q(pk__in=having.values(owner))
        for name, values in (("gender", self.genders), ("brand", self.brands)):
            if values:
                condition &= _is_any(name, values)
        for name in dict.fromkeys(name for name, _ in self.attributes):
            values = tuple(value for other, value in self.attributes if other == name)
            condition &= _has_attribute(name, values)
        return condition

    def _make_seen_facets(self) -> Iterator[SeenFacet]:
        """Yield the facets that are set, of those that photos show too."""
        if self.kinds:
            yield want_kinds(self.kinds)
        if self.colours:
            yield want_colours(self.colours)
        if self.patterns:
            yield want_patterns(self.patterns)


def find_currencies(shop: Shop, named: str = "") -> tuple[str, ...]:
    """Return the currencies of prices that count: the one that is named, else the shop's.

    Prices without a currency, "", are in the shop's. Empty if nothing names a currency.
    """
    currency, default = named or shop.default_currency, shop.default_currency
    if not currency:
        return ()
    return (currency, "") if currency == default else (currency,)


def _is_any(name: str, values: Sequence[str]) -> Q:
    """Return the condition that a text is one of the values, in any case."""
    return Q(*(Q(**{f"{name}__iexact": value}) for value in values), _connector=Q.OR)


def _has_attribute(name: str, values: Sequence[str]) -> Q:
    """Return the condition that an attribute, or an entry of its list, is one of the values.

    Texts are compared in any case; numbers, true and false as JSON writes them.
    """
    condition = Q()
    for value in values:
        for wanted in _read_scalars(value.lower()):
            for form in (wanted, [wanted]):
                condition |= Q(DataContains(_ATTRIBUTES, {name.lower(): form}))
    return condition


def _read_scalars(text: str) -> list[Any]:
    """Return a text, and the number or truth value that it spells, if any."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    is_scalar = isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value))
    return [text, value] if is_scalar else [text]
