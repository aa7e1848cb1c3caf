"""Images that an older release added get their products."""

from typing import Any

import pytest
from django.db import connection

from catalog.models import Image, Product, Style, Variant
from catalog.sweeps import adopt_images
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from tenants.models import Shop

pytestmark = pytest.mark.django_db


def make_old_image(shop: Shop, **columns: Any) -> Image:
    """Return an image as the release before wrote it: with facts of its own, and no product."""
    image = make_image(shop)
    with shop_scope(shop.pk):
        Product.objects.filter(pk=image.product_id).delete()
        Image.objects.filter(pk=image.pk).update(**columns)
        image.refresh_from_db()
    assert image.product_id is None
    return image


def test_an_image_gets_a_product_with_its_facts(shop):
    old = make_old_image(
        shop.shop, name="Dress", sku="D-1", price="9.90", currency="EUR", colour="red", brand="Bo"
    )
    with shop_scope(shop.shop.pk):
        style = Style.objects.create(shop=shop.shop, name="boho")
        old.styles.add(style)
    adopt_images()
    with shop_scope(shop.shop.pk):
        product, variant = Product.objects.get(), Variant.objects.get()
        assert (product.external_id, product.name, product.brand) == ("D-1", "Dress", "Bo")
        assert list(product.styles.all()) == [style]
        assert product.is_made_from_photo
        assert (variant.sku, str(variant.price), variant.colour) == ("D-1", "9.90", "red")
        old.refresh_from_db()
        assert (old.product, list(old.variants.all())) == (product, [variant])


def test_images_of_a_group_or_a_sku_are_photos_of_one_product(shop, rival):
    make_old_image(shop.shop, item_group_id="G", colour="red", sku="G-RED")
    make_old_image(shop.shop, item_group_id="G", colour="blue", sku="G-BLUE", name="Blue")
    make_old_image(shop.shop, item_group_id="", colour="", sku="G-RED")
    make_old_image(shop.shop)
    make_old_image(rival.shop, item_group_id="G")
    adopt_images()
    with all_shops():
        assert Product.objects.filter(external_id="G").count() == 2
        assert Product.objects.count() == 3
        group = Product.objects.get(shop=shop.shop, external_id="G")
        assert list(group.variants.values_list("sku", flat=True)) == ["G-RED", "G-BLUE"]
        assert list(group.variants.values_list("name", flat=True)) == ["", "Blue"]
        assert group.images.count() == 3
        assert not Image.objects.filter(product=None).exists()


def test_a_change_adopts_the_image_first(shop):
    old = make_old_image(shop.shop, name="Dress")
    path = f"/api/v1/images/{old.pk}/"
    assert shop.client.get(path).json()["external_id"] == ""
    assert shop.client.patch(path, {"name": "Frock"}, format="json").json()["name"] == "Frock"
    with shop_scope(shop.shop.pk):
        assert Product.objects.get().name == "Frock"


def test_nothing_is_adopted_twice_or_after_it_was_deleted(shop):
    make_old_image(shop.shop, deleted_at="2026-01-01T00:00:00Z")
    adopt_images()
    adopt_images()
    with connection.cursor() as cursor, all_shops():
        cursor.execute("SELECT count(*) FROM catalog_product")
        assert cursor.fetchone() == (0,)
