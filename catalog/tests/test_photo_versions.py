"""Photos by link that are asked for again: one that has not changed costs nothing."""

from typing import Any

import pytest

from catalog.fetches.jobs import fetch_waiting
from catalog.fetches.pauses import PAUSES
from catalog.models import Image, IndexEntry, PhotoFetch
from catalog.services import update_image
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from core.tests.photo_servers import PhotoServer, allow_this_machine, answer, running_photo_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]

RED, BLUE = make_photo("red"), make_photo("blue")


@pytest.fixture(autouse=True)
def _local(monkeypatch) -> None:
    allow_this_machine(monkeypatch)
    PAUSES.clear()


def add_by_link(shop: Any, server: PhotoServer) -> Image:
    """Add an image by link, and count it as indexed."""
    response = shop.client.post(
        "/api/v1/images/", {"image_url": server.url(), "name": "Dress"}, "json"
    )
    assert response.status_code == 202
    fetch_waiting()
    with all_shops():
        IndexEntry.objects.update(state=IndexEntry.State.INDEXED)
        return Image.objects.get()


def fetch_again(shop: Any, image: Image, **fields: str) -> PhotoFetch:
    response = shop.client.post(f"/api/v1/images/{image.pk}/fetch-photo/", fields, "json")
    assert response.status_code == 202, response.content
    fetch_waiting()
    with all_shops():
        return PhotoFetch.objects.get(pk=response.json()["id"])


def is_as_before(image: Image) -> bool:
    """Return whether the photo is the same, and neither it nor its vector is made again."""
    with all_shops():
        now = Image.objects.get(pk=image.pk)
        state = IndexEntry.objects.get(image=image).state
    return (now.version, now.photo.name, state) == (image.version, image.photo.name, "indexed")


def test_a_server_that_knows_the_version_sends_no_photo(shop):
    with running_photo_server(answer(RED, 'ETag: "v1"')) as server:
        image = add_by_link(shop, server)
        server.script = answer(status="304 Not Modified")
        fetch = fetch_again(shop, image)
        assert b'If-None-Match: "v1"' in server.heads[1]
    assert (fetch.state, fetch.etag, fetch.attempts) == ("done", '"v1"', 1)
    assert is_as_before(image)


def test_the_same_bytes_change_nothing(shop):
    with running_photo_server(answer(RED)) as server:
        image = add_by_link(shop, server)
        server.script = answer(RED, 'ETag: "v2"')
        fetch = fetch_again(shop, image)
    assert (fetch.state, fetch.etag) == ("done", '"v2"')
    assert is_as_before(image)


def test_other_bytes_replace_the_photo_once(shop):
    with running_photo_server(answer(RED, 'ETag: "v1"')) as server:
        image = add_by_link(shop, server)
        server.script = answer(BLUE, 'ETag: "v2"')
        fetch_again(shop, image)
        with all_shops():
            replaced = Image.objects.get(pk=image.pk)
            assert IndexEntry.objects.get().state == "pending"
            IndexEntry.objects.update(state=IndexEntry.State.INDEXED)
        fetch_again(shop, image)
    assert replaced.version == image.version + 1
    assert replaced.digest != image.digest
    assert is_as_before(replaced)


def test_a_photo_that_was_replaced_by_hand_stays_until_the_link_changes(shop):
    with running_photo_server(answer(RED)) as server:
        image = add_by_link(shop, server)
        with shop_scope(shop.shop.pk):
            other = make_image(shop.shop, "green")
            update_image(image=image, fields={"name": "Gown"})
            Image.objects.filter(pk=image.pk).update(digest=other.digest)
        fetch_again(shop, image)
    assert is_as_before(image)


def test_a_photo_that_is_gone_leaves_the_image(shop):
    with running_photo_server(answer(RED)) as server:
        image = add_by_link(shop, server)
        server.script = answer(status="404 Not Found")
        fetch = fetch_again(shop, image)
    assert (fetch.state, fetch.problem["code"]) == ("failed", "not_available")
    assert is_as_before(image)


def test_another_link_is_asked_without_conditions(shop):
    with running_photo_server(answer(RED, 'ETag: "v1"')) as server:
        image = add_by_link(shop, server)
        fetch = fetch_again(shop, image, image_url=server.url("/other.jpg"))
        assert b"If-None-Match" not in server.heads[1]
    assert fetch.url.endswith("/other.jpg")
    assert is_as_before(image)  # it has the same bytes
    with all_shops():
        assert PhotoFetch.objects.count() == 1


def test_an_uploaded_image_may_get_its_photo_by_link(shop):
    image = make_image(shop.shop)
    with running_photo_server(answer(BLUE)) as server:
        fetch = fetch_again(shop, image, image_url=server.url())
    with all_shops():
        assert Image.objects.get(pk=image.pk).version == 2
    assert (fetch.image_id, fetch.state) == (image.pk, "done")


def test_a_deleted_image_gets_no_photo(shop):
    with running_photo_server(answer(RED)) as server:
        image = add_by_link(shop, server)
        path = f"/api/v1/images/{image.pk}/"
        fetch_id = shop.client.post(f"{path}fetch-photo/").json()["id"]
        assert shop.client.delete(path).status_code == 204
        assert shop.client.post(f"{path}fetch-photo/").status_code == 404
        server.script = answer(BLUE)
        fetch_waiting()
    with all_shops():
        fetch = PhotoFetch.objects.get(pk=fetch_id)
    assert (fetch.state, fetch.problem["code"]) == ("failed", "not_found")


def test_an_uploaded_photo_needs_a_link(shop):
    image = make_image(shop.shop)
    for fields in ({}, {"image_url": "http://10.0.0.1:99/photo.jpg"}):
        refused = shop.client.post(f"/api/v1/images/{image.pk}/fetch-photo/", fields, "json")
        assert refused.status_code == 400
        assert list(refused.json()["errors"]) == ["image_url"]
