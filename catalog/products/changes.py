"""Changes of facts by way of an image: of its product, and of the variant that it shows."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from catalog.models import Image, Product, Variant
from catalog.products.placement import PRODUCT_FACTS, VARIANT_FACTS, SkuTaken
from catalog.products.search_copy import copy_to_images
from catalog.products.variants import find_availability
from core.errors import Conflict


class SeveralVariants(Conflict):
    """The image shows several variants, and the change does not say which one it is of."""

    code = "several_variants"
    message = "This photo shows several variants; change them with the product."


class IdTaken(Conflict):
    """The image's product cannot get this id."""

    code = "id_taken"
    message = (
        "The product has other images, or another product has this id; change the products instead."
    )


def change_facts(image: Image, facts: Mapping[str, Any]) -> None:
    """Change the product and the variant of an image, in this transaction.

    Does nothing to an image that was deleted. Raises `SkuTaken`, `SeveralVariants` and `IdTaken`.
    """
    if not facts:
        return
    if image.product_id is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT adopt_image(%s)", [image.pk])
        image.refresh_from_db(fields=["product"])
    product = Product.objects.select_for_update().filter(pk=image.product_id).first()
    if product is None:
        return
    shown = list(image.variants.all()) or list(product.variants.all())
    of_variant = set(VARIANT_FACTS)
    if len(shown) == 1 and shown[0].name:
        of_variant.add("name")
    _change_product(product, {k: v for k, v in facts.items() if k not in of_variant})
    _change_variant(product, image, shown, {k: v for k, v in facts.items() if k in of_variant})
    copy_to_images(product.shop_id, [product.pk])


def _change_product(product: Product, facts: Mapping[str, Any]) -> None:
    values = {k: v for k, v in facts.items() if k in PRODUCT_FACTS and k != "styles"}
    external_id = facts.get("item_group_id") or facts.get("external_id")
    if external_id and external_id != product.external_id:
        is_taken = Product.objects.filter(external_id=external_id).exists()
        if is_taken or Image.objects.live().filter(product=product).count() > 1:
            raise IdTaken
        values["external_id"] = external_id
    for name, value in values.items():
        setattr(product, name, value)
    product.save(update_fields=[*values, "updated_at"])
    if "styles" in facts:
        product.styles.set(facts["styles"])


def _change_variant(
    product: Product, image: Image, shown: list[Variant], values: Mapping[str, Any]
) -> None:
    if len(shown) > 1:
        # What the image says already is no change: a client may send all of it back.
        if any(getattr(image, name, value) != value for name, value in values.items()):
            raise SeveralVariants
        return
    variant = shown[0] if shown else Variant(shop_id=product.shop_id, product=product)
    sku = values.get("sku")
    if sku and Variant.objects.filter(sku=sku).exclude(pk=variant.pk).exists():
        raise SkuTaken
    stated = {**values, "availability": find_availability(values, variant)}
    if "price" in values:
        # It is the price that the image shows, which is the sale price where there is one.
        stated.setdefault("sale_price", None)
    for name, value in stated.items():
        setattr(variant, name, value)
    variant.save()
