"""Products with variants: written whole, in part, by links, and by uploads of photos."""

from typing import Any

import pytest

from catalog.fetches.jobs import fetch_waiting
from catalog.models import Image, IndexEntry, PhotoFetch, Product, Variant
from catalog.products.specs import ProductChange, ProductSpec
from catalog.services import delete_image, upsert_products
from catalog.tests.factories import make_image
from catalog.tests.test_images_api import create, photo_file, send
from core.tenancy import shop_scope
from core.tests.factories import make_photo
from core.tests.photo_servers import allow_this_machine, answer, running_photo_server

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
SMALL = {"sku": "D-36", "size": "36", "size_system": "EU", "colour": "red"}
LARGE = {"sku": "D-38", "size": "38", "size_system": "EU", "colour": "red"}
PRICE = {"price": "79.90", "currency": "EUR"}
DRESS: dict[str, Any] = {
    "name": "Red dress",
    "description": "Light.",
    "brand": "Ada's",
    "gender": "women",
    "attributes": {"fit": "regular"},
    "variants": [{**SMALL, **PRICE, "sale_price": "59.90", "stock": 4}, {**LARGE, **PRICE}],
}


def put(client, external_id: str = "D-1", **fields: Any):
    return client.put(f"{PRODUCTS}{external_id}/", {**DRESS, **fields}, format="json")


def patch(client, external_id: str = "D-1", **fields: Any):
    return client.patch(f"{PRODUCTS}{external_id}/", fields, format="json")


def skus_of(product: dict[str, Any]) -> list[str]:
    return [variant["sku"] for variant in product["variants"]]


def test_a_product_is_added_and_replaced_whole(shop):
    first = put(shop.client)
    assert first.status_code == 201, first.content
    product = first.json()
    assert product["external_id"] == "D-1"
    assert product["attributes"] == {"fit": "regular"}
    small = product["variants"][0]
    assert (small["price"], small["sale_price"], small["stock"]) == ("79.90", "59.90", 4)
    assert small["availability"] == "in_stock"

    second = put(shop.client, description="", variants=[{**LARGE, **PRICE, "stock": 0}])
    assert second.status_code == 200
    product = second.json()
    assert product["description"] == ""
    assert skus_of(product) == ["D-38"]
    assert product["variants"][0]["availability"] == "out_of_stock"
    assert shop.client.get(f"{PRODUCTS}D-1/").json() == product


def test_the_answer_can_be_sent_back(shop):
    put(shop.client)
    create(shop.client, external_id="D-1")
    product = shop.client.get(f"{PRODUCTS}D-1/").json()
    again = shop.client.put(f"{PRODUCTS}D-1/", product, format="json")
    assert again.status_code == 200, again.content
    assert again.json() == {**product, "updated_at": again.json()["updated_at"]}


def test_an_unchanged_product_is_not_written(shop):
    spec = ProductSpec("D-1", {"name": "Dress"}, [{"sku": "D-36"}])
    with shop_scope(shop.shop.pk):
        upsert_products(shop=shop.shop, specs=[spec])
        before = Product.objects.get().updated_at, Variant.objects.get().updated_at
        (again,) = upsert_products(shop=shop.shop, specs=[spec])
        assert again.change is ProductChange.UNCHANGED
        assert (Product.objects.get().updated_at, Variant.objects.get().updated_at) == before


def test_a_part_of_a_product_is_changed(shop):
    put(shop.client)
    product = patch(shop.client, variants=[{"sku": "D-38", "price": "69.90", "stock": 12}]).json()
    assert skus_of(product) == ["D-36", "D-38"]
    assert product["variants"][1]["price"] == "69.90"
    assert product["variants"][1]["size"] == "38"
    assert product["variants"][0]["sale_price"] == "59.90"
    assert product["description"] == "Light."

    product = patch(shop.client, variants=[{"sku": "D-36", "price": "49.90"}]).json()
    assert (product["variants"][0]["price"], product["variants"][0]["sale_price"]) == (
        "49.90",
        None,
    )
    product = patch(shop.client, variants=[{"sku": "D-38", "stock": 0}]).json()
    assert product["variants"][1]["availability"] == "out_of_stock"
    product = patch(shop.client, variants=[{"sku": "D-40", "size": "40"}], brand="Bo").json()
    assert skus_of(product) == ["D-36", "D-38", "D-40"]
    assert product["brand"] == "Bo"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": ""}, "name"),
        ({"variants": [{"price": "-1"}]}, "variants"),
        ({"variants": [{"price": "10", "sale_price": "12"}]}, "variants"),
        ({"variants": [{"currency": "euro"}]}, "variants"),
        ({"variants": [{"availability": "soon"}]}, "variants"),
        ({"images": [{"image_url": "https://me:secret@shop.example/a.jpg"}]}, "images"),
        ({"images": [{"image_url": "ftp://shop.example/a.jpg"}]}, "images"),
        ({"category": "nothing at all"}, "category"),
        ({"attributes": []}, "attributes"),
    ],
)
def test_bad_fields_are_refused_by_name(shop, fields, name):
    response = put(shop.client, **fields)
    assert response.status_code == 400, response.content
    assert name in response.json()["errors"]
    with shop_scope(shop.shop.pk):
        assert not Product.objects.exists()


def test_unknown_fields_and_products_are_refused(shop, rival):
    assert put(shop.client, colour="red").json()["code"] == "unknown_field"
    put(rival.client)
    assert patch(shop.client, name="Stolen").status_code == 404
    assert shop.client.get(f"{PRODUCTS}D-1/").status_code == 404
    assert shop.client.delete(f"{PRODUCTS}D-1/").status_code == 404
    assert rival.client.get(f"{PRODUCTS}D-1/").json()["name"] == "Red dress"


def test_ids_may_have_dots_slashes_and_spaces(shop):
    for external_id, path in (("a.b", "a.b"), ("a/b", "a%2Fb"), ("a b", "a%20b")):
        assert put(shop.client, path, variants=[]).json()["external_id"] == external_id
        assert shop.client.get(f"{PRODUCTS}{path}/").status_code == 200
    assert put(shop.client, "x" * 101, variants=[]).json()["code"] == "invalid_id"


def test_two_shops_have_the_same_ids_and_skus(shop, rival):
    assert put(shop.client).status_code == put(rival.client).status_code == 201


def test_a_sku_has_one_product_and_a_variant_comes_once(shop):
    put(shop.client)
    taken = put(shop.client, "D-2", variants=[SMALL])
    assert (taken.status_code, taken.json()["code"]) == (409, "sku_taken")
    assert "D-1" in taken.json()["detail"]
    double = put(shop.client, "D-2", variants=[SMALL | {"sku": "X"}, LARGE | {"sku": "X"}])
    assert (double.status_code, double.json()["code"]) == (409, "duplicate_variants")
    assert shop.client.get(f"{PRODUCTS}D-2/").status_code == 404


def test_one_bad_product_stops_no_other(shop):
    specs = [
        ProductSpec("A", {"name": "A"}, [{"sku": "1"}]),
        ProductSpec("B", {"name": "B"}, [{"sku": "1"}]),
        ProductSpec("C", {"name": "C"}, is_partial=True),
        ProductSpec("D", {"name": "D"}, [{"sku": "2"}]),
    ]
    with shop_scope(shop.shop.pk):
        written = upsert_products(shop=shop.shop, specs=specs)
        assert [row.change.value for row in written] == ["created", "failed", "failed", "created"]
        assert [row.code for row in written] == ["", "sku_taken", "not_found", ""]
        assert Product.objects.count() == 2


def test_uploads_with_the_same_sku_or_id_are_photos_of_one_product(shop):
    first = create(shop.client, name="Dress", sku="D-36", price="10", currency="EUR")
    second = create(shop.client, name="Other", sku="D-36", brand="Ada's")
    third = create(shop.client, name="Other", external_id="D-36")
    assert {first["external_id"], second["external_id"], third["external_id"]} == {"D-36"}
    product = shop.client.get(f"{PRODUCTS}D-36/").json()
    assert (product["name"], product["brand"]) == ("Dress", "Ada's")
    assert second["name"] == "Dress"
    assert skus_of(product) == ["D-36"]
    assert [image["id"] for image in product["images"]] == [
        image["id"] for image in (first, second, third)
    ]


def test_an_upload_of_a_known_product_needs_no_name(shop):
    put(shop.client)
    response = shop.client.post(
        "/api/v1/images/", {"photo": photo_file(), "sku": "D-38"}, format="multipart"
    )
    assert response.status_code == 201, response.content
    image = response.json()
    assert (image["name"], image["sku"], image["price"]) == ("Red dress", "D-38", "79.90")
    response = shop.client.post("/api/v1/images/", {"photo": photo_file()}, format="multipart")
    assert "name" in response.json()["errors"]


def test_an_upload_adds_the_variant_that_it_names(shop):
    put(shop.client)
    create(shop.client, external_id="D-1", sku="D-40", size="40", price="5", currency="EUR")
    product = shop.client.get(f"{PRODUCTS}D-1/").json()
    assert skus_of(product) == ["D-36", "D-38", "D-40"]
    assert product["images"][0]["skus"] == ["D-40"]
    put(shop.client, "E-1", variants=[])
    conflict = send(shop.client, external_id="E-1", sku="D-40")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "sku_taken")


def test_a_variant_may_have_a_name_of_its_own(shop):
    red = create(shop.client, name="Red dress", external_id="G", sku="G-RED", colour="red")
    blue = create(shop.client, name="Blue dress", external_id="G", sku="G-BLUE", colour="blue")
    assert (red["name"], blue["name"]) == ("Red dress", "Blue dress")
    path = f"/api/v1/images/{blue['id']}/"
    assert shop.client.patch(path, {"name": "Navy dress"}).json()["name"] == "Navy dress"
    product = shop.client.get(f"{PRODUCTS}G/").json()
    assert product["name"] == "Red dress"
    assert [variant["name"] for variant in product["variants"]] == ["", "Navy dress"]


def test_images_repeat_the_facts_of_product_and_variants(shop):
    put(shop.client)
    image = create(shop.client, external_id="D-1")
    assert image["name"] == "Red dress"
    assert (image["price"], image["currency"], image["colour"]) == ("59.90", "EUR", "red")
    patch(shop.client, name="Blue dress", variants=[{"sku": "D-36", "sale_price": "49.90"}])
    again = shop.client.get(f"/api/v1/images/{image['id']}/").json()
    assert (again["name"], again["price"]) == ("Blue dress", "49.90")
    patch(shop.client, variants=[{"sku": "D-36", "stock": 0}, {"sku": "D-38", "stock": 0}])
    again = shop.client.get(f"/api/v1/images/{image['id']}/").json()
    assert again["availability"] == "out_of_stock"
    patch(shop.client, status="draft")
    assert shop.client.get(f"/api/v1/images/{image['id']}/").json()["status"] == "draft"


def test_prices_and_stock_index_nothing_again(shop):
    put(shop.client)
    create(shop.client, external_id="D-1")
    with shop_scope(shop.shop.pk):
        IndexEntry.objects.update(state=IndexEntry.State.INDEXED)
        patch(shop.client, variants=[{"sku": "D-36", "price": "1", "sale_price": "1", "stock": 9}])
        assert IndexEntry.objects.get().state == IndexEntry.State.INDEXED
        patch(shop.client, brand="Bo")
        assert IndexEntry.objects.get().state == IndexEntry.State.PENDING


def test_a_change_of_an_image_changes_what_it_shows(shop):
    put(shop.client)
    both = create(shop.client, external_id="D-1")
    one = create(shop.client, sku="D-36")
    path = f"/api/v1/images/{both['id']}/"
    refused = shop.client.patch(path, {"price": "1.00"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "several_variants")
    assert shop.client.patch(path, {"name": "Frock"}, format="json").status_code == 200
    changed = shop.client.patch(
        f"/api/v1/images/{one['id']}/", {"price": "30.00"}, format="json"
    ).json()
    assert (changed["price"], changed["name"]) == ("30.00", "Frock")
    assert shop.client.get(path).json()["price"] == "30.00"
    taken = shop.client.patch(path, {"item_group_id": "X"}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")


def test_a_product_goes_with_its_last_upload_unless_the_shop_sent_it(shop):
    uploaded = make_image(shop.shop, sku="U")
    put(shop.client)
    added = create(shop.client, external_id="D-1")
    with shop_scope(shop.shop.pk):
        delete_image(image=uploaded)
        delete_image(image=Image.objects.get(pk=added["id"]))
        assert [product.external_id for product in Product.objects.all()] == ["D-1"]


def test_a_deleted_product_is_in_no_answer(shop):
    put(shop.client)
    image = create(shop.client, external_id="D-1")
    assert shop.client.delete(f"{PRODUCTS}D-1/").status_code == 204
    assert shop.client.get(f"{PRODUCTS}D-1/").status_code == 404
    assert shop.client.get(f"/api/v1/images/{image['id']}/").status_code == 404
    with shop_scope(shop.shop.pk):
        assert IndexEntry.objects.get().state == IndexEntry.State.REMOVING


@pytest.mark.usefixtures("tiny_encoder")
@pytest.mark.django_db(transaction=True)
def test_photos_by_link_are_fetched_kept_ordered_and_removed(shop, monkeypatch):
    allow_this_machine(monkeypatch)

    def script(stream: Any, head: bytes) -> None:
        colour = head.split(b" ")[1].decode().strip("/").removesuffix(".jpg")
        answer(make_photo(colour))(stream, head)

    with running_photo_server(script) as server:
        urls = {name: server.url(f"/{name}.jpg") for name in ("red", "blue", "green")}
        links = {name: {"image_url": url} for name, url in urls.items()}
        product = put(shop.client, images=[links["red"], links["blue"] | {"skus": ["D-36"]}]).json()
        assert [photo["state"] for photo in product["waiting_photos"]] == ["pending"] * 2
        fetch_waiting()
        product = shop.client.get(f"{PRODUCTS}D-1/").json()
        assert [image["image_url"] for image in product["images"]] == [
            urls["red"],
            urls["blue"],
        ]
        assert [image["skus"] for image in product["images"]] == [[], ["D-36"]]
        kept = product["images"][1]["id"]

        product = patch(shop.client, images=[links["blue"], links["green"]]).json()
        assert [image["id"] for image in product["images"]] == [kept]
        assert product["images"][0]["skus"] == []
        assert len(product["waiting_photos"]) == 1
        fetch_waiting()
        assert put(shop.client, images=[links["blue"], links["green"]]).status_code == 200
        with shop_scope(shop.shop.pk):
            live = Image.objects.live()
            assert live.count() == PhotoFetch.objects.filter(image__in=live).count() == 2
