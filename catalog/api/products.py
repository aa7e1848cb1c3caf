"""The products of a shop, under the shop's own ids."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.api.addresses import PublicAddressField
from catalog.api.facets import (
    AgeGroupField,
    AttributesField,
    CategoryField,
    CategoryPathField,
    FacetListField,
    StyleField,
)
from catalog.api.image_serializers import (
    MAX_EXTERNAL_ID_LENGTH,
    MAX_STOCK,
    MAX_STYLES,
    THUMBNAILS_HELP,
    IndexStateField,
    PhotoUrlField,
    ThumbnailsField,
)
from catalog.api.lists import CataloguePages, ProductListInput
from catalog.models import Image, IndexEntry, PhotoFetch, Product, Variant
from catalog.products.specs import PhotoLink, ProductChange, ProductSpec, WrittenProduct
from catalog.taxonomy.tree import select_path
from core.api.parsers import JSONParser
from core.api.views import validate
from core.errors import Conflict, DomainError
from tenants.api.base import TenantViewSet
from tenants.api.fields import validate_currency
from tenants.models import Scope

MAX_VARIANTS = 2_000
MAX_PHOTOS = 100


class ProductProblem(Conflict):
    """A product that cannot be written as it was sent."""


class VariantSerializer(serializers.ModelSerializer[Variant]):
    """A product in one size and colour."""

    link = serializers.CharField(help_text="Empty: the product's link.")

    class Meta:
        model = Variant
        fields = (
            *("sku", "name", "size", "size_system", "colour", "price", "sale_price", "currency"),
            *("availability", "stock", "link"),
        )
        read_only_fields = fields


class ProductImageSerializer(serializers.ModelSerializer[Image]):
    """A photo of a product; `images/{id}` shows all of it."""

    image_url = serializers.CharField(
        source="source_url", help_text="The link that it was fetched from; empty for an upload."
    )
    photo_url = PhotoUrlField(
        source="*", read_only=True, help_text="The address of the photo here."
    )
    thumbnails = ThumbnailsField(source="*", read_only=True, help_text=THUMBNAILS_HELP)
    skus = serializers.SerializerMethodField(
        help_text="The SKUs of the variants that it shows; empty: all variants."
    )
    index_state = IndexStateField(source="*", read_only=True)

    class Meta:
        model = Image
        fields = (
            *("id", "image_url", "photo_url", "thumbnails", "width", "height", "skus"),
            "index_state",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_skus(self, image: Image) -> list[str]:
        return [variant.sku for variant in image.variants.all()]


@extend_schema_field({"type": ["object", "null"]})
class ProblemField(serializers.JSONField):
    """The reason of a failure; null without one."""


class WaitingPhotoSerializer(serializers.ModelSerializer[PhotoFetch]):
    """A photo by link that is not there yet."""

    url = serializers.CharField()
    problem = ProblemField(help_text="Why it could not be fetched, as a code and what to do.")

    class Meta:
        model = PhotoFetch
        fields = ("id", "url", "state", "problem")
        read_only_fields = fields


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product with its variants and photos."""

    category = CategoryField(allow_null=True)
    category_path = serializers.ListField(
        child=serializers.CharField(),
        help_text="The names from the top of the tree to the category; empty without one.",
    )
    styles = FacetListField(child=StyleField())
    age_group = AgeGroupField(allow_null=True)
    link = serializers.CharField(help_text="The address of the product's page, or empty.")
    variants = VariantSerializer(many=True)
    images = ProductImageSerializer(many=True)
    waiting_photos = WaitingPhotoSerializer(
        many=True,
        source="photo_fetches",
        help_text="Photos by link that are not fetched yet.",
    )

    class Meta:
        model = Product
        fields = (
            *("external_id", "name", "description", "category", "category_path", "styles"),
            *("age_group", "brand", "gender", "link", "attributes", "status", "variants", "images"),
            *("waiting_photos", "created_at", "updated_at"),
        )
        read_only_fields = fields


class VariantInput(serializers.ModelSerializer[Variant]):
    """A variant; one without a SKU is known by its size and colour."""

    stock = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MAX_STOCK,
        help_text="Pieces. Without `availability`, 0 means out of stock.",
    )

    class Meta:
        model = Variant
        fields = VariantSerializer.Meta.fields
        # The writer finds a variant by its SKU; a SKU of another product is refused there.
        validators: ClassVar[list[Any]] = []

    def validate_currency(self, value: str) -> str:
        return validate_currency(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        price, sale = attrs.get("price"), attrs.get("sale_price")
        if price is not None and sale is not None and sale > price:
            message = "The sale price is higher than the price."
            raise serializers.ValidationError({"sale_price": [message]}, code="invalid")
        return attrs


class PhotoLinkInput(serializers.Serializer[Any]):
    """A photo that a worker fetches; one whose link the product has already is kept."""

    image_url = PublicAddressField()
    skus = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=MAX_VARIANTS,
        help_text="The SKUs of the variants that it shows; none: all variants.",
    )


class ProductInput(serializers.ModelSerializer[Product]):
    """A product, whole or in part."""

    category = CategoryPathField(
        required=False,
        allow_null=True,
        help_text="The id, name or alias of a category, or the path or id that a feed has.",
    )
    styles = FacetListField(child=StyleField(), required=False, max_length=MAX_STYLES)
    age_group = AgeGroupField(required=False, allow_null=True)
    attributes = AttributesField(required=False)
    variants = serializers.ListField(
        child=VariantInput(),
        required=False,
        max_length=MAX_VARIANTS,
        help_text="PUT: all variants. PATCH: those to change or to add, found by their SKU, or "
        "without one by size and colour.",
    )
    images = serializers.ListField(
        child=PhotoLinkInput(),
        required=False,
        max_length=MAX_PHOTOS,
        help_text="All photos by link, in their order. Without this field the photos stay as they "
        "are; uploaded photos stay in any case.",
    )

    class Meta:
        model = Product
        fields: tuple[str, ...] = (
            *("name", "description", "category", "styles", "age_group", "brand", "gender", "link"),
            *("attributes", "status", "variants", "images"),
        )

    def make_spec(self, external_id: str, *, is_partial: bool) -> ProductSpec:
        """Return what the validated body says of the product with this id."""
        return make_spec(external_id, self.validated_data, is_partial=is_partial)


def make_spec(external_id: str, fields: Mapping[str, Any], *, is_partial: bool) -> ProductSpec:
    """Return a product as `upsert_products` takes it, from validated fields of `ProductInput`."""
    facts = dict(fields)
    variants, photos = facts.pop("variants", None), facts.pop("images", None)
    return ProductSpec(
        external_id=external_id,
        facts=facts,
        variants=variants if is_partial else variants or (),
        photos=None
        if photos is None
        else [PhotoLink(photo["image_url"], tuple(photo.get("skus", ()))) for photo in photos],
        is_partial=is_partial,
    )


def select_products() -> QuerySet[Product]:
    """Return the products of the tenancy scope, with all that their serializers read."""
    entries = Prefetch("entries", IndexEntry.objects.live().defer("embedding"))
    images = Image.objects.live().order_by("position", "pk")
    fetches = PhotoFetch.objects.exclude(state=PhotoFetch.State.DONE).order_by("pk")
    products: QuerySet[Product] = (
        Product.objects.annotate(category_path=select_path("catalog_product.category_id"))
        .select_related("category", "age_group")
        .prefetch_related(
            "styles",
            "variants",
            Prefetch(
                "images",
                images.select_related("thumbnails").prefetch_related("variants", entries),
            ),
            Prefetch("photo_fetches", fetches),
        )
    )
    return products


PRODUCT_EXAMPLE = OpenApiExample(
    "A dress in two sizes",
    {
        "name": "Red floral midi dress",
        "category": "Womens > Dresses",
        "brand": "Ada's",
        "variants": [
            {"sku": "DR-1042-36", "size": "36", "size_system": "EU", "colour": "red"}
            | {"price": "79.90", "sale_price": "59.90", "currency": "EUR", "stock": 4},
            {"sku": "DR-1042-38", "size": "38", "size_system": "EU", "colour": "red"}
            | {"price": "79.90", "currency": "EUR", "stock": 0},
        ],
        "images": [{"image_url": "https://cdn.shop.example/dr-1042.jpg"}],
    },
    request_only=True,
)
STOCK_EXAMPLE = OpenApiExample(
    "Price and stock of one variant",
    {"variants": [{"sku": "DR-1042-38", "price": "69.90", "stock": 12}]},
    request_only=True,
)


@extend_schema_view(
    retrieve=extend_schema(summary="Show one product"),
)
@extend_schema(tags=["catalogue"])
class ProductViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's products: each has variants, which shoppers choose from, and photos."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ProductSerializer
    filter_backends = ()
    pagination_class = CataloguePages
    parser_classes = (JSONParser,)
    lookup_field = "external_id"
    lookup_value_regex = ".+"  # ids may contain slashes and dots

    def get_queryset(self) -> QuerySet[Product]:
        return select_products()

    @extend_schema(
        summary="List products, by default the newest first",
        parameters=[ProductListInput],
        responses=ProductSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        wanted = ProductListInput.parse(request.query_params)
        facets = wanted.make_filter(self.shop)
        products = wanted.narrow(self.get_queryset(), facets, self.shop)
        variants = facets.shown_variants.select_of_products()
        products, pages = wanted.arrange(products, facets, variants)
        page: Any = pages.paginate_queryset(products, request, view=self)
        response = pages.get_paginated_response(self.get_serializer(page, many=True).data)
        response.data |= wanted.count(Product.objects.all(), facets, self.shop)
        return response

    @extend_schema(
        summary="Add a product, or replace it",
        description="Stores the whole product under your own id: fields that you leave out get "
        "their defaults. Photos are given by link, and workers fetch them; or upload each with "
        "`POST images/` and this `external_id`. Only new photos are embedded.",
        request=ProductInput,
        responses={200: ProductSerializer, 201: ProductSerializer},
        examples=[PRODUCT_EXAMPLE],
    )
    def update(self, request: Request, external_id: str) -> Response:
        if len(external_id) > MAX_EXTERNAL_ID_LENGTH:
            raise DomainError(
                f"An id has at most {MAX_EXTERNAL_ID_LENGTH} characters.", code="invalid_id"
            )
        serializer = ProductInput(data=_leave_shown(request.data))
        validate(serializer, ignored=ProductSerializer.Meta.fields)
        return self._write(serializer.make_spec(external_id, is_partial=False))

    @extend_schema(
        summary="Change a part of a product",
        description="What you leave out stays as it is. Prices and stock cost no embedding.",
        request=ProductInput,
        responses={200: ProductSerializer},
        examples=[STOCK_EXAMPLE],
    )
    def partial_update(self, request: Request, external_id: str) -> Response:
        self.get_object()
        serializer = ProductInput(data=request.data, partial=True)
        validate(serializer)
        return self._write(serializer.make_spec(external_id, is_partial=True))

    @extend_schema(
        summary="Delete a product with its variants and photos",
        description="No search returns it from now on.",
        responses={204: OpenApiResponse(description="Deleted.")},
    )
    def destroy(self, request: Request, external_id: str) -> Response:
        services.delete_product(product=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _write(self, spec: ProductSpec) -> Response:
        (written,) = services.upsert_products(shop=self.shop, specs=[spec])
        if written.change is ProductChange.FAILED:
            raise make_error(written)
        is_new = written.change is ProductChange.CREATED
        product = self.get_queryset().get(external_id=written.external_id)
        body = self.get_serializer(product).data
        return Response(body, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def _leave_shown(body: Any) -> Any:
    """Leave out what GET shows of images and PUT does not take; uploads stay by themselves."""
    if type(body) is not dict or not isinstance(body.get("images"), list):
        return body
    shown = {*ProductImageSerializer.Meta.fields} - {"image_url", "skus"}
    images = [
        {name: value for name, value in image.items() if name not in shown}
        if isinstance(image, dict)
        else image
        for image in body["images"]
        if not (isinstance(image, dict) and image.get("image_url") == "")
    ]
    return {**body, "images": images}


def make_error(written: WrittenProduct) -> Exception:
    """Return the error to raise for a product that could not be written."""
    if written.code == "not_found":
        return NotFound()
    return ProductProblem(written.detail, code=written.code)
