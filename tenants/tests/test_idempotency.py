"""A POST that is sent again with the same `Idempotency-Key` runs once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from catalog.models import Category, Image, Style
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from tenants.models import IdempotencyRecord, Shop
from tenants.sweeps import purge_idempotency_records
from tenants.tests.factories import make_client

STYLES = "/api/v1/styles/"
IMAGES = "/api/v1/images/"
KEY = "order-4711"


def make_style(client, *, key: str = KEY, path: str = STYLES, **fields: object):
    return client.post(path, fields or {"name": "Festive"}, headers={"Idempotency-Key": key})


def make_image(client, *, key: str = KEY, photo: bytes | None = None, **fields: object):
    file = SimpleUploadedFile("photo.jpg", photo or make_photo())
    body = {"photo": file, "name": "Red dress", **fields}
    return client.post(IMAGES, body, format="multipart", headers={"Idempotency-Key": key})


def count_images() -> int:
    with all_shops():
        return int(Image.objects.count())


def stored_files(media_root: Path) -> list[Path]:
    return [path for path in media_root.rglob("*") if path.is_file()]


def test_same_key_gets_the_same_response_and_creates_one_row(shop):
    first, second = make_style(shop.client), make_style(shop.client)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    with all_shops():
        assert Style.objects.filter(shop=shop.shop).count() == 1


def test_only_a_replay_has_the_replay_header(shop):
    assert "Idempotency-Replayed" not in make_style(shop.client)
    assert make_style(shop.client)["Idempotency-Replayed"] == "true"


def test_without_a_key_every_request_runs(shop):
    assert shop.client.post(STYLES, {"name": "Festive"}).status_code == 201
    assert shop.client.post(STYLES, {"name": "Festive"}).status_code == 400
    with shop_scope(shop.shop.pk):
        assert not IdempotencyRecord.objects.exists()


def test_order_of_fields_does_not_matter(shop):
    first = make_style(shop.client, name="Festive", description="For parties")
    second = make_style(shop.client, description="For parties", name="Festive")
    assert first.json() == second.json()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Solemn"},
        {"name": "Festive", "description": "For parties"},
        {"name": ["Festive"]},
        {"name": None},
        {"nam": "eFestive"},
    ],
)
def test_same_key_with_another_body_is_a_conflict(shop, changed):
    make_style(shop.client)
    response = make_style(shop.client, **changed)
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "idempotency_key_reused"
    with all_shops():
        assert Style.objects.filter(shop=shop.shop).count() == 1


def test_same_key_at_another_address_is_a_conflict(shop):
    make_style(shop.client)
    assert make_style(shop.client, path="/api/v1/categories/").status_code == 409
    with all_shops():
        assert not Category.objects.filter(shop=shop.shop).exists()


def test_another_shop_may_use_the_same_key(shop, rival):
    mine, theirs = make_style(shop.client), make_style(rival.client)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]
    assert "Idempotency-Replayed" not in theirs


def test_members_and_keys_of_a_shop_share_idempotency_keys(shop, colleague):
    assert make_style(shop.client).json() == make_style(colleague.client).json()


def test_refused_request_can_be_sent_again(shop):
    refused = make_style(shop.client, name="x" * 100)
    assert refused.status_code == 400
    again = make_style(shop.client, name="x")
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again


def test_failed_request_can_be_sent_again(shop, monkeypatch):
    shop.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("catalog.api.facets.FacetViewSet._serialize", lambda *_: 1 / 0)
        assert make_style(shop.client).status_code == 500
    again = make_style(shop.client)
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b"])
def test_invalid_key_is_refused(shop, key):
    response = make_style(shop.client, key=key)
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_idempotency_key"
    with all_shops():
        assert not Style.objects.filter(shop=shop.shop).exists()


@pytest.mark.parametrize(
    "key", ["x", "x" * 255, "übergröße", "' OR 1=1 --", "🧵".encode().decode("latin-1")]
)
def test_any_other_key_is_accepted(shop, key):
    assert make_style(shop.client, key=key).status_code == 201
    assert make_style(shop.client, key=key)["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "body", ["[]", "[1]", '["a", {}]', '"text"', "7", "true", "null", '{"\\ud800": 1}']
)
def test_unusual_body_is_a_client_error(shop, body):
    response = shop.client.generic(
        "POST", STYLES, body, content_type="application/json", headers={"Idempotency-Key": KEY}
    )
    assert response.status_code == 400


def test_photo_is_stored_once(shop, media_root):
    first, second = make_image(shop.client), make_image(shop.client)
    assert (first.status_code, second.status_code) == (201, 201), first.content
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert count_images() == 1
    assert len(stored_files(media_root)) == 2


def test_same_key_with_another_photo_is_a_conflict(shop, media_root):
    make_image(shop.client)
    response = make_image(shop.client, photo=make_photo("blue"))
    assert response.status_code == 409
    assert count_images() == 1
    assert len(stored_files(media_root)) == 2


def test_photo_is_read_completely_after_it_was_hashed(shop):
    photo = make_photo(size=(200, 300))
    image = make_image(shop.client, photo=photo).json()
    assert (image["width"], image["height"]) == (200, 300)


def test_refused_photo_can_be_sent_again(shop, media_root):
    assert make_image(shop.client, photo=b"no photo").status_code == 400
    assert make_image(shop.client).status_code == 201
    assert count_images() == 1
    assert len(stored_files(media_root)) == 2


def test_replay_returns_the_first_response_even_after_a_change(shop):
    first = make_style(shop.client).json()
    shop.client.patch(f"{STYLES}{first['id']}/", {"name": "Solemn"})
    assert make_style(shop.client).json() == first


def test_responses_are_deleted_after_a_day(shop):
    make_style(shop.client)
    purge_idempotency_records()
    assert make_style(shop.client)["Idempotency-Replayed"] == "true"
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        purge_idempotency_records()
    assert make_style(shop.client).status_code == 400  # runs again, and the name is taken now


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [make_style, make_image])
def test_concurrent_requests_run_once(shop, make, media_root):
    def send(_: int):
        try:
            return make(make_client(f"Api-Key {shop.key}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(send, range(4)))

    assert [response.status_code for response in responses] == [201] * 4
    assert len({response.json()["id"] for response in responses}) == 1
    assert sum("Idempotency-Replayed" in response for response in responses) == 3
    with all_shops():
        made = Style.objects.filter(shop=shop.shop).count() + count_images()
    assert made == 1
    assert len(stored_files(media_root)) == (2 if make is make_image else 0)


@pytest.mark.django_db(transaction=True)
def test_second_request_stops_waiting_for_a_slow_first(shop, monkeypatch):
    monkeypatch.setattr("tenants.api.idempotency.LOCK_TIMEOUT", "100ms")

    def send():
        try:
            return make_style(make_client(f"Api-Key {shop.key}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        with all_shops():
            Shop.objects.get(pk=shop.shop.pk)
        with shop_scope(shop.shop.pk):
            IdempotencyRecord.objects.create(shop=shop.shop, key=KEY, fingerprint="")
        response = pool.submit(send).result()

    assert response.status_code == 409
    assert response.json()["code"] == "request_in_progress"
