"""Many products and images in one request, each with its own result."""

from typing import Any

import pytest

from catalog.models import Image, PhotoFetch, Product, Variant
from catalog.tests.factories import make_image
from core.tenancy import all_shops
from tenants.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_encoder")]

PRODUCTS, IMAGES = "/api/v1/products/bulk/", "/api/v1/images/bulk/"


def send(client: Any, path: str, *rows: Any) -> list[dict[str, Any]]:
    name = "products" if path == PRODUCTS else "images"
    response = client.post(path, {name: list(rows)}, format="json")
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_products_are_written_and_deleted_each_with_its_result(shop):
    for name in ("old", "gone"):
        assert shop.client.put(f"/api/v1/products/{name}/", {"name": "Old"}).status_code == 201
    variant = {"sku": "S-1", "price": "9.90", "currency": "EUR"}
    results = send(
        shop.client,
        PRODUCTS,
        {"external_id": "new", "name": "New", "variants": [variant]},
        {"action": "patch", "external_id": "old", "brand": "Ada's"},
        {"action": "patch", "external_id": "none", "brand": "Ada's"},
        {"action": "delete", "external_id": "gone"},
        {"action": "delete", "external_id": "none-2"},
        {"external_id": "bad", "name": "Bad", "category": "Spaceships"},
        {"external_id": "odd", "name": "Odd", "wings": 2},
        {"external_id": "new", "name": "Twice"},
        {"name": "Without an id"},
        "no object",
        {"external_id": "thief", "name": "Thief", "variants": [variant]},
        {"action": "delete", "external_id": "named", "name": "What for"},
    )
    assert [result["result"] for result in results] == [
        *("created", "updated", "failed", "deleted", "failed", "failed"),
        *("failed", "failed", "failed", "failed", "failed", "failed"),
    ]
    codes = [result["problem"]["code"] for result in results if result["problem"]]
    assert codes == [
        *("not_found", "not_found", "validation_error", "unknown_field", "id_repeated"),
        *("validation_error", "validation_error", "sku_taken", "unknown_field"),
    ]
    assert "category" in results[5]["problem"]["errors"]
    with all_shops():
        assert set(Product.objects.values_list("external_id", flat=True)) == {"new", "old"}
        assert Variant.objects.get(sku="S-1").product.external_id == "new"


@pytest.mark.parametrize("path", [PRODUCTS, IMAGES])
def test_a_request_has_one_to_a_thousand_rows(shop, path):
    name = "products" if path == PRODUCTS else "images"
    for body in ({}, {name: []}, {name: "x"}, {name: [{}] * 1001}, {name: [{}], "more": 1}):
        assert shop.client.post(path, body, format="json").status_code == 400
    assert shop.client.get(path).status_code == 405


def test_a_thousand_products_need_few_queries(shop, django_assert_max_num_queries):
    rows = [
        {"external_id": f"p-{number}", "name": "Shirt", "category": "shirt"}
        for number in range(1000)
    ]
    with django_assert_max_num_queries(60):
        results = send(shop.client, PRODUCTS, *rows)
    assert {result["result"] for result in results} == {"created"}


def test_images_are_added_changed_and_deleted(shop, rival):
    image, other, theirs = (make_image(one) for one in (shop.shop, shop.shop, rival.shop))
    results = send(
        shop.client,
        IMAGES,
        {"action": "create", "image_url": "https://cdn.shop.example/1.jpg", "name": "Dress"},
        {"action": "create", "image_url": "http://127.0.0.1/1.jpg", "name": "Dress"},
        {"action": "create", "name": "Dress"},
        {"action": "update", "id": str(image.pk), "brand": "Ada's"},
        {"action": "update", "id": str(theirs.pk), "brand": "Ada's"},
        {"action": "update", "id": str(image.pk)},
        {"action": "delete", "id": str(other.pk)},
        {"action": "delete", "id": str(other.pk)},
        {"id": str(image.pk)},
        {"action": "delete", "id": str(image.pk), "name": "What for"},
    )
    assert [result["result"] for result in results] == [
        *("requested", "failed", "failed", "updated", "failed", "failed", "deleted"),
        *("failed", "failed", "failed"),
    ]
    codes = [result["problem"]["code"] for result in results if result["problem"]]
    assert codes == [
        *("validation_error", "validation_error", "not_found", "nothing_to_change"),
        *("not_found", "validation_error", "validation_error"),
    ]
    with all_shops():
        assert str(PhotoFetch.objects.get().pk) == results[0]["photo_fetch"]
        assert Image.objects.get(pk=image.pk).brand == "Ada's"
        assert Image.objects.get(pk=theirs.pk).brand == ""
        assert Image.objects.get(pk=other.pk).deleted_at


def test_a_members_bulk_change_is_audited_once(shop, colleague):
    send(colleague.client, PRODUCTS, {"external_id": "a", "name": "A"})
    with all_shops():
        assert AuditEntry.objects.filter(action="product.bulk_changed").count() == 1
