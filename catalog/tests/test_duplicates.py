"""Near-duplicates are found, listed, merged and dismissed."""

import io
from functools import cache
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from catalog.duplicates.jobs import find_all_duplicates
from catalog.duplicates.perceptual_hash import compute_hash, count_differences
from catalog.duplicates.queues import request_uncompared
from catalog.indexing.indexes import get_live_index
from catalog.indexing.pipeline import index_waiting
from catalog.indexing.repair import repair_index
from catalog.models import DuplicatePair, Image, PhotoHash, Product, Variant, VectorIndex
from catalog.services import update_image
from catalog.tests.factories import make_image
from core.photos import open_photo
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from demo.garments import Garment, draw_garment
from tenants.models import AuditEntry

URL = "/api/v1/duplicates/"
DRESS = Garment(kind="dress", colour="red", seed=1, sleeve="short", cut="a-line")
BLUE_DRESS = Garment(kind="dress", colour="blue", seed=1, sleeve="short", cut="a-line")
HOODIE = Garment(kind="hoodie", colour="green", seed=6, sleeve="long", cut="pullover")

pytestmark = pytest.mark.django_db(transaction=True)


@cache
def draw(garment: Garment) -> Pillow.Image:
    return draw_garment(garment, height=512)


def encode(photo: Pillow.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=quality)
    return out.getvalue()


def shrink(garment: Garment) -> bytes:
    return encode(draw(garment).resize((240, 320)), 70)


def make_photo_of(shop, garment: Garment, *, is_small: bool = False, **fields: Any) -> Image:
    jpeg = shrink(garment) if is_small else encode(draw(garment))
    return make_image(shop, jpeg=jpeg, **fields)


def compare_all(shop) -> None:
    """Do what the workers do: index, repair the collection, hash and compare."""
    index_waiting()
    with shop_scope(shop.pk):
        index = get_live_index(shop.pk)
        if not index.is_complete:
            repair_index(index)
    find_all_duplicates()


def make_versions(shop, **fields: Any) -> tuple[Image, Image]:
    first = make_photo_of(shop, DRESS, name="Frock", **fields)
    second = make_photo_of(shop, DRESS, is_small=True, name="Red dress")
    compare_all(shop)
    return first, second


def find(client) -> list[dict[str, Any]]:
    answer = client.get(URL)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def merge(client, pair: dict[str, Any], keep: Any):
    return client.post(f"{URL}{pair['id']}/merge/", {"keep": str(keep)})


def measure_distance(one: Pillow.Image, other: Pillow.Image) -> int:
    first, second = compute_hash(one), compute_hash(other)
    assert first is not None and second is not None
    return count_differences(first, second)


# --- Hashes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        lambda photo: photo.resize((150, 200)),
        lambda photo: ImageOps.expand(photo, border=20, fill="black"),
        lambda photo: ImageOps.pad(photo, (600, 600), color="white"),
        lambda photo: photo.convert("L").convert("RGB"),
    ],
    ids=["smaller", "border", "square", "grey"],
)
def test_versions_of_a_photo_have_near_hashes(edit):
    photo = draw(DRESS)
    assert measure_distance(photo, edit(photo)) <= 8


def test_hashes_of_other_photos_are_far():
    assert measure_distance(draw(DRESS), draw(HOODIE)) > 16


@pytest.mark.parametrize("colour", ["white", "red"])
def test_a_photo_that_shows_nothing_has_no_hash(colour):
    assert compute_hash(Pillow.new("RGB", (40, 30), colour)) is None
    with Pillow.open(io.BytesIO(make_photo(colour))) as noise:
        assert compute_hash(noise) is None


def test_photos_that_show_nothing_are_no_pair(shop):
    for _ in range(2):
        make_image(shop.shop)
    compare_all(shop.shop)
    with all_shops():
        assert set(PhotoHash.objects.values_list("state", "bits")) == {("done", None)}
    assert find(shop.client) == []


def test_an_opened_jpeg_has_nearly_the_hash_of_its_pixels():
    with Pillow.open(io.BytesIO(encode(draw(DRESS)))) as opened:
        assert measure_distance(opened, draw(DRESS)) <= 4


# --- Found ----------------------------------------------------------------------------


def test_lists_versions_of_a_photo_and_no_others(shop):
    first, second = make_versions(shop.shop)
    make_photo_of(shop.shop, BLUE_DRESS)
    make_photo_of(shop.shop, HOODIE)
    compare_all(shop.shop)
    (pair,) = find(shop.client)
    assert [image["id"] for image in pair["images"]] == [str(first.pk), str(second.pk)]
    assert pair["images"][0]["external_id"] == str(first.product_id)
    assert pair["similarity"] > 0.97
    assert (pair["is_identical"], pair["is_one_product"]) == (False, False)
    assert shop.client.get(f"{URL}{pair['id']}/").json() == pair


def test_the_same_bytes_are_a_pair_and_hashed_once(shop, monkeypatch):
    images = [make_photo_of(shop.shop, DRESS)]
    compare_all(shop.shop)
    monkeypatch.setattr("catalog.duplicates.jobs.compute_hash", None)
    images.append(make_photo_of(shop.shop, DRESS))
    compare_all(shop.shop)
    (pair,) = find(shop.client)
    assert (pair["is_identical"], pair["distance"]) == (True, 0)


def test_a_rivals_photos_are_no_duplicates(shop, rival):
    make_photo_of(rival.shop, DRESS)
    make_photo_of(shop.shop, DRESS)
    for member in (rival, shop):
        compare_all(member.shop)
        assert find(member.client) == []


def test_a_new_photo_ends_the_pair(shop):
    _first, second = make_versions(shop.shop)
    with shop_scope(shop.shop.pk):
        photo = open_photo(io.BytesIO(encode(draw(HOODIE))))
        update_image(image=Image.objects.get(pk=second.pk), fields={}, photo=photo)
    assert find(shop.client) == []
    compare_all(shop.shop)
    with all_shops():
        assert not DuplicatePair.objects.exists()


def test_deleted_images_are_in_no_pair(shop):
    first, _ = make_versions(shop.shop)
    shop.client.delete(f"/api/v1/images/{first.pk}/")
    assert find(shop.client) == []


def test_photos_of_earlier_releases_and_of_another_index_are_compared_by_the_sweep(shop):
    make_versions(shop.shop)
    assert request_uncompared() == 0
    with all_shops():
        DuplicatePair.objects.all().delete()
        PhotoHash.objects.order_by("pk").first().delete()
        PhotoHash.objects.update(index=None)
    assert request_uncompared() == 2
    assert request_uncompared() == 0
    find_all_duplicates()
    assert len(find(shop.client)) == 1


def test_comparing_waits_for_the_repair_of_the_collection(shop):
    make_photo_of(shop.shop, DRESS)
    index_waiting()
    with all_shops():
        VectorIndex.objects.update(is_complete=False)
    find_all_duplicates()
    with all_shops():
        row = PhotoHash.objects.get()
    assert (row.state, row.index_id, row.attempts) == ("pending", None, 0)
    assert row.bits is not None


def test_pages_have_few_queries_at_any_length(shop, django_assert_max_num_queries):
    for _ in range(3):
        make_photo_of(shop.shop, DRESS)
    compare_all(shop.shop)
    with django_assert_max_num_queries(8):
        assert len(find(shop.client)) == 3


# --- Merged ---------------------------------------------------------------------------


def test_merging_two_products_leaves_one_with_all_variants_and_photos(shop):
    first, second = make_versions(shop.shop, sku="A", colour="red")
    with shop_scope(shop.shop.pk):
        Variant.objects.filter(product=second.product).update(sku="B", size="38")
    back = make_photo_of(shop.shop, HOODIE, sku="B")
    assert back.product_id == second.product_id
    (pair,) = find(shop.client)
    assert merge(shop.client, pair, first.pk).status_code == 204

    body = shop.client.get(f"/api/v1/products/{first.product.external_id}/").json()
    assert [variant["sku"] for variant in body["variants"]] == ["A", "B"]
    assert [(image["id"], image["skus"]) for image in body["images"]] == [
        (str(first.pk), []),
        (str(back.pk), ["B"]),
    ]
    assert shop.client.get(f"/api/v1/images/{second.pk}/").status_code == 404
    assert find(shop.client) == []
    with all_shops():
        assert list(Product.objects.values_list("pk", flat=True)) == [first.product_id]
        back.refresh_from_db()
        assert (back.name, back.sku, back.product_id) == ("Frock", "B", first.product_id)


def test_variants_with_equal_options_become_one_and_fill_what_it_lacks(shop):
    first, second = make_versions(shop.shop)
    shop.client.patch(f"/api/v1/images/{second.pk}/", {"sku": "B", "price": "9.50", "brand": "Bo"})
    (pair,) = find(shop.client)
    assert merge(shop.client, pair, first.pk).status_code == 204
    kept = shop.client.get(f"/api/v1/images/{first.pk}/").json()
    assert (kept["name"], kept["sku"], kept["price"], kept["brand"]) == ("Frock", "B", "9.50", "Bo")


def test_merging_photos_of_one_product_deletes_the_other_photo_only(shop):
    first = make_photo_of(shop.shop, DRESS, sku="A")
    second = make_photo_of(shop.shop, DRESS, is_small=True, sku="A")
    compare_all(shop.shop)
    (pair,) = find(shop.client)
    assert pair["is_one_product"]
    assert merge(shop.client, pair, second.pk).status_code == 204
    with all_shops():
        assert list(Image.objects.live().values_list("pk", flat=True)) == [second.pk]
        assert Product.objects.get().pk == first.product_id


def test_products_whose_skus_clash_are_not_merged(shop):
    first, second = make_versions(shop.shop, sku="A")
    shop.client.patch(f"/api/v1/images/{second.pk}/", {"sku": "B"})
    (pair,) = find(shop.client)
    answer = merge(shop.client, pair, first.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "sku_clash")
    with all_shops():
        assert Product.objects.count() == Image.objects.live().count() == 2
    assert len(find(shop.client)) == 1


def test_the_image_to_keep_must_be_one_of_the_pair(shop, rival):
    make_versions(shop.shop)
    (pair,) = find(shop.client)
    stranger = make_image(rival.shop)
    answer = merge(shop.client, pair, stranger.pk)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_in_pair")
    assert shop.client.post(f"{URL}{pair['id']}/merge/", {}).status_code == 400
    assert shop.client.post(f"{URL}{pair['id']}/merge/", {"kept": "x"}).status_code == 400


# --- Dismissed ------------------------------------------------------------------------


def test_a_dismissed_pair_stays_dismissed_when_it_is_compared_again(shop):
    make_versions(shop.shop)
    (pair,) = find(shop.client)
    assert shop.client.post(f"{URL}{pair['id']}/dismiss/").status_code == 204
    assert find(shop.client) == []
    with all_shops():
        PhotoHash.objects.update(index=None)
    assert request_uncompared() == 2
    find_all_duplicates()
    assert find(shop.client) == []
    assert shop.client.post(f"{URL}{pair['id']}/dismiss/").status_code == 404


def test_decisions_of_members_are_audited(shop, colleague):
    first, _ = make_versions(shop.shop)
    (pair,) = find(colleague.client)
    assert merge(colleague.client, pair, first.pk).status_code == 204
    with all_shops():
        entry = AuditEntry.objects.get(action="duplicate.merged")
    assert (entry.target_id, entry.changes) == (pair["id"], ["keep"])


def test_a_rival_finds_no_pair(shop, rival):
    first, _ = make_versions(shop.shop)
    (pair,) = find(shop.client)
    assert merge(rival.client, pair, first.pk).status_code == 404
    assert rival.client.post(f"{URL}{pair['id']}/dismiss/").status_code == 404
    assert len(find(shop.client)) == 1
