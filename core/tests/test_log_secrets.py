"""Nothing that clients send is in any log of the running product, and every line names them.

The stack runs as in production. Everything that a client can choose contains a mark: paths, query
strings, headers, bodies, names of files. Then the logs of all processes are searched for it.
"""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.urls import URLResolver, get_resolver

from core.logs import SAFE_FIELDS
from core.tests.factories import make_photo
from core.tests.live import wait_for
from core.tests.plugin import FOLDER
from core.web.access_log import simplify_route
from demo.stack import Stack

MARK = "zqxsecret"
MAIL = f"{MARK}@shop.example"
PRODUCTION = {
    "ATELIER_ENV": "production",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "SITE_URL": "https://atelier.example.com",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "LOG_LEVEL": "INFO",
    "RATE_LIMIT_REFUSED": "100000",
    "RATE_LIMIT_ANONYMOUS": "100000",
}
OWN_PROCESSES = ("web", "worker", "beat")
PROCESSES = (*OWN_PROCESSES, "postgres", "redis", "chroma")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
BODY = {
    **dict.fromkeys(("prompt", "text", "password", "name", "refresh", "token", "shopper"), MARK),
    **{"email": MAIL, "shop_name": MARK, "terms": [{"text": MARK}], MARK: MARK},
}
HEADERS = {
    "User-Agent": MARK,
    "Referer": f"http://shop.example/{MARK}",
    "Cookie": f"sessionid={MARK}",
    "X-Forwarded-For": MARK,
    "Idempotency-Key": f"{MARK}-1",
    "X-Request-ID": f"{MARK} is no id",
    "Accept-Language": MARK,
}


def find_routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from find_routes(pattern, route)
        else:
            yield simplify_route(route)


def fill(route: str) -> str:
    """Return a path of a route, with the mark where it fits."""
    route = re.sub(r"<(?:uuid:)?(?:pk|object_id)>", "018f0000-0000-7000-8000-000000000000", route)
    return "/" + re.sub(r"<[^>]+>", MARK, route)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(FOLDER / "production", **PRODUCTION) as stack:
        yield stack


def read_logs(stack: Stack) -> dict[str, str]:
    return {name: stack.supervisor.log(name).read_text("utf-8") for name in PROCESSES}


def read_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def send_to_every_route(stack: Stack) -> int:
    """Send marked requests with and without a key; return their number."""
    count = 0
    with httpx.Client(base_url=stack.url, headers=HEADERS, timeout=30) as client:
        for route in {fill(route) for route in find_routes() if "rebuild" not in route}:
            for method in METHODS if "/admin/" not in route else ("GET",):
                for key in (stack.api_key, f"{MARK}12.{MARK}"):
                    client.request(
                        method,
                        route,
                        params={"key": MARK, "email": MAIL, MARK: MARK},
                        json=None if method in {"GET", "HEAD", "OPTIONS"} else BODY,
                        headers={"Authorization": f"Api-Key {key}"},
                    )
                    count += 1
    return count


def use_the_product(stack: Stack) -> None:
    """Search, upload, chat, register and sign in, with the mark in every text."""
    with stack.client() as client:
        photo = make_photo()
        files = {"photo": (f"{MARK}.jpg", photo)}
        fields = {"name": MARK, "description": MAIL, "sku": MARK, "attributes": f'{{"{MARK}": 1}}'}
        image = client.post("images/", files=files, data=fields).raise_for_status().json()
        client.post("images/", files={"photo": (f"{MARK}.jpg", b"no photo")}, data=fields)
        httpx.get(image["photo_url"], params={"key": MARK}).raise_for_status()
        ask = {"prompt": f"red dress {MARK} {MAIL}", "shopper": MARK}
        wait_for(
            lambda: client.post("recommendations/", json=ask).is_success,
            what="a search",
        )
        wait_for(lambda: client.get("index/").json()["indexed"], what="an indexed photo")
        chat = client.post(f"shoppers/{MARK}/conversations/", json={}).raise_for_status().json()
        messages = f"conversations/{chat['id']}/messages/"
        client.post(messages, json={"text": f"a blue shirt, {MARK} {MAIL}"}).raise_for_status()
    account = {"email": MAIL, "password": f"{MARK}-Password-7", "shop_name": MARK}
    for path in ("register", "register", "login"):
        httpx.post(f"{stack.url}/api/v1/auth/{path}/", json=account)


def send_malformed_bytes(stack: Stack) -> None:
    """Send requests that the server refuses before the application sees them."""
    address = urlsplit(stack.url)
    for data in (
        f"GET /{MARK} HTTP/9.9\r\n\r\n",
        f"TRACE /{MARK} HTTP/1.1\r\nHost: {MARK}.example\r\n\r\n",
        f"{MARK} /{MARK} HTTP/1.1\r\nHost: {MARK}\r\n\r\n",
        f"GET /{MARK} HTTP/1.1\r\nHost: {MARK}.example\r\nBad header {MARK}\r\n\r\n",
        f"GET /{MARK} HTTP/1.1\r\nHost: {MARK}.example\r\nConnection: close\r\n\r\n",
    ):
        with socket.create_connection((address.hostname, address.port), timeout=10) as client:
            client.sendall(data.encode())
            client.recv(4096)


def test_no_log_contains_what_a_client_sent(stack):
    use_the_product(stack)
    count = send_to_every_route(stack)
    send_malformed_bytes(stack)
    logs = read_logs(stack)
    for name, text in logs.items():
        found = [line for line in text.splitlines() if MARK in line.lower()]
        assert not found, (name, found[:3])
        assert stack.api_key.partition(".")[2] not in text
    lines = read_lines(logs["web"])
    refused = [line for line in lines if "code" in line]
    assert {line["status"] for line in refused} >= {400, 405}
    assert all(line["request_id"] and line["caller"] == "anonymous" for line in refused)
    assert sum(line["event"] == "request_finished" for line in lines) > count


def test_every_line_of_a_request_or_task_names_the_caller(stack):
    use_the_product(stack)
    logs = read_logs(stack)
    prefix = stack.api_key.partition(".")[0]
    for name in OWN_PROCESSES:
        assert all(line["caller"] for line in read_lines(logs[name])), name
    requests = [line for line in read_lines(logs["web"]) if "request_id" in line]
    own = [line for line in requests if line["caller"] == f"key:{prefix}"]
    assert own
    assert all(line["shop"] and line["request_id"] for line in own)
    assert {line["caller"] for line in requests} >= {f"key:{prefix}", "anonymous"}
    tasks = [line for line in read_lines(logs["worker"]) if "task" in line]
    ids = {line["request_id"] for line in own}
    started = [line for line in tasks if line.get("request_id") in ids]
    assert {"catalog.tasks.index_images", "recommendations.tasks.encode_query"} <= {
        line["task"] for line in started
    }
    assert all(line["shop"] == own[0]["shop"] for line in started)


def test_errors_of_broken_services_contain_no_password(stack):
    secrets = [
        (Path(stack.folder) / name).read_text("utf-8") for name in ("redis.password", "secret.key")
    ]
    redis = stack.supervisor.program("redis")
    stack.supervisor.stop("redis")
    try:
        with stack.client() as client:
            for path in ("recommendations/", "images/", "events/"):
                client.post(path, json={"prompt": MARK})
    finally:
        stack.supervisor.start(redis)
        stack.supervisor.wait_until_ready("redis")
    for name, text in read_logs(stack).items():
        assert not any(secret in text for secret in secrets), name
        assert "redis://:" not in text.replace("redis://:**@", ""), name
        assert MARK not in text, name


def test_safe_fields_are_fields_that_clients_cannot_choose():
    # A field that a client chooses must be redacted.
    assert {"event", "error", "exception", "prompt"}.isdisjoint(SAFE_FIELDS)
