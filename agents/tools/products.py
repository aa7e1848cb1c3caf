"""A product by the shop's own id, as shoppers may see it."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.operations import Caller, ViewOperation
from agents.tools.tool import Arguments, ProductNotFound, Tool
from catalog.api.image_serializers import PhotoUrlField, ShownVariantSerializer
from catalog.models import Image, Product
from catalog.taxonomy.tree import select_path
from core.api.views import validate
from tenants.api.base import TenantAPIView
from tenants.models import Scope

EXTERNAL_ID_HELP = "The `external_id` of a product, as another tool returns it."
# Of one answer, which a language model has to read.
MAX_SHOWN_VARIANTS, MAX_SHOWN_PHOTOS = 100, 10


class ProductArguments(serializers.Serializer[Any]):
    external_id = serializers.CharField(max_length=100, help_text=EXTERNAL_ID_HELP)


class ShownProductOutput(serializers.ModelSerializer[Product]):
    """A product with the sizes and colours that people choose from."""

    category_path = serializers.ListField(child=serializers.CharField())
    link = serializers.CharField(help_text="Its page in the shop, where people buy it.")
    variants = serializers.SerializerMethodField(
        help_text=f"At most {MAX_SHOWN_VARIANTS}; a price that is null is not known."
    )
    photo_urls = serializers.SerializerMethodField(help_text=f"At most {MAX_SHOWN_PHOTOS}.")

    class Meta:
        model = Product
        fields = (
            *("external_id", "name", "description", "brand", "category_path", "gender"),
            *("attributes", "link", "variants", "photo_urls"),
        )
        read_only_fields = fields

    @extend_schema_field(ShownVariantSerializer(many=True))
    def get_variants(self, product: Product) -> Any:
        return ShownVariantSerializer(product.variants.all()[:MAX_SHOWN_VARIANTS], many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_photo_urls(self, product: Any) -> list[str]:
        field = PhotoUrlField()
        field.bind("photo_urls", self)
        return [field.to_representation(image) for image in product.shown_images]


class ShownProductView(TenantAPIView):
    """A product of which search may show a photo: no drafts."""

    read_scope = Scope.RECOMMEND
    serializer_class = ShownProductOutput

    def get(self, request: Request, external_id: str) -> Response:
        photos = Image.objects.searchable().order_by("position", "pk")
        products = Product.objects.annotate(
            category_path=select_path("catalog_product.category_id")
        ).prefetch_related(Prefetch("images", photos[:MAX_SHOWN_PHOTOS], to_attr="shown_images"))
        product: Any = products.filter(external_id=external_id).first()
        if product is None or not product.shown_images:
            raise ProductNotFound
        return Response(self.get_serializer(product).data)


SHOW = ViewOperation("GET", ShownProductView.as_view())


def get_product(caller: Caller, arguments: Arguments) -> Any:
    return caller.call(SHOW, **validate(ProductArguments(data=arguments)))


def find_photo(arguments: Arguments) -> Image:
    """Return the first photo of the product that the arguments name, as search may show it.

    Raises `ProductNotFound` and `ValidationError`.
    """
    named = {"external_id": arguments["external_id"]} if "external_id" in arguments else {}
    external_id = validate(ProductArguments(data=named))["external_id"]
    photos = Image.objects.searchable().filter(product__external_id=external_id)
    photo: Image | None = photos.order_by("position", "pk").only("pk").first()
    if photo is None:
        raise ProductNotFound
    return photo


TOOLS = (
    Tool(
        name="get_product",
        title="Show a product",
        description="Return all that the shop says of one product: its sizes and colours with "
        "prices and availability, photos, and the link where people buy it. Use it before you "
        "recommend a size or state a price.",
        arguments=ProductArguments,
        output=ShownProductOutput,
        operations=(SHOW,),
        run=get_product,
    ),
)
