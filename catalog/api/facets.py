"""Facets of images: fields for their values, and the shop's own values."""

import json
import re
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, ProtectedError, RestrictedError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import AgeGroup, Category, Facet, Image, Style
from catalog.models.facets import MAX_ALIAS_LENGTH
from catalog.taxonomy.aliases import (
    MAX_ALIASES,
    AliasUnusable,
    check_aliases,
    find_alias_owner,
    replace_aliases,
)
from catalog.taxonomy.resolution import MAX_TEXT_LENGTH, find_category
from core.api.views import NewestFirst, validate
from core.errors import Conflict
from core.tenancy import scoped_shop_id
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

NAME_TAKEN = "You have one of this name or alias already."
MAX_ATTRIBUTES = 50
MAX_BYTES = 20_000  # of attributes
# An escape of NUL: "u0000" after an odd number of backslashes.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@extend_schema_field(OpenApiTypes.STR)
class FacetField(serializers.Field[Any, Any, str, Any]):
    """A facet value, given by id, name or alias in any spelling, and returned by name.

    If null is allowed, an empty string means null: a form has no other way to send it.
    """

    default_error_messages = {
        "unknown": "There is no {what} “{value}”; list them with GET, or make your own with POST.",
        "invalid": "Give the id, the name or an alias as a string.",
    }

    model: ClassVar[type[Any]]

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(None if data == "" and self.allow_null else data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        found = self._find_once(data) if len(data) <= MAX_TEXT_LENGTH else None
        if found is None:
            what = self.model._meta.verbose_name
            self.fail("unknown", what=what, value=data[:60])
        return found

    def _find_once(self, text: str) -> Any:
        """Return the same as `find`; of several bodies in one request, each text costs once."""
        found = self.context.get("found_facets")
        if found is None:
            return self.find(text)
        key = (type(self), text)
        if key not in found:
            found[key] = self.find(text)
        return found[key]

    def find(self, text: str) -> Any:
        """Return the value that a text names, or None."""
        return self.model.objects.find(text)

    def to_representation(self, value: Any) -> str:
        return str(value.name)


class CategoryField(FacetField):
    model = Category


class CategoryPathField(CategoryField):
    """A category, given by id, name, alias or the path of a feed, and returned by name."""

    default_error_messages = {
        "unknown": "“{value}” is not clearly one of the categories; list them with GET, add an "
        "alias to one, or make your own with POST.",
    }

    def find(self, text: str) -> Any:
        return find_category(text).category


class StyleField(FacetField):
    model = Style


class AgeGroupField(FacetField):
    model = AgeGroup


class AttributesField(serializers.JSONField):
    """A JSON object of the shop's own facts, limited to values that Postgres can store."""

    default_error_messages = {
        "shape": f"An object of at most {MAX_ATTRIBUTES} entries and {MAX_BYTES:,} bytes.",
        "nul": "NUL characters cannot be stored.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            value = super().to_internal_value(data)
            # `core.api.parsers` refuses such values in a JSON body, but not in a form's field.
            stored = json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            self.fail("invalid")
        if not isinstance(value, dict) or len(value) > MAX_ATTRIBUTES or len(stored) > MAX_BYTES:
            self.fail("shape")
        if NUL.search(stored):
            self.fail("nul")
        return value


class FacetListField(serializers.ListField):
    """A list of facet values; a form may repeat the field or separate names by commas."""

    default_error_messages = {"too_many": "At most {maximum} values."}

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, str):
            data = [data]
        if isinstance(data, list) and all(isinstance(item, str) for item in data):
            data = [name for item in data for name in item.split(",") if name.strip()]
        # Checked before the names are looked up, which makes a query each.
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            self.fail("too_many", maximum=self.max_length)
        values: list[Any] = super().to_internal_value(data)
        return values

    def to_representation(self, data: Any) -> list[Any]:
        """Serialize a list, or all rows of a related manager."""
        names: list[Any] = super().to_representation(getattr(data, "all", lambda: data)())
        return names


class AliasListField(serializers.ListField):
    """The aliases of a value: the default ones, and those of the shop."""

    child = serializers.CharField(max_length=MAX_ALIAS_LENGTH)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": MAX_ALIASES, **kwargs})

    def to_representation(self, data: Any) -> list[str]:
        return [alias.text for alias in data.all()]


class FacetSerializer(serializers.ModelSerializer[Any]):
    """A facet value; default values are shared by all shops and cannot be changed."""

    aliases = AliasListField(
        help_text="Other names for it, in any language; each names one value. They replace those "
        "that you sent before. Case, accents, spaces, punctuation and the plural do not count."
    )
    is_default = serializers.SerializerMethodField()

    class Meta:
        model: type[Any] = Facet
        fields: tuple[str, ...] = ("id", "name", "description", "aliases", "is_default")

    def get_is_default(self, facet: Facet) -> bool:
        return facet.shop_id is None

    def validate_name(self, value: str) -> str:
        model, shop_id = self.Meta.model, scoped_shop_id()
        pk = self.instance.pk if self.instance else None
        same = model.objects.filter(shop_id=shop_id, name__iexact=value).exclude(pk=pk)
        owner = find_alias_owner(model=model, shop_id=shop_id, name=value)
        if same.exists() or (owner and owner.pk != pk):
            raise serializers.ValidationError(NAME_TAKEN, code="unique")
        return value

    def validate_aliases(self, texts: list[str]) -> list[str]:
        try:
            check_aliases(
                model=self.Meta.model,
                shop_id=scoped_shop_id(),
                facet=self.instance,
                texts=texts,
            )
        except AliasUnusable as error:
            raise serializers.ValidationError(error.message, code=error.code) from error
        return texts

    def save(self, **kwargs: Any) -> Any:
        """Store the value and the shop's aliases of it."""
        aliases = self.validated_data.pop("aliases", None)
        field = "name"
        try:
            with transaction.atomic():
                # A shop may change its aliases of a default value, but not the value.
                is_value_changed = self.instance is None or bool(self.validated_data)
                facet: Any = super().save(**kwargs) if is_value_changed else self.instance
                field = "aliases"
                if aliases is not None:
                    replace_aliases(facet=facet, shop_id=scoped_shop_id(), texts=aliases)
                return facet
        except IntegrityError as error:
            # Another request took the name after it was validated.
            raise ValidationError({field: [NAME_TAKEN]}, code="unique") from error


class StyleSerializer(FacetSerializer):
    class Meta(FacetSerializer.Meta):
        model = Style


class AgeGroupSerializer(FacetSerializer):
    class Meta(FacetSerializer.Meta):
        model = AgeGroup


class FacetInUse(Conflict):
    """A facet value of an image cannot be deleted."""

    code = "facet_in_use"
    message = "Images use this value; give them another value first."


class FacetViewSet(mixins.DestroyModelMixin, TenantViewSet):
    """The default values of a facet, which are read-only, and the shop's own values."""

    queryset: Any = None
    serializer_class: Any = None
    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    pagination_class = NewestFirst
    filter_backends: Any = ()

    def get_queryset(self) -> Any:
        """Return the values that the request may read or change.

        Of default values a shop may change its own aliases, and nothing else.
        """
        facets = self.queryset.model.objects
        is_reading = self.request.method in {"GET", "HEAD", "OPTIONS"}
        is_visible = is_reading or (self.action == "partial_update" and self._sends_only_aliases())
        return facets.visible() if is_visible else facets.filter(shop=self.shop)

    def select(self) -> Any:
        """Return the visible values, with all that their serializer reads."""
        model = self.queryset.model
        aliases = model._meta.get_field("aliases").related_model.objects.visible()
        return model.objects.visible().prefetch_related(Prefetch("aliases", aliases))

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.select()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self._serialize(self.get_object()))

    @idempotent
    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        validate(serializer)
        facet = serializer.save(shop=self.shop)
        return Response(self._serialize(facet), status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str, *, partial: bool = False) -> Response:
        facet = self.get_object()
        serializer = self.get_serializer(facet, data=request.data, partial=partial)
        validate(serializer, ignored=() if partial else self.serializer_class.Meta.fields)
        serializer.save()
        return Response(self._serialize(facet))

    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk, partial=True)

    def _sends_only_aliases(self) -> bool:
        names = getattr(self.request.data, "keys", tuple)
        return list(names()) == ["aliases"]

    def _serialize(self, facet: Any) -> Any:
        """Serialize the value as the database stored it."""
        return self.get_serializer(self.select().get(pk=facet.pk)).data

    def perform_destroy(self, instance: Any) -> None:
        try:
            super().perform_destroy(instance)
        except (ProtectedError, RestrictedError) as error:
            raise FacetInUse from error


def facet_docs(one: str, many: str) -> Any:
    return extend_schema_view(
        list=extend_schema(summary=f"List {many}: the defaults and your own", tags=["facets"]),
        retrieve=extend_schema(summary=f"Show one {one}", tags=["facets"]),
        create=extend_schema(summary=f"Add your own {one}", tags=["facets"]),
        update=extend_schema(summary=f"Replace your own {one}", tags=["facets"]),
        partial_update=extend_schema(
            summary=f"Change your own {one}, or your aliases of a default one",
            description="Of a default value, only `aliases` can be changed: they are yours alone.",
            tags=["facets"],
        ),
        destroy=extend_schema(summary=f"Delete your own {one}", tags=["facets"]),
    )


@facet_docs("style", "styles")
class StyleViewSet(FacetViewSet):
    queryset = Style.objects.none()
    serializer_class = StyleSerializer

    def perform_destroy(self, instance: Any) -> None:
        # Foreign keys protect categories and age groups in the database, but not styles.
        if Image.objects.filter(styles=instance).exists():
            raise FacetInUse
        super().perform_destroy(instance)


@facet_docs("age group", "age groups")
class AgeGroupViewSet(FacetViewSet):
    queryset = AgeGroup.objects.none()
    serializer_class = AgeGroupSerializer
