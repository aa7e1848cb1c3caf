"""Filters by facet: their fields in requests, and the filter that they mean."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters as filters
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.facets import AgeGroupField, CategoryField, FacetField, FacetListField, StyleField
from catalog.api.photo_facts import KindField, PatternField, VocabularyField
from catalog.models import Variant
from catalog.search.facet_counts import MAX_FACET_VALUES, CountedFacet, FacetCount
from catalog.search.filters import FacetFilter, VariantFilter, find_currencies
from catalog.taxonomy.tree import list_narrower
from tenants.api.fields import CurrencyField
from tenants.models import Shop

MAX_VALUES = 50
# The API's names of filters, and the fields of `FacetFilter` with the same values.
FACETS = {
    "styles": "styles",
    "age_group": "age_groups",
    "colour": "colours",
    "kind": "kinds",
    "pattern": "patterns",
    "gender": "genders",
    "brand": "brands",
}


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(filters.TypedChoiceFilter):
    """True or false; anything else is refused, where a `BooleanFilter` would ignore it."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(text, text) for text in ("true", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **kwargs)


@extend_schema_field(OpenApiTypes.STR)
class AttributeField(serializers.CharField):
    """The name and the value of an attribute, as `material:linen`."""

    default_error_messages = {
        "pair": "Send a name and a value with a colon between them, such as `material:linen`."
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        name, _, value = super().to_internal_value(data).partition(":")
        if not name.strip() or not value.strip():
            self.fail("pair")
        return name.strip(), value.strip()


def _any_of(field: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    """Return an optional list of values, of which an image must have one."""
    of_facets = isinstance(field, FacetField | VocabularyField)
    list_field = FacetListField if of_facets else serializers.ListField
    return list_field(child=field, required=False, max_length=MAX_VALUES)


class FacetFilterInput(serializers.Serializer[Any]):
    """A filter on images: of each facet that is set, an image must have any of the values.

    Colours, kinds and patterns match what you state of an image. Where you state nothing, they
    match what its photo shows (`seen`), if that is sure. One variant has the colour, size,
    availability and price that are set, all of them.
    """

    category = _any_of(CategoryField(help_text="Includes the categories below it."))
    exact_category = serializers.BooleanField(
        default=False, help_text="Leave out the images of categories below those you name."
    )
    styles = _any_of(StyleField())
    age_group = _any_of(AgeGroupField())
    colour = _any_of(serializers.CharField(max_length=60))
    kind = _any_of(
        KindField(help_text="Includes narrower kinds: `jacket` finds denim jackets."),
    )
    pattern = _any_of(PatternField())
    only_stated = serializers.BooleanField(
        default=False, help_text="Ignore the colours, kinds and patterns that photos show."
    )
    gender = _any_of(serializers.CharField(max_length=20))
    brand = _any_of(serializers.CharField(max_length=100))
    attribute = _any_of(
        AttributeField(
            help_text="Your own attributes, as `material:linen`. Values of the same name are "
            "alternatives; of a list, one entry counts."
        )
    )
    size = _any_of(
        serializers.CharField(
            max_length=61, help_text="With or without its system: `38` finds EU 38 and UK 38."
        )
    )
    availability = _any_of(serializers.ChoiceField(choices=Variant.Availability.choices))
    price_min = serializers.DecimalField(
        12, 2, min_value=Decimal(0), required=False, help_text="Of the current price: the sale's."
    )
    price_max = serializers.DecimalField(12, 2, min_value=Decimal(0), required=False)
    currency = CurrencyField(
        required=False,
        help_text="The currency of the prices: ISO 4217. By default the shop's; other prices are "
        "left out.",
    )


class FacetCountSerializer(serializers.Serializer[FacetCount]):
    """A value of a facet, as filters take it, and how many products have it."""

    value = serializers.CharField(help_text="Of prices, the lowest of a range.")
    count = serializers.IntegerField()
    up_to = serializers.CharField(
        allow_null=True, help_text="Of prices, the highest of a range; null for other facets."
    )


FACET_COUNTS_HELP = (
    f"Of each facet in `facets`, at most {MAX_FACET_VALUES} values with the number of products "
    "that pass the filters, but for the facet's own. A category counts those below it too."
)


def make_facets_field() -> FacetListField:
    """Return the field that names the facets to count."""
    names = [name.value for name in CountedFacet]
    return FacetListField(
        child=serializers.ChoiceField(choices=names),
        required=False,
        max_length=len(names),
        help_text="Facets to count, such as `category,size`. Counts may be some seconds old, in a "
        "large shop up to a minute.",
    )


def serialize_counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Serialize the `FacetCount`s of each facet."""
    return {name: FacetCountSerializer(rows, many=True).data for name, rows in counts.items()}


def make_facet_filter(
    filters: Mapping[str, Any], *, shop: Shop, exclude: Iterable[UUID] = ()
) -> FacetFilter:
    """Return the filter in the validated fields of a `FacetFilterInput`.

    Raises `ValidationError` for prices without a currency.
    """
    categories = [category.pk for category in filters.get("category", ())]
    if categories and not filters.get("exact_category"):
        categories = list_narrower(categories)
    return FacetFilter(
        categories=tuple(categories),
        **{field: tuple(filters.get(name, ())) for name, field in FACETS.items()},
        only_stated=filters.get("only_stated", False),
        attributes=tuple(filters.get("attribute", ())),
        variants=_make_variant_filter(filters, shop),
        exclude=tuple(map(str, exclude)),
    )


def _make_variant_filter(filters: Mapping[str, Any], shop: Shop) -> VariantFilter:
    price_min, price_max = filters.get("price_min"), filters.get("price_max")
    currencies = find_currencies(shop, filters.get("currency", ""))
    if not currencies and (price_min is not None or price_max is not None):
        raise make_currency_error()
    return VariantFilter(
        sizes=tuple(filters.get("size", ())),
        availability=tuple(filters.get("availability", ())),
        price_min=price_min,
        price_max=price_max,
        currencies=currencies,
    )


def make_currency_error() -> serializers.ValidationError:
    message = "Name the currency of the prices, such as EUR: the shop has no default currency yet."
    return serializers.ValidationError({"currency": [message]}, code="currency_required")


def leave_out_blanks(parameters: QueryDict) -> QueryDict:
    """Return query parameters without empty texts, which forms send for what is not set."""
    left = QueryDict(mutable=True)
    for name, texts in parameters.lists():
        if wanted := [text for text in texts if text.strip()]:
            left.setlist(name, wanted)
    return left


def read_filters(parameters: FacetFilterInput) -> dict[str, Any]:
    """Return the filters in validated query parameters, as the body of a query has them."""
    sent: Any = parameters.initial_data
    filters: dict[str, Any] = {}
    for name, field in FacetFilterInput().fields.items():
        if name not in sent:
            continue
        if isinstance(field, serializers.ListField):
            filters[name] = sent.getlist(name)
        elif isinstance(field, serializers.BooleanField):
            filters[name] = parameters.validated_data[name]
        else:
            filters[name] = sent[name]
    return filters
