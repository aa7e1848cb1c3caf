"""Products that a feed does not have any more: left, marked, or removed after a question."""

from typing import Any

import pytest

from catalog.imports.jobs import import_waiting
from catalog.models import Product, Variant
from catalog.tests.imports.factories import (
    FEEDS,
    IMPORTS,
    make_feed,
    make_row,
    read,
    send_feed,
)
from core.tenancy import all_shops

pytestmark = pytest.mark.django_db(transaction=True)


def run(client: Any, numbers: Any, *others: Any, **fields: Any) -> dict[str, Any]:
    """Import these products as the feed "main"; return the import as it ends."""
    rows = make_feed(*map(make_row, numbers), *others)
    job = send_feed(client, rows, feed="main", **fields)
    import_waiting()
    return read(client, job)


def save_feed(client: Any, vanished: str) -> dict[str, Any]:
    response = client.post(FEEDS, {"name": "main", "vanished": vanished})
    assert response.status_code == 201, response.content
    feed: dict[str, Any] = response.json()
    return feed


def list_ids() -> set[str]:
    with all_shops():
        return set(Product.objects.values_list("external_id", flat=True))


def list_sold_out() -> set[str]:
    with all_shops():
        out = Variant.objects.filter(availability="out_of_stock")
        return set(out.values_list("product__external_id", flat=True))


def test_by_default_they_stay(shop):
    save_feed(shop.client, "keep")
    run(shop.client, range(10))
    assert run(shop.client, range(5))["vanished"] == 0
    assert (len(list_ids()), list_sold_out()) == (10, set())


def test_they_are_marked_until_the_feed_has_them_again(shop):
    save_feed(shop.client, "out_of_stock")
    run(shop.client, range(10))
    assert run(shop.client, range(8))["vanished"] == 2
    assert list_sold_out() == {"p-8", "p-9"}
    # Those that are marked already are not counted again, and do not add up to a fifth.
    assert run(shop.client, range(7))["vanished"] == 1
    job = run(shop.client, range(10))
    assert (job["vanished"], job["updated"], job["unchanged"]) == (0, 3, 7)
    assert list_sold_out() == set()


def test_they_are_removed(shop):
    save_feed(shop.client, "remove")
    run(shop.client, range(10))
    assert run(shop.client, range(8))["vanished"] == 2
    assert list_ids() == {f"p-{number}" for number in range(8)}


def test_products_of_other_feeds_and_of_the_api_stay(shop):
    save_feed(shop.client, "remove")
    shop.client.post(FEEDS, {"name": "other"})
    send_feed(shop.client, make_feed(make_row(100)), feed="other")
    send_feed(shop.client, make_feed(make_row(200)))
    import_waiting()
    assert shop.client.put("/api/v1/products/own/", {"name": "Own"}).status_code == 201
    run(shop.client, range(10))
    assert run(shop.client, range(9))["vanished"] == 1
    assert list_ids() >= {"p-100", "p-200", "own"}


def test_more_than_a_fifth_waits_for_a_person(shop):
    save_feed(shop.client, "remove")
    run(shop.client, range(10))
    job = run(shop.client, range(7), make_row(50))
    assert (job["state"], job["vanished"]) == ("waiting", 0)
    assert job["problem"]["code"] == "confirmation_needed"
    assert len(list_ids()) == 11
    confirmed = shop.client.post(f"{IMPORTS}{job['id']}/confirm/")
    assert (confirmed.status_code, confirmed.json()["state"]) == (202, "pending")
    import_waiting()
    job = read(shop.client, job)
    assert (job["state"], job["vanished"], job["created"]) == ("done", 3, 1)
    assert len(list_ids()) == 8
    again = shop.client.post(f"{IMPORTS}{job['id']}/confirm/")
    assert (again.status_code, again.json()["code"]) == (409, "import_state")


def test_a_feed_that_waits_is_not_imported_again(shop):
    save_feed(shop.client, "remove")
    run(shop.client, range(10))
    job = run(shop.client, range(5))
    refused = shop.client.post(
        IMPORTS, {"url": "https://shop.example/feed.csv", "feed": "main"}, format="json"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "import_running")
    assert shop.client.post(f"{IMPORTS}{job['id']}/cancel/").status_code == 202
    assert run(shop.client, range(10))["state"] == "done"
    assert len(list_ids()) == 10


def test_unreadable_rows_make_a_person_decide(shop):
    """The product of such a row may be one that seems to have vanished."""
    save_feed(shop.client, "remove")
    run(shop.client, range(10))
    job = run(shop.client, range(9), '{"external_id": "p-9", "name": "Shi')
    assert job["state"] == "waiting"
    assert len(list_ids()) == 10


def test_the_product_of_a_bad_row_has_not_vanished(shop):
    save_feed(shop.client, "remove")
    run(shop.client, range(10))
    job = run(shop.client, range(8), make_row(8, name=""))
    assert (job["state"], job["vanished"], job["failed_rows"]) == ("done", 1, 1)
    assert list_ids() == {f"p-{number}" for number in range(9)}


def test_a_dry_run_counts_them(shop):
    save_feed(shop.client, "remove")
    run(shop.client, range(10))
    job = run(shop.client, range(3), is_dry_run=True)
    assert (job["state"], job["vanished"]) == ("done", 7)
    assert len(list_ids()) == 10


def test_only_a_saved_feed_has_a_past(shop):
    url = "https://shop.example/feed.csv"
    response = shop.client.post(IMPORTS, {"url": url, "vanished": "remove"})
    assert response.status_code == 400
    assert "vanished" in response.json()["errors"]
