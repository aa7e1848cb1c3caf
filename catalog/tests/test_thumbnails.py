"""Every photo gets thumbnails, which live as long as the photo."""

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Pillow

from catalog import services, sweeps, tasks
from catalog.indexing.pipeline import index_waiting
from catalog.models import Image, Thumbnails
from catalog.tests.factories import make_image
from catalog.thumbnails import jobs
from catalog.thumbnails.jobs import make_all_thumbnails, shrink
from core.photos import open_photo
from core.storage import audit
from core.storage.audit import audit_storage
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]

IMAGES = "/api/v1/images/"


def upload(
    client: Any, *, colour: str = "red", size: tuple[int, int] = (900, 1200), **fields: Any
) -> dict[str, Any]:
    photo = ContentFile(make_photo(colour, size=size), "photo.jpg")
    answer = client.post(IMAGES, {"name": "Dress", "photo": photo, **fields}, "multipart")
    assert answer.status_code == 201, answer.content
    return answer.json()


def get_thumbnails(client: Any, image: dict[str, Any]) -> list[dict[str, Any]]:
    return client.get(f"{IMAGES}{image['id']}/").json()["thumbnails"]


def names_of(image_id: Any) -> list[str]:
    with all_shops():
        return list(Thumbnails.objects.get(image_id=image_id).files.values())


def replace_photo(client: Any, image: dict[str, Any], colour: str = "blue") -> None:
    photo = ContentFile(make_photo(colour, size=(700, 700)), "photo.jpg")
    answer = client.patch(f"{IMAGES}{image['id']}/", {"photo": photo}, "multipart")
    assert answer.status_code == 200, answer.content


def test_a_photo_has_none_until_a_worker_has_made_them(shop):
    image = upload(shop.client)
    assert image["thumbnails"] == []
    assert make_all_thumbnails() == 1
    assert [found["width"] for found in get_thumbnails(shop.client, image)] == [160, 320, 640]
    assert make_all_thumbnails() == 0


def test_they_are_served_as_webp_in_their_widths(shop):
    image = upload(shop.client)
    make_all_thumbnails()
    for found in get_thumbnails(shop.client, image):
        response = Client().get(found["url"])
        assert response["Content-Type"] == "image/webp"
        assert "immutable" in response["Cache-Control"]
        with Pillow.open(io.BytesIO(b"".join(response.streaming_content))) as thumbnail:
            assert thumbnail.format == "WEBP"
            assert thumbnail.size == (found["width"], round(found["width"] * 4 / 3))
            red, green, blue = np.asarray(thumbnail.convert("RGB"))[80, 80]
            assert red > 100 > green + blue


@pytest.mark.parametrize(
    ("width", "widths"),
    [(20, [20]), (160, [160]), (161, [160, 161]), (500, [160, 320, 500]), (640, [160, 320, 640])],
)
def test_a_photo_is_never_enlarged(shop, width, widths):
    image = upload(shop.client, size=(width, 300))
    make_all_thumbnails()
    assert [found["width"] for found in get_thumbnails(shop.client, image)] == widths
    assert len(names_of(image["id"])) == len(widths)


def test_a_photo_of_extreme_shape_has_a_pixel_of_height():
    sizes = []
    for data in shrink(Pillow.new("RGB", (1600, 2), "red")).values():
        with Pillow.open(io.BytesIO(data)) as thumbnail:
            sizes.append(thumbnail.size)
    assert sizes == [(160, 1), (320, 1), (640, 1)]


def test_every_answer_with_images_has_them(shop):
    image = upload(shop.client)
    make_all_thumbnails()
    index_waiting()
    shown = get_thumbnails(shop.client, image)
    listed = shop.client.get(IMAGES).json()["results"][0]
    similar = upload(shop.client, colour="blue")
    index_waiting()
    found = shop.client.get(f"{IMAGES}{similar['id']}/similar/").json()["results"][0]
    assert (found["id"], found["thumbnails"]) == (image["id"], shown)
    assert listed["thumbnails"] == shown
    assert shown[0]["url"].startswith("http://testserver/media/shops/")


def test_lists_make_no_query_for_each_image(shop, django_assert_max_num_queries):
    for _ in range(4):
        upload(shop.client, size=(200, 200))
    make_all_thumbnails()
    with django_assert_max_num_queries(8):
        assert all(one["thumbnails"] for one in shop.client.get(IMAGES).json()["results"])


def test_a_new_photo_gets_new_ones_and_the_old_are_deleted(shop):
    image = upload(shop.client)
    make_all_thumbnails()
    old = names_of(image["id"])
    replace_photo(shop.client, image)
    assert get_thumbnails(shop.client, image) == []
    assert not any(map(default_storage.exists, old))
    make_all_thumbnails()
    assert len(get_thumbnails(shop.client, image)) == 3
    assert not set(old) & set(names_of(image["id"]))


def test_an_enhanced_rendition_gets_new_ones(shop):
    image = make_image(shop.shop)
    make_all_thumbnails()
    photo = open_photo(io.BytesIO(make_photo("blue", size=(400, 400))))
    with shop_scope(shop.shop.pk):
        services.replace_rendition(
            image=image,
            version=1,
            rendition=services.Rendition(photo.rendition, 400, 400, photo.digest),
        )
    assert names_of(image.pk) == []
    make_all_thumbnails()
    assert len(names_of(image.pk)) == 3


def test_they_are_deleted_with_their_image(shop):
    image = upload(shop.client)
    make_all_thumbnails()
    names = names_of(image["id"])
    assert shop.client.delete(f"{IMAGES}{image['id']}/").status_code == 204
    index_waiting()
    with all_shops():
        assert not Image.objects.exists()
        assert not Thumbnails.objects.exists()
    assert not any(map(default_storage.exists, names))


@pytest.fixture
def during(monkeypatch) -> Any:
    """Return a function that has something happen while thumbnails are being made."""

    def happen(action: Any) -> None:
        def read(name: str) -> bytes:
            with default_storage.open(name) as file:
                data = file.read()
            monkeypatch.undo()
            action()
            return bytes(data)

        monkeypatch.setattr(jobs, "read_file", read)

    return happen


def no_file_is_left_over(monkeypatch) -> bool:
    monkeypatch.setattr(audit, "SAFE_AGE", timedelta(days=-1))
    with audit_storage() as found:
        return not list(found.find_orphans()) and not list(found.find_missing())


def test_a_photo_that_is_replaced_during_the_work_gets_thumbnails_of_the_new_one(
    shop, during, monkeypatch
):
    image = upload(shop.client)
    during(lambda: replace_photo(shop.client, image))
    make_all_thumbnails()
    widths = [found["width"] for found in get_thumbnails(shop.client, image)]
    assert widths == [160, 320, 640]
    with all_shops():
        assert Thumbnails.objects.get().image_version == 2
    assert no_file_is_left_over(monkeypatch)


def test_an_image_that_is_deleted_during_the_work_leaves_no_file(shop, during, monkeypatch):
    image = upload(shop.client)

    def delete() -> None:
        shop.client.delete(f"{IMAGES}{image['id']}/")
        index_waiting()

    during(delete)
    make_all_thumbnails()
    with all_shops():
        assert not Thumbnails.objects.exists()
    assert no_file_is_left_over(monkeypatch)


def test_a_missing_photo_fails_with_a_reason(shop):
    image = make_image(shop.shop)
    default_storage.delete(image.photo.name)
    make_all_thumbnails()
    with all_shops():
        row = Thumbnails.objects.get()
    assert (row.state, row.problem["code"]) == (Thumbnails.State.FAILED, "photo_missing")


def test_photos_from_before_thumbnails_get_them_by_the_sweep(shop):
    image = upload(shop.client)
    with all_shops():
        Thumbnails.objects.all().delete()
    sweeps.request_missing_thumbnails.apply(throw=True)
    tasks.make_thumbnails.apply(throw=True)
    assert len(get_thumbnails(shop.client, image)) == 3


def test_thumbnails_of_a_photo_that_was_replaced_unnoticed_are_made_again(shop, monkeypatch):
    """As by a process of the previous release, which does not know thumbnails."""
    image = upload(shop.client)
    make_all_thumbnails()
    with all_shops():
        Image.objects.update(version=2)
    assert get_thumbnails(shop.client, image) == []
    sweeps.request_missing_thumbnails.apply(throw=True)
    make_all_thumbnails()
    assert len(get_thumbnails(shop.client, image)) == 3
    assert no_file_is_left_over(monkeypatch)


def test_no_shop_sees_those_of_another(shop, rival):
    image = upload(shop.client)
    make_all_thumbnails()
    assert rival.client.get(f"{IMAGES}{image['id']}/").status_code == 404
    with shop_scope(rival.shop.pk):
        assert not Thumbnails.objects.exists()


def test_put_takes_back_what_get_returned(shop):
    image = upload(shop.client)
    make_all_thumbnails()
    body = shop.client.get(f"{IMAGES}{image['id']}/").json()
    answer = shop.client.put(f"{IMAGES}{image['id']}/", body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["thumbnails"] == body["thumbnails"]
