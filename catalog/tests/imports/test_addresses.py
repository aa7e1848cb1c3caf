"""Feeds at addresses: fetched by a worker, regularly, and only if they are new."""

import gzip
import json
from typing import Any

import pytest
from django.db.models.functions import Now

from catalog import sweeps
from catalog.imports.jobs import import_waiting
from catalog.models import Feed, ImportJob, Product
from catalog.tests.imports.factories import FEEDS, IMPORTS, make_feed, make_row, read
from core.tenancy import all_shops
from core.tests.photo_servers import allow_this_machine, answer, running_photo_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _local(monkeypatch) -> None:
    allow_this_machine(monkeypatch)


def save(client: Any, url: str, **fields: Any) -> dict[str, Any]:
    response = client.post(FEEDS, {"name": "main", "url": url, **fields}, format="json")
    assert response.status_code == 201, response.content
    feed: dict[str, Any] = response.json()
    return feed


def start_sweep() -> int:
    """Let all feeds be due, and start their imports; return how many ran."""
    with all_shops():
        Feed.objects.filter(next_due_at__isnull=False).update(next_due_at=Now())
    sweeps.start_due_imports()
    return import_waiting()


def newest(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get(IMPORTS).json()["results"][0]
    return found


def test_an_address_is_fetched_by_a_worker(shop):
    data = gzip.compress(make_feed(make_row(1), make_row(2)))
    with running_photo_server(answer(data)) as server:
        response = shop.client.post(IMPORTS, {"url": server.url("/feed.jsonl.gz")}, format="json")
        assert response.status_code == 202, response.content
        assert server.heads == []
        import_waiting()
    job = read(shop.client, response.json())
    assert (job["state"], job["created"]) == ("done", 2)


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [("404 Not Found", "failed", "not_available"), ("503 Busy", "pending", "server_busy")],
)
def test_an_address_that_has_nothing_fails_or_is_tried_again(shop, status, state, code):
    with running_photo_server(answer(b"", status=status)) as server:
        response = shop.client.post(IMPORTS, {"url": server.url()}, format="json")
        import_waiting()
    job = read(shop.client, response.json())
    assert (job["state"], job["problem"]["code"]) == (state, code)


def test_private_addresses_are_refused(shop):
    for path, body in ((IMPORTS, {}), (FEEDS, {"name": "main"})):
        body = {**body, "url": "http://169.254.169.254/feed"}
        response = shop.client.post(path, body, format="json")
        assert response.status_code == 400
        assert response.json()["errors"]["url"][0]["code"] == "address_refused"


def test_a_feed_is_imported_when_it_is_due_and_new(shop):
    versions = {"number": 1}

    def script(stream: Any, head: bytes) -> None:
        tag = f'"v{versions["number"]}"'
        if f"if-none-match: {tag}".encode() in head.lower():
            answer(b"", status="304 Not Modified")(stream, head)
        else:
            rows = make_feed(*map(make_row, range(versions["number"])))
            answer(rows, f"ETag: {tag}")(stream, head)

    with running_photo_server(script) as server:
        feed = save(shop.client, server.url(), interval_minutes=60)
        assert feed["next_due_at"]
        sweeps.start_due_imports()
        assert import_waiting() == 0  # not due yet
        assert start_sweep() == 1
        assert (newest(shop.client)["created"], newest(shop.client)["feed"]) == (1, "main")
        assert start_sweep() == 1
        job = newest(shop.client)
        assert (job["state"], job["is_unchanged"], job["rows_read"]) == ("done", True, 0)
        versions["number"] = 2
        assert start_sweep() == 1
        assert newest(shop.client)["created"] == 1
        # A person who asks for it gets all of it.
        response = shop.client.post(f"{FEEDS}{feed['id']}/import/")
        assert response.status_code == 202, response.content
        import_waiting()
        job = newest(shop.client)
        assert (job["is_unchanged"], job["unchanged"]) == (False, 2)
    with all_shops():
        assert Product.objects.filter(source="main").count() == 2


def test_a_changed_mapping_imports_what_is_not_new(shop):
    table = b"external_id,name,other\n1,Shirt,Blouse\n"
    with running_photo_server(answer(table, 'ETag: "v1"')) as server:
        feed = save(shop.client, server.url(), interval_minutes=60)
        start_sweep()
        change = {"mapping": {"name": "other"}}
        assert shop.client.patch(f"{FEEDS}{feed['id']}/", change, format="json").status_code == 200
        start_sweep()
        assert b"if-none-match" not in server.heads[-1].lower()
    with all_shops():
        assert Product.objects.get().name == "Blouse"


def test_a_feed_whose_import_has_not_ended_waits_for_its_next_time(shop):
    with running_photo_server(answer(make_feed(make_row(1)))) as server:
        save(shop.client, server.url(), interval_minutes=60)
        with all_shops():
            Feed.objects.update(next_due_at=Now())
        sweeps.start_due_imports()
        with all_shops():
            Feed.objects.update(next_due_at=Now())
        sweeps.start_due_imports()
    with all_shops():
        assert ImportJob.objects.count() == 1


def test_feeds_have_names_and_rules(shop, rival):
    feed = save(shop.client, "https://shop.example/feed.csv")
    again = shop.client.post(FEEDS, {"name": "main"}, format="json")
    assert (again.status_code, again.json()["errors"]["name"][0]["code"]) == (400, "unique")
    assert rival.client.post(FEEDS, {"name": "main"}, format="json").status_code == 201
    assert rival.client.get(f"{FEEDS}{feed['id']}/").status_code == 404
    for body, field in (
        ({"name": "b", "interval_minutes": 60}, "interval_minutes"),
        ({"name": "b", "mapping": {"wings": "Flügel"}}, "mapping"),
        ({"name": "b", "format": "odf"}, "format"),
        ({"name": ""}, "name"),
    ):
        response = shop.client.post(FEEDS, body, format="json")
        assert response.status_code == 400, body
        assert field in response.json()["errors"], json.dumps(response.json())
    unknown = shop.client.post(IMPORTS, {"feed": "other", "url": feed["url"]}, format="json")
    assert unknown.json()["errors"]["feed"][0]["code"] == "unknown"
    assert shop.client.delete(f"{FEEDS}{feed['id']}/").status_code == 204
