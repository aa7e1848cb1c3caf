"""The fields of images in requests and answers, and the query that reads them."""

from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.addresses import PublicAddressField
from catalog.api.facets import (
    AgeGroupField,
    AttributesField,
    CategoryField,
    CategoryPathField,
    FacetListField,
    StyleField,
)
from catalog.api.photo_facts import SeenGarmentSerializer, SeenInPhotoSerializer
from catalog.models import Image, IndexEntry, Product, Variant
from catalog.products.placement import find_product
from catalog.search.public_images import (
    MAX_SHOWN_VARIANTS,
    serialize_seen,
    serialize_thumbnails,
)
from catalog.taxonomy.tree import select_path
from decoder.limits import MAX_BYTES
from tenants.api.fields import validate_currency

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


class ImagePhotoInput(serializers.Serializer[Image]):
    """The link of an image's photo; by default the one that the photo came from."""

    instance: Image
    image_url = PublicAddressField(required=False, help_text="The link to the photo.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("image_url", self.instance.source_url)
        if not attrs["image_url"]:
            message = "This photo was uploaded; name the link to fetch it from."
            raise serializers.ValidationError({"image_url": [message]}, code="required")
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
    )
    return images
