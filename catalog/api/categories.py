"""Categories: the tree of the defaults and the shop's own."""

from typing import Any

import django_filters as filters
from django.db import transaction
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.facets import CategoryField, FacetSerializer, FacetViewSet, facet_docs
from catalog.api.filters import FlagFilter
from catalog.models import Category
from catalog.taxonomy.resolution import (
    MAX_TEXT_LENGTH,
    CategoryMatch,
    FoundBy,
    find_category,
)
from catalog.taxonomy.tree import (
    CategoryHasNarrower,
    CategoryMisplaced,
    check_place,
    list_narrower,
    select_path,
)
from core.api.views import validate_parameters
from core.tenancy import scoped_shop_id

EXAMPLE = {
    "name": "Kimonos",
    "description": "Open at the front, with wide sleeves.",
    "parent": "clothing",
    "aliases": ["Womens > Kimonos & Robes", "kimono jackets"],
}


class ParentField(CategoryField):
    """The wider category, given by id, name or alias, and returned by id."""

    def to_representation(self, value: Category) -> str:
        return str(value.pk)


class MatchedCategorySerializer(serializers.Serializer[Category]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class CategorySerializer(FacetSerializer):
    """A category; default ones are shared by all shops and cannot be changed."""

    # Also the name of an attribute of serializers, which the field replaces in the class alone.
    parent = ParentField(  # type: ignore[assignment]
        required=False,
        allow_null=True,
        help_text="The wider category, a default one or your own, by id, name or alias; null at "
        "the top. Answers have its id.",
    )
    path = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="The names from the top of the tree to this category.",
    )

    class Meta(FacetSerializer.Meta):
        model = Category
        fields = (*FacetSerializer.Meta.fields, "parent", "path")

    def save(self, **kwargs: Any) -> Category:
        """Store the category at its place in the tree."""
        with transaction.atomic():
            category = self.instance or Category(shop_id=scoped_shop_id())
            try:
                check_place(category=category, parent=self.validated_data.get("parent"))
            except CategoryMisplaced as error:
                raise ValidationError({"parent": [error.message]}, code=error.code) from error
            saved: Category = super().save(**kwargs)
        return saved


class CategoryMatchInput(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=MAX_TEXT_LENGTH,
        help_text="An id, a name, an alias, or the path or id of a feed: `Womens > Tops > "
        "T-Shirts`, Google's `212`, Shopify's `gid://shopify/TaxonomyCategory/aa-1-13-8`.",
    )


class CategoryMatchSerializer(serializers.Serializer[CategoryMatch]):
    """The category that a text means, and whom the text says the garments are for."""

    category = MatchedCategorySerializer(
        allow_null=True, help_text="Id and name; null if the text means no category clearly."
    )
    found_by = serializers.ChoiceField(
        choices=[way.value for way in FoundBy],
        allow_null=True,
        help_text="`id`, `name` or `alias` of the whole text; the id of `google` or `shopify`; the "
        "name or alias in a `segment` of the path; the `kind` of garment that a segment names.",
    )
    segment = serializers.CharField(help_text="The part of the path that decided.")
    gender = serializers.CharField(
        help_text="`women`, `men`, `girls`, `boys` or `unisex`; empty if none is named, or several."
    )
    age_group = serializers.CharField(help_text="A default age group, or empty.")


class CategoryListFilter(filters.FilterSet):
    parent = filters.CharFilter(
        method="filter_parent",
        help_text="Id, name or alias: only the categories directly below this one.",
    )
    within = filters.CharFilter(
        method="filter_within",
        help_text="Id, name or alias: only this category and all below it.",
    )
    is_top = FlagFilter(
        method="filter_top", help_text="Only categories at the top of the tree, or only others."
    )

    def filter_parent(self, queryset: Any, name: str, value: str) -> Any:
        found = Category.objects.find(value)
        return queryset.filter(parent=found) if found else queryset.none()

    def filter_within(self, queryset: Any, name: str, value: str) -> Any:
        found = Category.objects.find(value)
        return queryset.filter(pk__in=list_narrower([found.pk])) if found else queryset.none()

    def filter_top(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(parent__isnull=value)


@extend_schema_view(
    create=extend_schema(examples=[OpenApiExample("Kimonos", EXAMPLE, request_only=True)]),
    destroy=extend_schema(
        description="A category of images, or with narrower categories below it, answers 409: "
        "give the images another one and move the narrower ones first."
    ),
)
@facet_docs("category", "categories")
class CategoryViewSet(FacetViewSet):
    queryset = Category.objects.none()
    serializer_class = CategorySerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = CategoryListFilter

    def select(self) -> Any:
        path = select_path("catalog_category.id")
        return super().select().select_related("parent").annotate(path=path)

    @extend_schema(
        tags=["facets"],
        summary="Find the category that a path of your feed means",
        description="The same as images do with their `category`: try your feed's categories here "
        "before you send images, and add aliases for those that are not found.",
        parameters=[CategoryMatchInput],
        responses=CategoryMatchSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=())
    def match(self, request: Request) -> Response:
        wanted = validate_parameters(CategoryMatchInput(data=request.query_params))
        return Response(CategoryMatchSerializer(find_category(wanted["text"])).data)

    def perform_destroy(self, instance: Any) -> None:
        if Category.objects.filter(parent=instance).exists():
            raise CategoryHasNarrower
        super().perform_destroy(instance)
