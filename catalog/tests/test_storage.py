"""Photos in S3, over HTTP, while it is available and while it is down."""

import socket
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from catalog.indexing.pipeline import index_waiting
from catalog.models import Image, IndexEntry
from catalog.services import delete_image
from catalog.tests.s3 import S3Server, running_s3, use_s3
from core.storage import s3 as s3_options
from core.tenancy import all_shops
from core.tests.factories import make_photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tiny_encoder")]


@pytest.fixture(autouse=True)
def _keys(monkeypatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.fixture
def s3(settings) -> Iterator[S3Server]:
    """An S3 server, which the product's storage uses."""
    with running_s3() as server:
        use_s3(settings, server.address)
        yield server


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
    assert "X-Amz-Signature" in parse_qs(urlsplit(url).query)
    photo = httpx.get(url)
    assert photo.headers["content-type"] == "image/jpeg"
    assert "immutable" in photo.headers["cache-control"]
    assert httpx.get(url.partition("?")[0]).status_code == 403
    index_waiting()
    assert entry().state == IndexEntry.State.INDEXED
    names = entry().image.photo.name, entry().image.original.name
    with all_shops():
        delete_image(image=entry().image)
    index_waiting()
    assert count_images() == 0
    assert not any(map(default_storage.exists, names))
    assert s3.read_heads() == []


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


def test_an_s3_that_never_answers_counts_as_down(shop, settings, monkeypatch):
    monkeypatch.setattr(s3_options, "READ_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_s3(settings, f"http://127.0.0.1:{silent.getsockname()[1]}")
        answer = upload(shop.client)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert count_images() == 0


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1", "me-central-1"])
def test_requests_and_links_are_signed_for_the_region_by_version_4(shop, settings, region):
    with running_s3(region=region) as server:
        use_s3(settings, server.address, region=region)
        url = upload(shop.client).json()["photo_url"]
        assert httpx.get(url).status_code == 200
    query = parse_qs(urlsplit(url).query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Credential"][0].split("/")[2:] == [region, "s3", "aws4_request"]


@pytest.mark.parametrize(
    ("region", "bucket", "host"),
    [
        ("eu-west-1", "photos", "photos.s3.eu-west-1.amazonaws.com"),
        ("me-central-1", "photos", "photos.s3.me-central-1.amazonaws.com"),
        # A certificate covers no host with a dot in the name of the bucket.
        ("eu-west-1", "photos.shop.example", "s3.eu-west-1.amazonaws.com"),
    ],
)
def test_links_name_the_host_of_the_region(settings, region, bucket, host):
    options = s3_options.make_s3_options(bucket=bucket, region=region)
    settings.STORAGES = {**settings.STORAGES, "default": options}
    assert urlsplit(storages["default"].url("a.jpg")).hostname == host


@pytest.mark.parametrize(
    ("options", "encryption", "key"),
    [
        ({}, None, None),  # the bucket decides
        ({"encryption": "AES256"}, "AES256", None),
        ({"encryption": "aws:kms"}, "aws:kms", None),
        ({"encryption": "aws:kms", "kms_key": "photos-key"}, "aws:kms", "photos-key"),
    ],
)
def test_files_are_encrypted_as_the_settings_say(shop, settings, options, encryption, key):
    with running_s3() as server:
        use_s3(settings, server.address, **options)
        url = upload(shop.client).json()["photo_url"]
        heads = server.read_heads()
        assert httpx.get(url).status_code == 200
    assert len(heads) == 2
    for head in heads:
        assert head.get("ServerSideEncryption") == encryption
        assert key is None or head["SSEKMSKeyId"] == key


@pytest.mark.parametrize(
    "options", [{"encryption": "rot13"}, {"kms_key": "k"}, {"encryption": "AES256", "kms_key": "k"}]
)
def test_unusable_encryption_is_refused_at_the_start(options):
    with pytest.raises(ImproperlyConfigured):
        s3_options.make_s3_options(bucket="photos", region="us-east-1", **options)


def test_without_keys_the_role_of_the_machine_signs(shop, settings, monkeypatch):
    with running_s3() as server:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"{server.address}/")
        use_s3(settings, server.address)
        url = upload(shop.client).json()["photo_url"]
        assert httpx.get(url).status_code == 200
    query = parse_qs(urlsplit(url).query)
    assert query["X-Amz-Credential"][0].startswith("test-key/")
    assert query["X-Amz-Security-Token"] == ["test-session-token"]
