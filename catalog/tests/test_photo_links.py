"""Images by link: workers fetch the photo, and nothing private is reached."""

import gzip
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pillow_heif
import pytest
from django.core.files.base import ContentFile
from django.db.models.functions import Now
from django.utils import timezone

from catalog import sweeps, tasks
from catalog.fetches import jobs
from catalog.fetches.jobs import HOST_PLACES, PLACES, fetch_waiting
from catalog.fetches.pauses import MAX_FAILURES, PAUSES
from catalog.models import AgeGroup, Category, Image, PhotoFetch, Style, Thumbnails
from core.jobs.models import MAX_ATTEMPTS
from core.jobs.runner import run_and_disconnect
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from core.tests.live import wait_for
from core.tests.name_servers import running_name_server
from core.tests.photo_servers import allow_this_machine, answer, running_photo_server
from core.tests.photo_servers import send as send_bytes
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]

IMAGES, FETCHES = "/api/v1/images/", "/api/v1/photo-fetches/"
FACTS = {
    "name": "Red dress",
    "description": "Light.",
    "category": "dress",
    "styles": ["casual", "summer"],
    "age_group": "adult",
    "sku": "DR-1",
    "price": "59.90",
    "currency": "EUR",
    "colour": "red",
    "attributes": {"fit": "regular"},
    "status": "draft",
}


@pytest.fixture(autouse=True)
def _local(monkeypatch) -> None:
    allow_this_machine(monkeypatch)
    PAUSES.clear()


def send(client: Any, url: str, **facts: Any) -> dict[str, Any]:
    response = client.post(IMAGES, {"image_url": url, "name": "Dress", **facts})
    assert response.status_code == 202, response.content
    return response.json()


def state_of(client: Any, fetch: dict[str, Any]) -> dict[str, Any]:
    return client.get(f"{FETCHES}{fetch['id']}/").json()


def make_due() -> None:
    PAUSES.clear()
    with all_shops():
        PhotoFetch.objects.update(due_at=Now())


def count_images() -> int:
    with all_shops():
        return int(Image.objects.count())


def make_facets() -> None:
    """Make the values of `FACTS`: earlier tests of this kind delete the default ones."""
    named = ((Category, "dress"), (Style, "casual"), (Style, "summer"), (AgeGroup, "adult"))
    with all_shops():
        for model, name in named:
            model.objects.get_or_create(shop=None, name=name)


def test_a_link_becomes_an_image_with_its_facts(shop):
    make_facets()
    with running_photo_server(answer(make_photo("red"), 'ETag: "v1"')) as server:
        fetch = send(shop.client, server.url(), **FACTS)
        assert (fetch["state"], fetch["image"], fetch["problem"]) == ("pending", None, None)
        assert server.heads == []  # never in the request
        assert fetch_waiting() == 1
    assert fetch["url"] == f"http://testserver{FETCHES}{fetch['id']}/"
    done = shop.client.get(fetch["url"]).json()
    assert (done["state"], done["etag"], done["attempts"]) == ("done", '"v1"', 1)
    image = shop.client.get(f"{IMAGES}{done['image']}/").json()
    assert {name: image[name] for name in FACTS} == FACTS
    assert (image["width"], image["index_state"]) == (96, "pending")
    with all_shops():
        assert Thumbnails.objects.get().image_id == Image.objects.get().pk


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_formats_are_those_of_uploads(shop, kind):
    pillow_heif.register_heif_opener()
    with running_photo_server(answer(make_photo(kind=kind))) as server:
        fetch = send(shop.client, server.url())
        fetch_waiting()
    assert state_of(shop.client, fetch)["state"] == "done"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"<html>not found</html>", "404 Not Found", "not_available"),
        (b"<html>a page</html>", "200 OK", "photo_is_page"),
        (b"\n\xef\xbb\xbf<!DOCTYPE HTML>\n<title>Sign in</title>", "200 OK", "photo_is_page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "200 OK", "photo_"),
        (gzip.compress(bytes(10**7)), "200 OK", "photo_"),
        (b"", "200 OK", "photo_empty"),
        (b"", "401 Unauthorized", "not_available"),
        (b"", "403 Forbidden", "not_available"),
        (b"", "410 Gone", "not_available"),
        (make_photo()[:200], "200 OK", "photo_"),
    ],
)
def test_what_is_no_photo_fails_at_once_with_a_reason(shop, body, status, code):
    with running_photo_server(answer(body, status=status)) as server:
        fetch = send(shop.client, server.url())
        fetch_waiting()
    failed = state_of(shop.client, fetch)
    assert (failed["state"], failed["attempts"], failed["image"]) == ("failed", 1, None)
    assert failed["problem"]["detail"]
    assert code in failed["problem"]["code"]
    assert count_images() == 0


def test_the_content_counts_and_not_its_type(shop):
    photo = answer(make_photo(), "Content-Type: text/html")
    page = answer(b"<html>a page</html>", "Content-Type: image/jpeg")
    for script, state in ((photo, "done"), (page, "failed")):
        with running_photo_server(script) as server:
            fetch = send(shop.client, server.url())
            fetch_waiting()
        assert state_of(shop.client, fetch)["state"] == state


def test_a_busy_server_is_asked_again_until_the_last_attempt(shop):
    with running_photo_server(answer(status="503 Busy")) as server:
        fetch = send(shop.client, server.url())
        for attempt in range(1, MAX_ATTEMPTS + 1):
            assert state_of(shop.client, fetch)["state"] == "pending"
            make_due()
            assert fetch_waiting() == 1
            assert state_of(shop.client, fetch)["problem"]["code"] == "server_busy"
            assert state_of(shop.client, fetch)["attempts"] == attempt
        assert state_of(shop.client, fetch)["state"] == "failed"
        assert fetch_waiting() == 0
        server.script = answer(make_photo())


def test_a_server_that_recovers_gets_its_image(shop):
    with running_photo_server(answer(status="500 Oops")) as server:
        fetch = send(shop.client, server.url())
        fetch_waiting()
        assert fetch_waiting() == 0  # it waits
        server.script = answer(make_photo())
        make_due()
        fetch_waiting()
    assert state_of(shop.client, fetch) | {"updated_at": ""} == {
        **state_of(shop.client, fetch),
        "state": "done",
        "problem": None,
        "updated_at": "",
    }


def test_waits_as_long_as_the_server_asks_for_and_an_hour_at_most(shop):
    waits = {}
    for seconds in (1, 600, 10**9):
        PAUSES.clear()
        busy = answer(b"", f"Retry-After: {seconds}", status="429 Slow down")
        with running_photo_server(busy) as server:
            fetch = send(shop.client, server.url())
            fetch_waiting()
        with all_shops():
            row = PhotoFetch.objects.get(pk=fetch["id"])
        waits[seconds] = round((row.due_at - row.updated_at) / timedelta(seconds=1), -1)
    assert waits == {1: 30, 600: 600, 10**9: 3_600}


def test_a_shop_with_slow_links_delays_no_other_shop(shop, rival):
    is_over = threading.Event()

    def hang(stream: Any, head: bytes) -> None:
        is_over.wait(20)
        answer(make_photo())(stream, head)

    with running_photo_server(hang) as slow, running_photo_server(answer(make_photo())) as quick:
        for _ in range(3 * PLACES):
            send(shop.client, slow.url())
        worker = threading.Thread(target=run_and_disconnect, args=(fetch_waiting,))
        worker.start()
        wait_for(lambda: len(slow.heads) == HOST_PLACES / 2)
        fetches = [send(rival.client, quick.url()) for _ in range(3)]
        wait_for(lambda: all(state_of(rival.client, f)["state"] == "done" for f in fetches))
        assert (count_images(), len(slow.heads)) == (3, HOST_PLACES / 2)
        is_over.set()
        worker.join()
    assert count_images() == 3 + 3 * PLACES
    assert slow.most_at_once == HOST_PLACES / 2


def test_a_server_that_wants_fewer_requests_gets_none_for_a_while(shop, rival):
    with running_photo_server(answer(b"", "Retry-After: 60", status="429 Slow down")) as server:
        fetches = [send(shop.client, server.url()) for _ in range(30)]
        fetch_waiting()
        asked = len(server.heads)
        assert 0 < asked <= HOST_PLACES
        states = [state_of(shop.client, fetch) for fetch in fetches]
        # The other links wait, which is no attempt of theirs.
        assert sorted(state["attempts"] for state in states) == [0] * (30 - asked) + [1] * asked
        assert {state["state"] for state in states} == {"pending"}
        send(rival.client, server.url())
        fetch_waiting()
        assert len(server.heads) == asked + 1  # what a host answers to one concerns no other
        server.script = answer(make_photo())
        make_due()
        fetch_waiting()
    assert {state_of(shop.client, fetch)["state"] for fetch in fetches} == {"done"}


def test_a_host_that_does_not_answer_is_not_asked_for_each_link(shop):
    with running_photo_server(send_bytes(b"")) as server:
        fetches = [send(shop.client, server.url()) for _ in range(30)]
        fetch_waiting()
        assert len(server.heads) <= MAX_FAILURES + HOST_PLACES
    problems = [state_of(shop.client, fetch)["problem"]["code"] for fetch in fetches]
    assert set(problems) == {"connection_lost"}


@pytest.mark.parametrize(
    "url",
    ["", "photo.jpg", "ftp://a.example/", "http://u:p@a.example/", "https://" + "a" * 2_000, 7],
)
def test_refuses_other_addresses_at_once(shop, url):
    response = shop.client.post(IMAGES, {"image_url": url, "name": "Dress"})
    assert response.status_code == 400
    assert "image_url" in str(response.json())


def test_a_private_address_is_refused_in_the_request(shop, monkeypatch):
    monkeypatch.undo()
    for url in ("http://127.0.0.1/", "http://postgres/", "http://a.example:8080/"):
        response = shop.client.post(IMAGES, {"image_url": url, "name": "Dress"})
        assert (response.status_code, "image_url" in response.json()["errors"]) == (400, True)


def test_a_private_and_an_unknown_name_look_the_same(shop, monkeypatch):
    """Nobody learns which names this network knows: not by codes, nor by attempts."""
    monkeypatch.undo()
    with running_name_server(monkeypatch) as names:
        names.known["db.corp.example"] = ["10.0.0.1"]
        states = []
        for host in ("db.corp.example", "unknown.corp.example"):
            fetch = send(shop.client, f"http://{host}/a.jpg")
            fetch_waiting()
            state = state_of(shop.client, fetch)
            states.append({name: state[name] for name in ("state", "problem", "attempts")})
    assert states[0] == states[1]
    assert (states[0]["state"], states[0]["problem"]["code"]) == ("pending", "host_unknown")


def test_needs_a_photo_or_a_link_and_not_both(shop):
    photo = ContentFile(make_photo(), "a.jpg")
    both = {"photo": photo, "image_url": "https://a.example/a.jpg", "name": "Dress"}
    assert shop.client.post(IMAGES, both, "multipart").status_code == 400
    assert shop.client.post(IMAGES, {"name": "Dress"}).status_code == 400


def test_facts_are_checked_in_the_request(shop):
    url = "https://a.example/a.jpg"
    for facts in ({"price": "-1"}, {"category": "spaceship"}, {"name": ""}, {"nmae": "Dress"}):
        body = {"image_url": url, "name": "Dress", **facts}
        assert shop.client.post(IMAGES, body).status_code == 400
    assert shop.client.get(FETCHES).json()["results"] == []


def test_a_link_changes_no_photo_of_an_image(shop):
    with running_photo_server(answer(make_photo())) as server:
        fetch = send(shop.client, server.url())
        fetch_waiting()
        image = state_of(shop.client, fetch)["image"]
        response = shop.client.patch(f"{IMAGES}{image}/", {"image_url": server.url()})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_field")


def test_a_form_may_send_a_link_too(shop):
    response = shop.client.post(
        IMAGES, {"image_url": "https://a.example/a.jpg", "name": "Dress"}, "multipart"
    )
    assert response.status_code == 202


def test_facets_that_are_deleted_meanwhile_are_left_out(shop):
    with shop_scope(shop.shop.pk):
        own = Category.objects.create(shop=shop.shop, name="Gown")
    with running_photo_server(answer(make_photo())) as server:
        fetch = send(shop.client, server.url(), category="Gown")
        with shop_scope(shop.shop.pk):
            own.delete()
        fetch_waiting()
    image = state_of(shop.client, fetch)["image"]
    assert shop.client.get(f"{IMAGES}{image}/").json()["category"] is None


def test_the_same_key_fetches_once(shop):
    body = {"image_url": "https://a.example/a.jpg", "name": "Dress"}
    answers = [
        shop.client.post(IMAGES, body, headers={"Idempotency-Key": "k"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(shop.client.get(FETCHES).json()["results"]) == 1


def test_a_worker_that_is_late_makes_no_second_image(shop):
    with running_photo_server(answer(make_photo())) as server:
        send(shop.client, server.url())
        with all_shops():
            late = PhotoFetch.objects.get()
        fetch_waiting()
        with shop_scope(shop.shop.pk), pytest.raises(jobs.Overtaken):
            jobs.fetch_photo(late)
    assert count_images() == 1


def test_lists_the_newest_first_by_state(shop):
    with running_photo_server(answer(make_photo())) as server:
        first = send(shop.client, server.url())
        fetch_waiting()
        second = send(shop.client, server.url())
    assert [row["id"] for row in shop.client.get(FETCHES).json()["results"]] == [
        second["id"],
        first["id"],
    ]
    done = shop.client.get(FETCHES, {"state": "done"}).json()["results"]
    assert [row["id"] for row in done] == [first["id"]]
    assert shop.client.get(FETCHES, {"state": "lost"}).status_code == 400


def test_no_shop_sees_the_links_of_another(shop, rival):
    fetch = send(shop.client, "https://a.example/a.jpg")
    assert rival.client.get(f"{FETCHES}{fetch['id']}/").status_code == 404
    assert rival.client.get(FETCHES).json()["results"] == []


def test_a_key_that_may_only_read_sends_no_link(shop):
    reader = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    body = {"image_url": "https://a.example/a.jpg", "name": "Dress"}
    assert reader.post(IMAGES, body).status_code == 403
    assert reader.get(FETCHES).status_code == 200


def test_the_task_and_the_sweep_find_the_work(shop, monkeypatch):
    sent: Counter[str] = Counter()
    with running_photo_server(answer(make_photo())) as server:
        fetch = send(shop.client, server.url())
        monkeypatch.setattr("core.jobs.queues.wake", lambda task: sent.update([task]))
        sweeps.sweep_photos.apply(throw=True)
        assert sent["catalog.tasks.fetch_photos"] == 1
        tasks.fetch_photos.apply(throw=True)
    assert state_of(shop.client, fetch)["state"] == "done"


def test_a_link_goes_with_its_image(shop):
    with running_photo_server(answer(make_photo())) as server:
        fetch = send(shop.client, server.url())
        fetch_waiting()
    image = state_of(shop.client, fetch)["image"]
    with all_shops():
        Image.objects.get(pk=image).delete()
    assert shop.client.get(f"{FETCHES}{fetch['id']}/").status_code == 404


def test_failed_links_are_deleted_after_a_month(shop):
    old, young = (send(shop.client, f"https://a.example/{name}.jpg") for name in "ab")
    with all_shops():
        PhotoFetch.objects.update(state=PhotoFetch.State.FAILED)
        long_ago = timezone.now() - timedelta(days=31)
        PhotoFetch.objects.filter(pk=old["id"]).update(updated_at=long_ago)
    sweeps.purge_failed_fetches.apply(throw=True)
    assert [row["id"] for row in shop.client.get(FETCHES).json()["results"]] == [young["id"]]
