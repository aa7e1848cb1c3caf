"""Photos in S3, over HTTP, while it is available and while it is down."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from catalog.indexing.pipeline import index_waiting
from catalog.models import Image, IndexEntry
from catalog.services import delete_image
from core.tenancy import all_shops
from core.tests.factories import make_photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]

BUCKET = "photos"
CREDENTIALS = {"access_key": "key", "secret_key": "secret"}


@pytest.fixture
def s3(settings) -> Iterator[ThreadedMotoServer]:
    """An S3 server, which the product's storage uses."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": address,
        "region_name": "us-east-1",
        "querystring_auth": True,
        "file_overwrite": False,
        **CREDENTIALS,
    }
    boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=CREDENTIALS["access_key"],
        aws_secret_access_key=CREDENTIALS["secret_key"],
    ).create_bucket(Bucket=BUCKET)
    storages = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": storages}
    yield server
    server.stop()


def upload(client, **fields):
    photo = ContentFile(make_photo("red"), "photo.jpg")
    return client.post("/api/v1/images/", {"name": "A", "photo": photo, **fields}, "multipart")


def entry() -> IndexEntry:
    with all_shops():
        found: IndexEntry = IndexEntry.objects.select_related("image").get()
        return found


def count_images() -> int:
    with all_shops():
        return int(Image.objects.count())


def test_photo_in_s3_is_served_embedded_and_deleted(shop, s3):
    answer = upload(shop.client)
    assert answer.status_code == 201
    url = answer.json()["photo_url"]
    assert "Signature" in urlsplit(url).query
    assert httpx.get(url).headers["content-type"] == "image/jpeg"
    assert httpx.get(url.partition("?")[0]).status_code == 403
    index_waiting()
    assert entry().state == IndexEntry.State.INDEXED
    names = entry().image.photo.name, entry().image.original.name
    with all_shops():
        delete_image(image=entry().image)
    index_waiting()
    assert count_images() == 0
    assert not any(map(default_storage.exists, names))


def test_refuses_uploads_while_storage_is_down(shop, s3):
    s3.stop()
    answer = upload(shop.client)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert int(answer["Retry-After"]) > 0
    assert count_images() == 0


def test_indexing_and_removal_wait_while_storage_is_down(shop, s3):
    upload(shop.client)
    s3.stop()
    index_waiting()
    assert (entry().state, entry().reason) == (IndexEntry.State.PENDING, "")
    with all_shops():
        delete_image(image=entry().image)
    index_waiting()
    assert entry().state == IndexEntry.State.REMOVING
