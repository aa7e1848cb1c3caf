from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.fields import AttributesField, EmptyAsNoneFacetField, FacetField, FacetListField
from catalog.models import AgeGroup, Category, Facet, Image, IndexEntry, Style
from core.photos import MAX_BYTES
from core.tenancy import scoped_shop_id

MOST_STYLES = 20
MOST_VALUES = 50
PUBLIC_FIELDS = (
    "id",
    "name",
    "description",
    "photo_url",
    "width",
    "height",
    "category",
    "styles",
    "age_group",
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


class PublicImageSerializer(serializers.ModelSerializer[Image]):
    """An image as a shopper may see it."""

    photo_url = serializers.SerializerMethodField(help_text="Where the photo is shown from.")
    category = FacetField(model=Category, allow_null=True)
    styles = FacetListField(child=FacetField(model=Style))
    age_group = FacetField(model=AgeGroup, allow_null=True)

    class Meta:
        model = Image
        fields: tuple[str, ...] = PUBLIC_FIELDS
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_photo_url(self, image: Image) -> str:
        url = default_storage.url(image.photo.name)
        request = self.context.get("request")
        return request.build_absolute_uri(url) if request else url


class ImageSerializer(PublicImageSerializer):
    """An image as its shop sees it, with where it stands in the index."""

    index_state = serializers.SerializerMethodField()
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

    @extend_schema_field(serializers.ChoiceField(choices=IndexEntry.State.choices))
    def get_index_state(self, image: Image) -> str:
        entry = self._entry(image)
        return entry.state if entry else IndexEntry.State.PENDING

    @extend_schema_field({"type": ["object", "null"]})
    def get_index_error(self, image: Image) -> dict[str, str] | None:
        entry = self._entry(image)
        if entry is None or not entry.reason:
            return None
        return {"code": entry.reason, "detail": str(entry.get_reason_display())}

    def _entry(self, image: Image) -> IndexEntry | None:
        return next(iter(image.entries.all()), None)


class ImageInput(serializers.ModelSerializer[Image]):
    """What a shop sends: the photo as a multipart file, its facts as fields."""

    photo = serializers.FileField(
        required=False,
        help_text=f"JPEG, PNG, WebP or AVIF of at most {MAX_BYTES // 1024**2} MB.",
    )
    category = EmptyAsNoneFacetField(model=Category, required=False, allow_null=True)
    styles = FacetListField(child=FacetField(model=Style), required=False, max_length=MOST_STYLES)
    age_group = EmptyAsNoneFacetField(model=AgeGroup, required=False, allow_null=True)
    attributes = AttributesField(required=False)
    status = serializers.ChoiceField(
        choices=[Image.Status.PUBLISHED, Image.Status.DRAFT], required=False
    )

    class Meta:
        model = Image
        fields = (
            "photo",
            "name",
            *OPTIONAL_TEXTS,
            "category",
            "styles",
            "age_group",
            "price",
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
        if value and not (len(value) == 3 and value.isascii() and value.isalpha()):
            raise serializers.ValidationError("A three-letter code of ISO 4217, such as EUR.")
        return value.upper()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_replaced = self.instance is not None and not self.partial
        if self.instance is None and "photo" not in attrs:
            raise serializers.ValidationError(
                {"photo": ["Send the photo as a multipart file named `photo`."]}, code="required"
            )
        return {**self._blank_fields(), **attrs} if is_replaced else attrs

    def _blank_fields(self) -> dict[str, Any]:
        """Return what an image has when nothing is said, for PUT to start from."""
        return {
            **dict.fromkeys(OPTIONAL_TEXTS, ""),
            "category": None,
            "age_group": None,
            "styles": [],
            "price": None,
            "availability": Image.Availability.IN_STOCK,
            "attributes": {},
            "status": Image.Status.PUBLISHED,
        }


class FacetSerializer(serializers.ModelSerializer[Any]):
    """A facet value; `is_default` ones are shared by all shops and cannot be changed."""

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


def facet_serializer(facet_model: type[Facet]) -> type[FacetSerializer]:
    """Return the serializer of one kind of facet."""
    meta = type("Meta", (FacetSerializer.Meta,), {"model": facet_model})
    return type(f"{facet_model.__name__}Serializer", (FacetSerializer,), {"Meta": meta})


class IndexSerializer(serializers.Serializer[Any]):
    """Where a shop's vector index stands."""

    encoder = serializers.CharField()
    languages = serializers.CharField(help_text="What language prompts may be in.")
    is_complete = serializers.BooleanField(
        help_text="False while the vector store is repaired; search is exact then."
    )
    is_calibrated = serializers.BooleanField(
        help_text="False until the worker has measured what similarity means in this shop; "
        "`match` is null until then."
    )
    pending = serializers.IntegerField()
    indexed = serializers.IntegerField()
    failed = serializers.IntegerField()
    removing = serializers.IntegerField()


class DriftSerializer(serializers.Serializer[Any]):
    """Where the vector store differs from the catalogue, as image ids (at most 1,000 each)."""

    missing = serializers.ListField(child=serializers.UUIDField())
    extra = serializers.ListField(child=serializers.UUIDField())


class RetrySerializer(serializers.Serializer[Any]):
    retried = serializers.IntegerField(help_text="How many failed images are tried again.")


class FacetFilterInput(serializers.Serializer[Any]):
    """Which images may be in the answer; within one facet any of the values will do."""

    category = FacetListField(
        child=FacetField(model=Category), required=False, max_length=MOST_VALUES
    )
    styles = FacetListField(child=FacetField(model=Style), required=False, max_length=MOST_VALUES)
    age_group = FacetListField(
        child=FacetField(model=AgeGroup), required=False, max_length=MOST_VALUES
    )
    colour = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=MOST_VALUES
    )
    gender = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, max_length=MOST_VALUES
    )
    brand = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=MOST_VALUES
    )
    availability = serializers.ListField(
        child=serializers.ChoiceField(choices=Image.Availability.choices),
        required=False,
        max_length=MOST_VALUES,
    )
    price_min = serializers.DecimalField(12, 2, min_value=Decimal(0), required=False)
    price_max = serializers.DecimalField(12, 2, min_value=Decimal(0), required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names that are none: a filter that was misspelt would narrow nothing."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            message = f"There is no such filter; there are {', '.join(self.fields)}."
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)
