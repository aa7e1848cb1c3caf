"""A shop exports its catalogue, and another shop that imports the file has the same."""

import csv
import io
import json
from typing import Any

import pytest

from catalog.imports import export
from catalog.imports.jobs import import_waiting
from catalog.models import AgeGroup, Category, PhotoFetch, Product, Style
from catalog.tests.factories import make_image
from catalog.tests.imports.factories import PRODUCTS, read, read_problems, send_feed
from core.tenancy import all_shops

pytestmark = pytest.mark.django_db(transaction=True)

EXPORT = f"{PRODUCTS}export/"
DRESS = {
    "name": "Red dress, “Ada's”; lined",
    "description": "Light.\nWith sleeves.",
    "category": "dress",
    "styles": ["casual", "summer"],
    "age_group": "adult",
    "brand": "Ada's",
    "gender": "women",
    "link": "https://shop.example/dress",
    "attributes": {"material": "linen", "care": "=cold"},
    "variants": [
        {"sku": "-D-36", "size": "36", "size_system": "EU", "colour": "red", "name": "Red, 36"}
        | {"price": "79.90", "sale_price": "59.90", "currency": "EUR", "stock": 4},
        {"sku": "D-38", "size": "38", "size_system": "EU", "colour": "blue", "price": "1079.90"}
        | {"currency": "EUR", "availability": "preorder", "link": "https://shop.example/d38"},
    ],
    "images": [
        {"image_url": "https://cdn.shop.example/1.jpg"},
        {"image_url": "https://cdn.shop.example/2.jpg", "skus": ["-D-36"]},
    ],
}


def fill(client: Any) -> None:
    with all_shops():
        Category.objects.get_or_create(shop=None, name="dress")
        AgeGroup.objects.get_or_create(shop=None, name="adult")
        for name in ("casual", "summer"):
            Style.objects.get_or_create(shop=None, name=name)
    for external_id, body in (
        ("a/1", DRESS),
        ("=b", {"name": "@shirt", "status": "draft", "variants": [{"size": "S"}, {"size": "M"}]}),
        ("c", {"name": "Plain"}),
    ):
        response = client.put(f"{PRODUCTS}{external_id}/", body, format="json")
        assert response.status_code == 201, response.content


def export_as(client: Any, format: str) -> bytes:
    response = client.get(EXPORT, {"format": format})
    assert response.status_code == 200
    assert f"products.{format}" in response["Content-Disposition"]
    return b"".join(response.streaming_content)


def list_products(client: Any) -> list[dict[str, Any]]:
    """Return all products without what depends on the shop and the time."""
    found = client.get(PRODUCTS).json()["results"]
    hidden = {"created_at", "updated_at", "images", "waiting_photos"}
    rows = [{name: row[name] for name in row if name not in hidden} for row in found]
    for row in rows:
        row["styles"] = sorted(row["styles"])
    return sorted(rows, key=lambda row: row["external_id"])


def list_links(shop: Any) -> list[tuple[str, str, Any]]:
    with all_shops():
        fetches = PhotoFetch.objects.filter(shop=shop).order_by("url")
        return [(one.product.external_id, one.url, one.facts) for one in fetches]


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_an_import_of_the_export_gives_the_same_shop(shop, rival, monkeypatch, format):
    monkeypatch.setattr(export, "CHUNK_SIZE", 2)
    fill(shop.client)
    job = send_feed(rival.client, export_as(shop.client, format))
    import_waiting()
    job = read(rival.client, job)
    assert (job["state"], job["created"]) == ("done", 3), job
    assert read_problems(rival.client, job) == []
    assert list_products(rival.client) == list_products(shop.client)
    assert list_links(rival.shop) == list_links(shop.shop)
    again = send_feed(rival.client, export_as(rival.client, format))
    import_waiting()
    assert read(rival.client, again)["unchanged"] == 3


def test_no_cell_of_the_table_is_a_formula(shop):
    fill(shop.client)
    rows = list(csv.reader(io.StringIO(export_as(shop.client, "csv").decode())))
    cells = [cell for row in rows for cell in row]
    assert "'=b" in cells and "'@shirt" in cells and "'-D-36" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_uploaded_photos_are_exported_by_their_address_here(shop):
    image = make_image(shop.shop)
    (line,) = export_as(shop.client, "jsonl").splitlines()
    (photo,) = json.loads(line)["images"]
    assert photo["url"] == f"http://testserver/media/{image.photo.name}"


def test_the_export_has_nothing_of_another_shop(shop, rival):
    fill(rival.client)
    assert export_as(shop.client, "jsonl") == b""
    assert len(export_as(shop.client, "csv").splitlines()) == 1
    assert shop.client.get(EXPORT, {"format": "xlsx"}).status_code == 400
    with all_shops():
        assert Product.objects.count() == 3
