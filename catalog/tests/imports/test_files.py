"""A shop imports a file: what is new, changed, the same, and wrong."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.imports.jobs import import_waiting
from catalog.models import Category, ImportJob, ImportProblem, PhotoFetch, Product, Variant
from catalog.tests.imports.factories import (
    IMPORTS,
    PRODUCTS,
    make_feed,
    make_row,
    read,
    read_problems,
    send_feed,
)
from core.tenancy import all_shops

pytestmark = pytest.mark.django_db(transaction=True)


def run(client: Any, *rows: Any, **fields: Any) -> dict[str, Any]:
    """Import rows; return the import as it ends."""
    job = send_feed(client, make_feed(*rows), **fields)
    import_waiting()
    return read(client, job)


def counts(job: dict[str, Any]) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "deleted", "failed_rows", "problems")
    return {name: job[name] for name in names if job[name]}


def test_a_file_becomes_products(shop):
    photo = {"url": "https://cdn.shop.example/1.jpg", "skus": ["p-1-M"]}
    job = send_feed(shop.client, make_feed(make_row(1, images=[photo]), make_row(2)))
    assert (job["state"], job["rows_read"], job["feed_url"]) == ("pending", 0, "")
    import_waiting()
    job = read(shop.client, job)
    assert (job["state"], job["stage"], job["rows_read"]) == ("done", "", 2)
    assert counts(job) == {"created": 2}
    assert job["photos"] == {"waiting": 1, "fetched": 0, "failed": 0}
    product = shop.client.get(f"{PRODUCTS}p-1/").json()
    assert (product["name"], product["brand"]) == ("Shirt 1", "Ada's")
    assert [variant["price"] for variant in product["variants"]] == ["19.90", "19.90"]
    with all_shops():
        fetch = PhotoFetch.objects.get()
        assert (fetch.url, fetch.facts["skus"]) == (photo["url"], ["p-1-M"])


def test_only_what_changed_is_written(shop):
    rows = [make_row(number) for number in range(5)]
    run(shop.client, *rows)
    with all_shops():
        before = dict(Product.objects.values_list("external_id", "updated_at"))
    rows[3]["variants"][0]["price"] = "9.90"
    rows[4]["name"] = "Blouse"
    job = run(shop.client, *rows)
    assert counts(job) == {"updated": 2, "unchanged": 3}
    with all_shops():
        after = dict(Product.objects.values_list("external_id", "updated_at"))
        assert Variant.objects.get(sku="p-3-S").price == Decimal("9.90")
    assert {name for name in before if before[name] != after[name]} == {"p-3", "p-4"}


def test_what_the_api_changed_is_written_again(shop):
    run(shop.client, make_row(1), make_row(2))
    change = {"variants": [{"sku": "p-1-S", "price": "5.00"}]}
    assert shop.client.patch(f"{PRODUCTS}p-1/", change).status_code == 200
    assert counts(run(shop.client, make_row(1), make_row(2))) == {"updated": 1, "unchanged": 1}
    with all_shops():
        assert Variant.objects.get(sku="p-1-S").price == Decimal("19.90")


def test_a_bad_row_is_reported_and_stops_no_other(shop):
    run(shop.client, make_row(9))
    taken = make_row(3)
    taken["variants"][0]["sku"] = "p-9-S"
    dear = make_row(2)
    dear["variants"][0]["price"] = "cheap"
    job = run(
        shop.client,
        make_row(1),
        dear,
        taken,
        '{"external_id": "p-4", "name"',
        make_row(5, name=""),
        make_row(6, category="Spaceships"),
        make_row(7, images=["http://127.0.0.1/secret"]),
    )
    assert job["state"] == "done"
    assert counts(job) == {"created": 4, "failed_rows": 3, "problems": 6}
    found = read_problems(shop.client, job)
    named = {problem["row"]: (problem["column"], problem["code"]) for problem in found}
    assert named == {
        2: ("price", "price_invalid"),
        3: ("", "sku_taken"),
        4: ("", "json_invalid"),
        5: ("name", "name_missing"),
        6: ("category", "category_unknown"),
        7: ("images", "address_refused"),
    }
    assert all(problem["detail"] for problem in found)
    assert next(problem["value"] for problem in found if problem["row"] == 2) == "cheap"


def test_problems_as_csv_have_no_formulas(shop):
    job = run(shop.client, make_row(1, category="=HYPERLINK(1)"))
    response = shop.client.get(f"{IMPORTS}{job['id']}/problems/", {"format": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    header, row = response.content.decode().splitlines()
    assert header == "row,column,value,code,detail"
    assert row.startswith("1,category,'=HYPERLINK(1),category_unknown,")


def test_a_dry_run_reports_and_writes_nothing(shop):
    run(shop.client, make_row(1), make_row(2))
    job = run(
        shop.client,
        make_row(1),
        make_row(2, name="Blouse"),
        make_row(3, images=["https://cdn.shop.example/3.jpg"]),
        make_row(4, category="Spaceships"),
        is_dry_run=True,
    )
    assert (job["state"], job["is_dry_run"]) == ("done", True)
    assert counts(job) == {"created": 2, "updated": 1, "unchanged": 1, "problems": 1}
    with all_shops():
        assert set(Product.objects.values_list("name", flat=True)) == {"Shirt 1", "Shirt 2"}
        assert not PhotoFetch.objects.exists()


def test_a_mapping_names_other_columns(shop):
    table = b"Nr;Bezeichnung;Preis\nA-1;Hemd;49,90\n"
    mapping = '{"external_id": "Nr", "name": "Bezeichnung", "price": "Preis"}'
    job = send_feed(shop.client, table, mapping=mapping, default_currency="EUR")
    import_waiting()
    assert counts(read(shop.client, job)) == {"created": 1}
    with all_shops():
        assert Variant.objects.get(product__external_id="A-1").price == Decimal("49.90")


def test_categories_are_found_by_their_paths(shop):
    with all_shops():
        Category.objects.get_or_create(shop=None, name="dress")
    run(shop.client, make_row(1, category="Womens > Dresses"))
    product = shop.client.get(f"{PRODUCTS}p-1/").json()
    assert (product["category"], product["gender"]) == ("dress", "women")


def test_a_new_alias_reaches_rows_that_did_not_change(shop):
    with all_shops():
        category, _ = Category.objects.get_or_create(shop=None, name="dress")
    row = make_row(1, category="Festmode")
    assert counts(run(shop.client, row)) == {"created": 1, "problems": 1}
    assert counts(run(shop.client, row)) == {"unchanged": 1, "problems": 1}
    aliases = shop.client.patch(f"/api/v1/categories/{category.pk}/", {"aliases": ["Festmode"]})
    assert aliases.status_code == 200, aliases.content
    assert counts(run(shop.client, row)) == {"updated": 1}


def test_deleted_products_go(shop):
    run(shop.client, make_row(1), make_row(2))
    job = run(shop.client, {"external_id": "p-1", "is_deleted": True}, make_row(2))
    assert counts(job) == {"deleted": 1, "unchanged": 1}
    assert shop.client.get(f"{PRODUCTS}p-1/").status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", None),
        (b"<html><body>Sign in</body></html>", "feed_is_page"),
        (b"PK\x03\x04 a workbook", "feed_binary"),
        (b"a,b\n1,2\n", "feed_format_unknown"),
        (b"\x1f\x8b\x08 no gzip", "feed_damaged"),
    ],
)
def test_a_file_that_is_no_feed_fails_with_a_reason(shop, data, code):
    if code is None:
        assert shop.client.post(IMPORTS, {}, format="multipart").status_code == 400
        return
    job = send_feed(shop.client, data)
    import_waiting()
    job = read(shop.client, job)
    assert (job["state"], job["problem"]["code"]) == ("failed", code)
    assert job["problem"]["detail"]


def test_the_file_is_deleted_with_the_result(shop, media_root: Path):
    run(shop.client, make_row(1))
    assert not [path for path in media_root.rglob("*") if path.is_file()]
    with all_shops():
        assert ImportJob.objects.get().file.name == ""


def test_imports_of_another_shop_are_not_found(shop, rival):
    job = run(rival.client, make_row(1), make_row(2, category="Spaceships"))
    for method, place in (
        ("get", ""),
        ("get", "problems/"),
        ("post", "cancel/"),
        ("post", "confirm/"),
        ("post", "resume/"),
    ):
        response = getattr(shop.client, method)(f"{IMPORTS}{job['id']}/{place}")
        assert response.status_code == 404
    assert shop.client.get(IMPORTS).json()["results"] == []
    with all_shops():
        assert ImportProblem.objects.get().shop_id == rival.shop.pk


def test_the_same_ids_in_two_shops_are_different_products(shop, rival):
    run(shop.client, make_row(1))
    run(rival.client, make_row(1, name="Theirs"))
    assert shop.client.get(f"{PRODUCTS}p-1/").json()["name"] == "Shirt 1"
