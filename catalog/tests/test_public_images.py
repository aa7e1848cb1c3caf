"""Search and catalogue serialize an image in the same way."""

import pytest

from catalog.api.image_serializers import PublicImageSerializer, select_images
from catalog.indexing.indexes import get_live_index
from catalog.models import AgeGroup, Category, Image, Style
from catalog.search.filters import FacetFilter
from catalog.search.public_images import (
    read_rows,
    select_variants,
    serialize_row,
    serialize_variants,
)
from catalog.tests.factories import make_garment, make_image, record_garments
from core.postgres.trips import run_together
from core.tenancy import shop_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def scoped(shop):
    with shop_scope(shop.shop.pk):
        yield shop.shop


def test_serializes_images_like_the_catalogue(scoped):
    plain = make_image(scoped, name="Plain")
    full = make_image(
        scoped,
        name="Full",
        description="With all there is.",
        category=Category.objects.visible().named("dress").get(),
        age_group=AgeGroup.objects.visible().first(),
        sku="SKU-1",
        item_group_id="G-1",
        brand="Ada",
        price="12.50",
        currency="EUR",
        link="https://shop.example/1",
        colour="red",
        gender="female",
        attributes={"pattern": "floral", "sizes": [36, 38]},
    )
    full.styles.set(Style.objects.visible().order_by("name")[:2])
    record_garments(full, make_garment("dress", "red", pattern="floral"))
    index = get_live_index(scoped.pk)

    rows = {row["id"]: row for row in read_rows(index, [plain.pk, full.pk])}

    assert rows.keys() == {plain.pk, full.pk}
    for image in select_images().filter(pk__in=rows):
        expected = {**PublicImageSerializer(image).data}
        expected["styles"] = sorted(expected["styles"])
        (variants,) = run_together(select_variants([image.pk], FacetFilter()))
        shown = serialize_variants(variants.rows)[image.pk]
        assert serialize_row(rows[image.pk]) | {"variants": shown} == expected


def test_reads_only_public_images_of_the_own_shop(scoped, rival):
    mine = make_image(scoped)
    hidden = [
        make_image(scoped, status=Image.Status.DRAFT),
        make_image(scoped, status=Image.Status.HELD),
        make_image(scoped),
    ]
    Image.objects.filter(pk=hidden[2].pk).update(deleted_at=hidden[2].created_at)
    with shop_scope(rival.shop.pk):
        foreign = make_image(rival.shop)
    ids = [mine.pk, foreign.pk, *(image.pk for image in hidden)]
    assert [row["id"] for row in read_rows(get_live_index(scoped.pk), ids)] == [mine.pk]
