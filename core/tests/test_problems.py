"""Every error is a problem with a stable code."""

import base64
import threading
from http import HTTPStatus
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from core.jobs import rpc
from core.ml.vector_store import get_vector_store
from core.tests.factories import make_photo
from decoder.limits import MAX_BYTES
from demo.services import free_port
from tenants.tests.factories import make_key_client

IMAGES = "/api/v1/images/"
STYLES = "/api/v1/styles/"
LOGIN = "/api/v1/auth/login/"
NOBODY = "018f0000-0000-7000-8000-000000000000"


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == "about:blank"
    assert body["title"] == HTTPStatus(status).phrase
    assert body["status"] == status
    assert body["code"] == code
    assert body["detail"]
    return body


def post(client: Client, path: str, body: bytes | str, kind: str = "application/json"):
    return client.generic("POST", path, body, content_type=kind)


# --- 400 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{]",
        "nonsense",
        "'single'",
        "NaN",
        '{"a": Infinity}',
        '{"a": -1e999}',
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
        b"\xff\xfe",
        b'{"a": "\xe9"}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "1" * 5_000,
    ],
)
@pytest.mark.parametrize("path", [STYLES, LOGIN])
def test_body_that_is_not_json(shop, path, body):
    assert_problem(post(shop.client, path, body), 400, "parse_error")


@pytest.mark.parametrize("charset", ["nonsense", "rot13", "zip", "hex", "base64", "utf-16", "idna"])
def test_json_is_decoded_as_utf8_whatever_the_header_says(shop, charset):
    kind = f"application/json; charset={charset}"
    assert post(shop.client, STYLES, '{"name": "Fête"}'.encode(), kind).status_code == 201


@pytest.mark.parametrize("body", ["[]", "[1]", '"text"', "7", "null", "true"])
@pytest.mark.parametrize("path", [STYLES, IMAGES, LOGIN, "/api/v1/recommendations/"])
def test_json_that_is_not_an_object(shop, path, body):
    assert_problem(post(shop.client, path, body), 400, "validation_error")


def test_invalid_fields_are_named(shop):
    body = assert_problem(shop.client.post(STYLES, {"name": ""}), 400, "validation_error")
    assert body["errors"]["name"][0]["code"] == "blank"
    assert body["errors"]["name"][0]["message"]


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xff"],
)
def test_multipart_without_a_boundary(shop, kind):
    assert_problem(post(shop.client, IMAGES, b"--x\r\n", kind), 400, "parse_error")


def test_form_with_too_many_fields(shop):
    form = "&".join(f"a{n}=1" for n in range(1_001))
    kind = "application/x-www-form-urlencoded"
    assert_problem(post(shop.client, STYLES, form, kind), 400, "invalid")


def test_form_with_too_many_files(shop):
    files = {f"photo{n}": SimpleUploadedFile("a.jpg", b"x") for n in range(101)}
    assert_problem(shop.client.post(IMAGES, files, format="multipart"), 400, "invalid")


def test_unknown_host(shop):
    assert_problem(shop.client.get(IMAGES, headers={"Host": "evil.example"}), 400, "invalid")


def made_up_cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "nonsense",
        "%00",
        made_up_cursor("x=1"),
        made_up_cursor("p=nobody"),
        made_up_cursor("p=\0"),
        made_up_cursor("o=-1"),
    ],
)
@pytest.mark.parametrize("path", [IMAGES, STYLES, "/api/v1/prompts/"])
def test_invented_cursor(shop, path, cursor):
    response = shop.client.get(path, {"cursor": cursor})
    assert_problem(response, 400, "unknown_cursor")


# --- 401 to 429 -------------------------------------------------------------------------


def test_request_without_a_key(stranger):
    response = stranger.get(IMAGES)
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"]


def test_request_with_a_wrong_key(db):
    client = APIClient(headers={"Authorization": "Api-Key wrong.key"})
    assert_problem(client.get(IMAGES), 401, "unknown_api_key")


def test_request_without_the_scope(shop):
    client = make_key_client(shop.shop, scopes=["recommend"])
    assert_problem(client.get(IMAGES), 403, "insufficient_scope")


@pytest.mark.parametrize("path", ["/nothing", "/api/", "/api/v2/images/", "/api/v1/nothing/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_unknown_address(shop, method, path):
    assert_problem(getattr(shop.client, method)(path), 404, "not_found")


@pytest.mark.parametrize(
    "pk", [NOBODY, "nonsense", "1", "%00", "a" * 300, "\N{DRESS}", "' OR 1=1 --"]
)
@pytest.mark.parametrize("path", [IMAGES, STYLES, "/api/v1/prompts/"])
def test_unknown_id(shop, path, pk):
    assert_problem(shop.client.get(f"{path}{pk}/"), 404, "not_found")


def test_unknown_id_cannot_be_changed(shop):
    for path in (IMAGES, STYLES):
        for method in ("put", "patch", "delete"):
            response = getattr(shop.client, method)(f"{path}{NOBODY}/", {"name": "x"})
            assert_problem(response, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("delete", IMAGES),
        ("put", IMAGES),
        ("get", LOGIN),
        ("put", "/api/v1/shop/"),
        ("trace", IMAGES),
    ],
)
def test_unsupported_method(shop, method, path):
    response = getattr(shop.client, method)(path)
    assert_problem(response, 405, "method_not_allowed")
    assert response["Allow"]


@pytest.mark.parametrize(
    ("method", "path"), [("put", "shop/keys/"), ("patch", "shop/invitations/"), ("put", "shop/")]
)
def test_unsupported_method_of_a_member(colleague, method, path):
    assert_problem(getattr(colleague.client, method)(f"/api/v1/{path}"), 405, "method_not_allowed")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png"])
def test_unsupported_response_format(shop, accept):
    assert_problem(shop.client.get(IMAGES, headers={"Accept": accept}), 406, "not_acceptable")


def test_client_that_accepts_only_problems_gets_one(shop):
    response = shop.client.get(f"{IMAGES}{NOBODY}/", headers={"Accept": "application/problem+json"})
    assert response.status_code in {404, 406}
    assert response["Content-Type"] == "application/problem+json"


def test_photo_that_is_too_large(shop):
    photo = make_photo()
    file = SimpleUploadedFile("photo.jpg", photo + b"\0" * (MAX_BYTES + 1 - len(photo)))
    response = shop.client.post(IMAGES, {"photo": file, "name": "x"}, format="multipart")
    assert_problem(response, 413, "photo_too_large")


@pytest.mark.parametrize("path", [STYLES, LOGIN])
def test_json_that_is_too_large(shop, settings, path):
    body = '{"name": "%s"}' % ("x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    assert_problem(post(shop.client, path, body), 413, "request_too_large")


@pytest.mark.parametrize("format", ["multipart", "form"])
def test_form_that_is_too_large(shop, settings, format):
    text = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if format == "multipart":
        response = shop.client.post(IMAGES, {"name": text}, format="multipart")
    else:
        kind = "application/x-www-form-urlencoded"
        response = post(shop.client, STYLES, f"name={text}", kind)
    assert_problem(response, 413, "request_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream", "x"])
def test_unsupported_request_format(shop, kind):
    assert_problem(post(shop.client, STYLES, "<a/>", kind), 415, "unsupported_media_type")


def test_too_many_requests(shop, settings):
    settings.RATE_LIMIT_SHOP = 1
    shop.client.get(IMAGES)
    response = shop.client.get(IMAGES)
    assert_problem(response, 429, "throttled")
    assert int(response["Retry-After"]) > 0


# --- 5xx --------------------------------------------------------------------------------


def test_unexpected_error_reveals_nothing(shop, monkeypatch):
    monkeypatch.setattr("catalog.api.images.select_images", lambda _: 1 / 0)
    shop.client.raise_request_exception = False
    response = shop.client.get(IMAGES)
    assert_problem(response, 500, "server_error")
    assert b"ZeroDivision" not in response.content


@pytest.mark.django_db(transaction=True)
def test_postgres_lost_during_a_request(shop):
    """The server closes our connection, as in a restart."""
    shop.client.get(IMAGES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    end = threading.Thread(target=end_connection, args=(pid,))
    end.start()
    end.join()

    response = shop.client.get(IMAGES)

    assert_problem(response, 503, "unavailable")
    assert int(response["Retry-After"]) > 0
    connection.close()
    assert shop.client.get(IMAGES).status_code == 200


def end_connection(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()


def test_redis_unavailable(shop, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}"
    rpc.connection.cache_clear()
    try:
        response = shop.client.post("/api/v1/recommendations/", {"prompt": "red dress"})
    finally:
        rpc.connection.cache_clear()
    assert_problem(response, 503, "unavailable")
    assert int(response["Retry-After"]) > 0


def test_chroma_unavailable(shop, settings):

    settings.CHROMA_NODES = {"main": f"http://127.0.0.1:{free_port()}"}
    get_vector_store.cache_clear()
    try:
        response = shop.client.get("/api/v1/index/drift/")
    finally:
        get_vector_store.cache_clear()
    assert_problem(response, 503, "vector_store_unavailable")
