"""The images of a shop: list, add, change and delete them."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
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
from catalog.api.lists import CataloguePages, ImageListInput
from catalog.api.photo_facts import SeenGarmentSerializer, SeenInPhotoSerializer
from catalog.api.photo_fetches import PhotoFetchSerializer
from catalog.models import Image, IndexEntry, Product, Variant
from catalog.products.placement import find_product
from catalog.search.public_images import (
    MAX_SHOWN_VARIANTS,
    serialize_seen,
    serialize_thumbnails,
)
from catalog.taxonomy.tree import select_path
from core.api.views import validate
from core.photos import Photo, open_photo
from decoder.limits import MAX_BYTES
from tenants.api.base import TenantViewSet
from tenants.api.fields import validate_currency
from tenants.api.idempotency import idempotent
from tenants.models import Scope

MAX_STYLES = 20
MAX_EXTERNAL_ID_LENGTH = 100
MAX_STOCK = 2_147_483_647
EVERY_VARIANT = Q()
CATEGORY_PATH = select_path("catalog_image.category_id")
PUBLIC_FIELDS = (
    "id",
    "name",
    "description",
    "photo_url",
    "thumbnails",
    "width",
    "height",
    "category",
    "category_path",
    "styles",
    "age_group",
    "external_id",
    "sku",
    "item_group_id",
    "brand",
    "price",
    "currency",
    "availability",
    "link",
    "colour",
    "gender",
    "attributes",
    "variants",
    "seen",
)
OPTIONAL_TEXTS = (
    "description",
    "sku",
    "item_group_id",
    "brand",
    "currency",
    "link",
    "colour",
    "gender",
)


class ThumbnailSerializer(serializers.Serializer[Any]):
    """The photo in a smaller size, as WebP."""

    width = serializers.IntegerField(help_text="In pixels, as the `w` of a `srcset`.")
    url = serializers.URLField()


THUMBNAILS_HELP = (
    "The photo in widths of 160, 320 and 640 pixels, as far as it is so wide. Empty until a worker "
    "has made them, usually seconds after the upload."
)


@extend_schema_field(ThumbnailSerializer(many=True))
class ThumbnailsField(serializers.Field[Any, Any, Any, Any]):
    """The thumbnails of an image; select `thumbnails` with it, or each costs a query."""

    def to_representation(self, image: Image) -> list[dict[str, Any]]:
        files = image.find_thumbnails()
        found = serialize_thumbnails(files, photo_width=image.width) if files else []
        if request := self.context.get("request"):
            for thumbnail in found:
                thumbnail["url"] = request.build_absolute_uri(thumbnail["url"])
        return found


@extend_schema_field(serializers.URLField())
class PhotoUrlField(serializers.Field[Any, Any, Any, Any]):
    """The address of an image's photo."""

    def to_representation(self, image: Image) -> str:
        url = default_storage.url(image.photo.name)
        request = self.context.get("request")
        return request.build_absolute_uri(url) if request else url


class ShownVariantSerializer(serializers.Serializer[Any]):
    """A variant that a photo shows."""

    sku = serializers.CharField()
    name = serializers.CharField(help_text="Empty: the product's name.")
    size = serializers.CharField()
    size_system = serializers.CharField()
    colour = serializers.CharField()
    price = serializers.DecimalField(12, 2, allow_null=True)
    sale_price = serializers.DecimalField(
        12, 2, allow_null=True, help_text="What it costs now, if it is there."
    )
    currency = serializers.CharField(help_text="Empty: the shop's default one.")
    availability = serializers.ChoiceField(choices=Variant.Availability.choices)
    link = serializers.CharField(help_text="Empty: the product's link.")


@extend_schema_field(ShownVariantSerializer(many=True))
class VariantsField(serializers.Field[Any, Any, Any, Any]):
    """The variants that an image shows; prefetch them, or each image costs two queries."""

    def to_representation(self, image: Image) -> Any:
        shown = list(image.variants.all())
        if not shown and image.product:
            shown = list(image.product.variants.all())
        return ShownVariantSerializer(shown[:MAX_SHOWN_VARIANTS], many=True).data


class PublicImageSerializer(serializers.ModelSerializer[Image]):
    """The fields of an image that shoppers may see."""

    photo_url = PhotoUrlField(source="*", read_only=True, help_text="The address of the photo.")
    thumbnails = ThumbnailsField(source="*", read_only=True, help_text=THUMBNAILS_HELP)
    category = CategoryField(allow_null=True)
    category_path = serializers.ListField(
        child=serializers.CharField(),
        help_text="The names from the top of the tree to the category; empty without one.",
    )
    styles = FacetListField(child=StyleField())
    age_group = AgeGroupField(allow_null=True)
    external_id = serializers.CharField(
        source="product.external_id",
        default="",
        help_text="Your own id of the product; one of ours if you gave none.",
    )
    price = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        allow_null=True,
        help_text="The lowest current price of the variants that the photo shows.",
    )
    availability = serializers.ChoiceField(
        choices=Variant.Availability.choices,
        help_text="The best of the variants that the photo shows.",
    )
    link = serializers.CharField(help_text="The address of the product's page, or empty.")
    variants = VariantsField(
        source="*",
        read_only=True,
        help_text="The variants that the photo shows; in a search or a filtered list, those that "
        f"match the filters. At most {MAX_SHOWN_VARIANTS}: the product has all.",
    )
    seen = serializers.SerializerMethodField(
        help_text="What the photo shows of the main garment; null until it was looked at, usually "
        "seconds after the upload. Your own values always win over these."
    )

    class Meta:
        model = Image
        fields: tuple[str, ...] = PUBLIC_FIELDS
        read_only_fields = fields

    @extend_schema_field(SeenGarmentSerializer(allow_null=True))
    def get_seen(self, image: Image) -> dict[str, Any] | None:
        facts = image.find_facts()
        return serialize_seen(facts.garments) if facts else None


def _find_entry(image: Image) -> IndexEntry | None:
    """Return the entry in the live index, which `select_images` prefetches."""
    return next(iter(image.entries.all()), None)


@extend_schema_field(serializers.ChoiceField(choices=IndexEntry.State.choices))
class IndexStateField(serializers.Field[Any, Any, Any, Any]):
    """The state of an image in the live index; prefetch its live entry, or each costs a query."""

    def to_representation(self, image: Image) -> str:
        entry = _find_entry(image)
        return entry.state if entry else IndexEntry.State.PENDING


class ImageSerializer(PublicImageSerializer):
    """The fields of an image that its shop may see, with its state in the index."""

    index_state = IndexStateField(source="*", read_only=True)
    index_error = serializers.SerializerMethodField(
        help_text="Why indexing failed, as a code and what to do; null otherwise."
    )

    class Meta(PublicImageSerializer.Meta):
        fields = (
            *PUBLIC_FIELDS,
            "status",
            "version",
            "index_state",
            "index_error",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": ["object", "null"]})
    def get_index_error(self, image: Image) -> dict[str, str] | None:
        entry = _find_entry(image)
        if entry is None or not entry.reason:
            return None
        return {"code": entry.reason, "detail": str(entry.get_reason_display())}


class ImageDetailSerializer(ImageSerializer):
    """One image, with every garment in its photo."""

    @extend_schema_field(SeenInPhotoSerializer(allow_null=True))
    def get_seen(self, image: Image) -> dict[str, Any] | None:
        seen, facts = super().get_seen(image), image.find_facts()
        return {**seen, "garments": facts.garments} if seen and facts else None


class ImageInput(serializers.ModelSerializer[Image]):
    """The photo of an image, as a multipart file, and the facts of the product that it shows."""

    photo = serializers.FileField(
        required=False,
        help_text=f"JPEG, PNG, WebP, AVIF or HEIC of at most {MAX_BYTES // 1024**2} MB.",
    )
    category = CategoryPathField(
        required=False,
        allow_null=True,
        help_text="The id, name or alias of a category, or the path or id that a feed has: "
        "`Womens > Tops > T-Shirts`, Google's `212`, or Shopify's "
        "`gid://shopify/TaxonomyCategory/aa-1-13-8`. Refused if the category is not clear.",
    )
    styles = FacetListField(child=StyleField(), required=False, max_length=MAX_STYLES)
    age_group = AgeGroupField(required=False, allow_null=True)
    item_group_id = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="Your own id of the product, as `external_id`.",
    )
    size = serializers.CharField(required=False, allow_blank=True, max_length=40)
    size_system = serializers.CharField(
        required=False, allow_blank=True, max_length=20, help_text="Such as EU, UK or US."
    )
    sale_price = serializers.DecimalField(
        required=False, allow_null=True, max_digits=12, decimal_places=2, min_value=0
    )
    stock = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MAX_STOCK,
        help_text="Pieces. Without `availability`, 0 means out of stock.",
    )
    attributes = AttributesField(required=False)
    status = serializers.ChoiceField(choices=Product.Status.choices, required=False)

    class Meta:
        model = Image
        fields: tuple[str, ...] = (
            "photo",
            "name",
            *OPTIONAL_TEXTS,
            "category",
            "styles",
            "age_group",
            "size",
            "size_system",
            "price",
            "sale_price",
            "stock",
            "availability",
            "attributes",
            "status",
        )
        examples: ClassVar[dict[str, Any]] = {
            "name": "Red floral midi dress",
            "description": "A light dress with short sleeves and a flared skirt.",
            "category": "dress",
            "styles": ["casual", "summer"],
            "age_group": "adult",
            "sku": "DR-1042-RED",
            "item_group_id": "DR-1042",
            "brand": "Ada's",
            "price": "59.90",
            "currency": "EUR",
            "link": "https://shop.example/dr-1042",
            "colour": "red",
            "gender": "women",
            "attributes": {"fit": "regular"},
        }

    def validate_currency(self, value: str) -> str:
        return validate_currency(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_replaced = self.instance is not None and not self.partial
        return {**self._defaults(), **attrs} if is_replaced else attrs

    def _defaults(self) -> dict[str, Any]:
        """Return the values of fields that a PUT leaves out."""
        return {
            **dict.fromkeys(OPTIONAL_TEXTS, ""),
            **dict.fromkeys(("category", "age_group", "price")),
            "styles": [],
            "availability": Variant.Availability.IN_STOCK,
            **dict.fromkeys(("size", "size_system"), ""),
            **dict.fromkeys(("sale_price", "stock")),
            "attributes": {},
            "status": Image.Status.PUBLISHED,
        }


class NewImageInput(ImageInput):
    """A new photo, as a file or a link, and the facts of the product that it shows."""

    external_id = serializers.CharField(
        required=False,
        max_length=MAX_EXTERNAL_ID_LENGTH,
        help_text="Your own id of the product. If you have a product with this id, or with this "
        "`sku`, the photo is added to it, and the other facts fill only what it lacks.",
    )
    name = serializers.CharField(
        required=False, max_length=200, help_text="Required unless the product is known."
    )
    image_url = PublicAddressField(
        required=False,
        help_text="In place of `photo`: where a worker fetches it, by https or http from a public "
        "address. The answer is then 202.",
    )

    class Meta(ImageInput.Meta):
        fields: tuple[str, ...] = ("image_url", "external_id", *ImageInput.Meta.fields)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("photo" in attrs) == ("image_url" in attrs):
            message = "Send either the photo as a multipart file, or a link as `image_url`."
            raise serializers.ValidationError({"photo": [message]}, code="required")
        group = attrs.get("item_group_id", "")
        external_id = attrs.setdefault("external_id", group)
        if group and group != external_id:
            message = "Send the id of the product once, as `external_id`."
            raise serializers.ValidationError({"item_group_id": [message]}, code="invalid")
        known = find_product(external_id=external_id, sku=attrs.get("sku", ""))
        if known is None and "name" not in attrs:
            message = "Name the product: you have none with this `external_id` or `sku`."
            raise serializers.ValidationError({"name": [message]}, code="required")
        return attrs


def select_images(shown: Q = EVERY_VARIANT) -> QuerySet[Image]:
    """Return the live images of the tenancy scope, with all that their serializers read.

    `shown` is a condition on the variants that are serialized.
    """
    variants = Variant.objects.filter(shown)
    images: QuerySet[Image] = (
        Image.objects.live()
        .annotate(category_path=CATEGORY_PATH)
        .select_related("product", "category", "age_group", "facts", "thumbnails")
        .prefetch_related(
            "styles",
            Prefetch("entries", IndexEntry.objects.live().defer("embedding")),
            Prefetch("variants", variants),
            Prefetch("product__variants", variants),
        )
        .defer("search")
    )
    return images


CREATE_EXAMPLE = OpenApiExample("A dress", ImageInput.Meta.examples, request_only=True)
LINK_EXAMPLE = OpenApiExample(
    "A dress by link",
    {"image_url": "https://cdn.shop.example/dr-1042.jpg", **ImageInput.Meta.examples},
    request_only=True,
    media_type="application/json",
)
CHANGE_EXAMPLE = OpenApiExample(
    "A lower price", {"price": "49.90", "availability": "out_of_stock"}, request_only=True
)


@extend_schema_view(
    retrieve=extend_schema(summary="Show one image"),
)
@extend_schema(tags=["catalogue"])
class ImageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The shop's product photos with the facts that describe them."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ImageDetailSerializer
    filter_backends = ()
    pagination_class = CataloguePages

    def get_queryset(self) -> QuerySet[Image]:
        return select_images()

    @extend_schema(
        summary="List images, by default the newest first",
        parameters=[ImageListInput],
        responses=ImageSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        wanted = ImageListInput.parse(request.query_params)
        facets = wanted.make_filter(self.shop)
        images = wanted.narrow(select_images(facets.shown_variants.condition()), facets)
        variants = facets.shown_variants.select_of_images()
        images, pages = wanted.arrange(images, facets, variants)
        page: Any = pages.paginate_queryset(images, request, view=self)
        body = ImageSerializer(page, many=True, context=self.get_serializer_context()).data
        response = pages.get_paginated_response(body)  # type: ignore[arg-type]
        response.data |= wanted.count(Image.objects.live(), facets)
        return response

    @extend_schema(
        summary="Add an image",
        description="Send the photo as a file in a multipart form. Search finds the image once "
        "its `index_state` is `indexed`, usually within seconds. Or send `image_url` in place of "
        "the photo: a worker fetches it and adds the image, and `url` of the answer shows its "
        "state.",
        request={"multipart/form-data": NewImageInput, "application/json": NewImageInput},
        responses={201: ImageDetailSerializer, 202: PhotoFetchSerializer},
        examples=[LINK_EXAMPLE],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields, photo = self._read(NewImageInput(data=request.data))
        if photo is None:
            return self._request_fetch(fields)
        image = services.create_image(shop=self.shop, photo=photo, fields=fields)
        return Response(self._serialize(image), status.HTTP_201_CREATED)

    def _request_fetch(self, fields: dict[str, Any]) -> Response:
        url = fields.pop("image_url")
        fetch = services.request_fetch(shop=self.shop, url=url, fields=fields)
        body = PhotoFetchSerializer(fetch, context=self.get_serializer_context()).data
        return Response(body, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Replace an image's facts, and its photo if one is sent",
        request={"application/json": ImageInput, "multipart/form-data": ImageInput},
        examples=[CREATE_EXAMPLE],
    )
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(
        summary="Change some of an image's facts, or its photo",
        request={"application/json": ImageInput, "multipart/form-data": ImageInput},
        examples=[CHANGE_EXAMPLE],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(
        summary="Delete an image",
        description="No search returns it from now on; a worker deletes its vector, files and row.",
        responses={204: OpenApiResponse(description="Deleted.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_image(image=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        image = self.get_object()
        ignored = () if partial else ImageSerializer.Meta.fields
        serializer = ImageInput(image, data=request.data, partial=partial)
        fields, photo = self._read(serializer, ignored=ignored)
        services.update_image(image=image, fields=fields, photo=photo)
        return Response(self._serialize(image))

    def _read(
        self, serializer: ImageInput, *, ignored: Collection[str] = ()
    ) -> tuple[dict[str, Any], Photo | None]:
        fields = validate(serializer, ignored=ignored)
        file = fields.pop("photo", None)
        return fields, open_photo(file) if file else None

    def _serialize(self, image: Image) -> Any:
        """Serialize the image as the database stored it."""
        return self.get_serializer(self.get_queryset().get(pk=image.pk)).data
