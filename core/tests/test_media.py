"""Only renditions are served, as JPEG; originals and other files never are."""

from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from catalog.models import Image
from core.tenancy import shop_scope
from core.tests.factories import make_photo

PHOTO = "shops/018f0000-0000-7000-8000-000000000000/photos/018f0000-0000-7000-8000-000000000001.jpg"


def write(root: Path, key: str, data: bytes = b"secret") -> None:
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_rendition_is_served_as_a_jpeg_and_never_sniffed(client, media_root):
    write(media_root, PHOTO, b"<script>alert(1)</script>")
    response = client.get(f"/media/{PHOTO}")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")
    assert "private" in response["Cache-Control"]
    assert "immutable" in response["Cache-Control"]
    assert body(response) == b"<script>alert(1)</script>"


def test_serves_the_rendition_of_an_image_and_never_its_original(shop, media_root, client):
    data = make_photo(kind="PNG")
    (media_root.parent / "dress.png").write_bytes(data)
    with (media_root.parent / "dress.png").open("rb") as file:
        made = shop.client.post(
            "/api/v1/images/", {"photo": file, "name": "Dress"}, format="multipart"
        ).json()
    with shop_scope(shop.shop.pk):
        image = Image.objects.get()
    served = client.get(made["photo_url"])
    assert served.status_code == 200
    assert body(served).startswith(b"\xff\xd8\xff")
    assert (media_root / image.original.name).read_bytes() == data
    assert client.get(f"/media/{image.original.name}").status_code == 404
    assert image.original.name not in str(made)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "shops",
        "shops/",
        PHOTO.replace("photos", "originals"),
        PHOTO.replace(".jpg", ".png"),
        PHOTO.replace(".jpg", ".jpg.html"),
        PHOTO.replace(".jpg", ".jpg\n"),
        PHOTO + "/",
        "/" + PHOTO,
        "./" + PHOTO,
        f"x/../{PHOTO}",
        PHOTO.replace("photos", "photos/../originals"),
        PHOTO.upper(),
        "../settings.py",
        "shops/../../../../../etc/passwd",
        "/etc/passwd",
        "....//....//etc/passwd",
        "..\\..\\etc\\passwd",
        "\0",
        PHOTO + "\0",
    ],
)
def test_any_other_address_is_not_found(client: Client, media_root, key):
    for name in (PHOTO, PHOTO.replace("photos", "originals"), PHOTO.replace(".jpg", ".png")):
        write(media_root, name)
    write(media_root.parent, "settings.py")
    for address in (quote(key), quote(key, safe="")):
        response = client.get(f"/media/{address}")
        assert response.status_code == 404, address
        assert b"secret" not in response.content


def test_deleted_photo_is_not_found(client):
    response = client.get(f"/media/{PHOTO}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
