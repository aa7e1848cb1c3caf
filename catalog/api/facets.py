"""Facet values: the default taxonomy and a shop's own values, and filters on them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from catalog.api.fields import FacetField, FacetListField
from catalog.models import AgeGroup, Category, Facet, Image, Style
from core.api.views import NewestFirst
from core.errors import Conflict
from core.tenancy import scoped_shop_id
from tenants.api.base import TenantMixin
from tenants.api.idempotency import idempotent
from tenants.models import Scope

MAX_VALUES = 50


class FacetSerializer(serializers.ModelSerializer[Any]):
    """A facet value; default values are shared by all shops and cannot be changed."""

    is_default = serializers.SerializerMethodField()

    class Meta:
        model: type[Any] = Facet
        fields = ("id", "name", "description", "is_default")

    def get_is_default(self, facet: Facet) -> bool:
        return facet.shop_id is None

    def validate_name(self, value: str) -> str:
        others = self.Meta.model.objects.filter(shop_id=scoped_shop_id(), name__iexact=value)
        if self.instance:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise serializers.ValidationError("You have one of this name already.", code="unique")
        return value


def make_facet_serializer(facet_model: type[Facet]) -> type[FacetSerializer]:
    """Return the serializer of one kind of facet."""
    meta = type("Meta", (FacetSerializer.Meta,), {"model": facet_model})
    return type(f"{facet_model.__name__}Serializer", (FacetSerializer,), {"Meta": meta})


def _any_of(field: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    """Return an optional list of values, of which an image must have one."""
    of_facets = isinstance(field, FacetField)
    list_field = FacetListField if of_facets else serializers.ListField
    return list_field(child=field, required=False, max_length=MAX_VALUES)


class FacetFilterInput(serializers.Serializer[Any]):
    """A filter on images: of each facet that is set, an image must have any of the values."""

    category = _any_of(FacetField(model=Category))
    styles = _any_of(FacetField(model=Style))
    age_group = _any_of(FacetField(model=AgeGroup))
    colour = _any_of(serializers.CharField(max_length=60))
    gender = _any_of(serializers.CharField(max_length=20))
    brand = _any_of(serializers.CharField(max_length=100))
    availability = _any_of(serializers.ChoiceField(choices=Image.Availability.choices))
    price_min = serializers.DecimalField(12, 2, min_value=Decimal(0), required=False)
    price_max = serializers.DecimalField(12, 2, min_value=Decimal(0), required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown names: a misspelt filter would have no effect."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            message = f"There is no such filter; there are {', '.join(self.fields)}."
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)


class FacetInUse(Conflict):
    """A facet value of an image cannot be deleted."""

    code = "facet_in_use"

    def __init__(self) -> None:
        super().__init__("Images use this value; give them another value first.")


class FacetViewSet(TenantMixin, ModelViewSet[Any]):
    """The default values of a facet, which are read-only, and the shop's own values."""

    queryset: Any = None
    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> Any:
        facets = self.queryset.model.objects
        is_reading = self.request.method in {"GET", "HEAD", "OPTIONS"}
        return facets.visible() if is_reading else facets.filter(shop=self.shop)

    def perform_create(self, serializer: Any) -> None:
        self._save(serializer, shop=self.shop)

    def perform_update(self, serializer: Any) -> None:
        self._save(serializer)

    @idempotent
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    def perform_destroy(self, instance: Any) -> None:
        try:
            super().perform_destroy(instance)
        except ProtectedError as error:
            raise FacetInUse from error

    def _save(self, serializer: Any, **fields: Any) -> None:
        try:
            with transaction.atomic():
                serializer.save(**fields)
        except IntegrityError as error:
            # Another request took the name after `validate_name`.
            message = "You have one of this name already."
            raise ValidationError({"name": [message]}, code="unique") from error


def _facet_docs(one: str, many: str) -> Any:
    return extend_schema_view(
        list=extend_schema(summary=f"List {many}: the defaults and your own", tags=["facets"]),
        retrieve=extend_schema(summary=f"Show one {one}", tags=["facets"]),
        create=extend_schema(summary=f"Add your own {one}", tags=["facets"]),
        update=extend_schema(summary=f"Replace your own {one}", tags=["facets"]),
        partial_update=extend_schema(summary=f"Change your own {one}", tags=["facets"]),
        destroy=extend_schema(summary=f"Delete your own {one}", tags=["facets"]),
    )


@_facet_docs("category", "categories")
class CategoryViewSet(FacetViewSet):
    queryset = Category.objects.none()
    serializer_class = make_facet_serializer(Category)


@_facet_docs("style", "styles")
class StyleViewSet(FacetViewSet):
    queryset = Style.objects.none()
    serializer_class = make_facet_serializer(Style)

    def perform_destroy(self, instance: Any) -> None:
        # Foreign keys protect categories and age groups in the database, but not styles.
        if Image.objects.filter(styles=instance).exists():
            raise FacetInUse
        super().perform_destroy(instance)


@_facet_docs("age group", "age groups")
class AgeGroupViewSet(FacetViewSet):
    queryset = AgeGroup.objects.none()
    serializer_class = make_facet_serializer(AgeGroup)
