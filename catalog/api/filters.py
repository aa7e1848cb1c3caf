"""Query parameters of lists: filters by facet, and true or false."""

from typing import Any
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from catalog.models import Category, Image
from catalog.taxonomy.tree import list_narrower


class FacetNameFilter(filters.CharFilter):
    """Images whose facet has this id, name or alias; default values and the shop's own count."""

    def __init__(self, *, model: type[Any], **kwargs: Any) -> None:
        self.facet_model = model
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Image], value: str) -> QuerySet[Image]:
        if not value:
            return qs
        return qs.filter(**{f"{self.field_name}__in": self.list_ids(value)}).distinct()

    def list_ids(self, text: str) -> list[UUID]:
        """Return the values that a text names."""
        ids: list[UUID] = self.facet_model.objects.list_ids(text)
        return ids


class CategoryFilter(FacetNameFilter):
    """Images of a category, and of those below it unless `exact_category` is set."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(model=Category, **kwargs)

    def list_ids(self, text: str) -> list[UUID]:
        ids = super().list_ids(text)
        return ids if self.parent.form.cleaned_data["exact_category"] else list_narrower(ids)


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(filters.TypedChoiceFilter):
    """True or false; anything else is refused, where a `BooleanFilter` would ignore it."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(text, text) for text in ("true", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **kwargs)
