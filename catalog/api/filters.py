"""How a shop narrows its list of images."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from catalog.models import AgeGroup, Category, Image, IndexEntry, Style


class FacetNameFilter(filters.CharFilter):
    """Images whose facet has this id or name, of the defaults or the shop's own."""

    def __init__(self, *, model: type[Any], **kwargs: Any) -> None:
        self.facet_model = model
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Image], value: str) -> QuerySet[Image]:
        if not value:
            return qs
        facets = self.facet_model.objects.visible().named(value)
        return qs.filter(**{f"{self.field_name}__in": facets}).distinct()


class ImageFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", help_text="Words in the name or the description.")
    category = FacetNameFilter(model=Category, help_text="Id or name.")
    styles = FacetNameFilter(model=Style, help_text="Id or name.")
    age_group = FacetNameFilter(model=AgeGroup, help_text="Id or name.")
    colour = filters.CharFilter(lookup_expr="iexact")
    gender = filters.CharFilter(lookup_expr="iexact")
    brand = filters.CharFilter(lookup_expr="iexact")
    price_min = filters.NumberFilter(field_name="price", lookup_expr="gte")
    price_max = filters.NumberFilter(field_name="price", lookup_expr="lte")
    index_state = filters.ChoiceFilter(
        field_name="entries__state", choices=IndexEntry.State.choices
    )
    sku = filters.CharFilter()
    item_group_id = filters.CharFilter()
    availability = filters.ChoiceFilter(choices=Image.Availability.choices)
    status = filters.ChoiceFilter(choices=Image.Status.choices)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value) if value.strip() else queryset
