"""Pages of other origins use a publishable key, in a real browser against the real stack."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from demo.stack import Stack

CREATE_KEY = """
from core.tenancy import all_shops
from tenants.models import ShopAPIKey
from tenants.services import create_key
with all_shops():
    shop = ShopAPIKey.objects.select_related("shop").get(prefix="{prefix}").shop
    print(create_key(shop=shop, name="page", kind="publishable", origins=["{origin}"])[1])
"""
CALL = """
async ({url, method, headers, body}) => {
  try {
    const response = await fetch(url, {method, headers, body});
    const names = ["RateLimit-Remaining", "RateLimit-Limit"];
    const limits = names.map((name) => response.headers.get(name));
    return {status: response.status, body: await response.json(), limits};
  } catch (error) {
    return {error: error.name};
  }
}
"""
# What a browser reports to a page that may not read the answer.
UNREADABLE = {"error": "TypeError"}


class BlankPage(BaseHTTPRequestHandler):
    """A page of another site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another site</title>")

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def serve_site() -> Iterator[str]:
    """Serve a page; return its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BlankPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[str, str]]:
    """Serve two sites of other origins; return the one that the key allows, and a foreign one."""
    with serve_site() as allowed, serve_site() as foreign:
        yield allowed, foreign


@pytest.fixture(scope="module")
def page_key(live_stack: Stack, api_key: str, sites: tuple[str, str]) -> str:
    """Return a publishable key of the playground's shop that allows the first site."""
    code = CREATE_KEY.format(prefix=api_key.partition(".")[0], origin=sites[0])
    return live_stack.manage("shell", "--verbosity", "0", "-c", code).split()[-1]


@pytest.fixture
def open_site(browser: Browser) -> Iterator[Any]:
    """Return a function that opens a site in a new tab."""
    contexts = []

    def open_it(origin: str) -> Page:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.goto(origin)
        return page

    yield open_it
    for context in contexts:
        context.close()


def call(page: Page, stack: Stack, path: str, key: str, **options: Any) -> Any:
    """Call the API by `fetch` in a page; return what the page can read."""
    headers = {"Authorization": f"Api-Key {key}", "Content-Type": "application/json"}
    request = {"method": "POST", "headers": headers, "body": "{}", **options}
    if request["method"] == "GET":
        del request["body"]
    return page.evaluate(CALL, {"url": f"{stack.url}{path}", **request})


def test_allowed_site_searches_and_reads_limits_and_errors(
    open_site: Any, live_stack: Stack, page_key: str, sites: tuple[str, str]
) -> None:
    page = open_site(sites[0])
    body = '{"prompt": "red dress", "number_of_images": 1}'
    answer = call(page, live_stack, "/api/v1/recommendations/", page_key, body=body)
    assert answer["status"] == 201
    assert len(answer["body"]["results"]) == 1
    assert int(answer["limits"][0]) < int(answer["limits"][1])
    similar = f"/api/v1/images/{answer['body']['results'][0]['id']}/similar/"
    assert call(page, live_stack, similar, page_key, method="GET")["status"] == 200
    refused = call(page, live_stack, "/api/v1/recommendations/", page_key)
    assert (refused["status"], refused["body"]["code"]) == (400, "validation_error")
    feed = call(page, live_stack, "/api/v1/shoppers/ada/feed/", page_key, method="GET")
    assert (feed["status"], feed["body"]["code"]) == (403, "shopper_token_required")
    unknown = call(page, live_stack, "/api/v1/recommendations/", f"{page_key}x")
    assert (unknown["status"], unknown["body"]["code"]) == (401, "unknown_api_key")


def test_foreign_site_reads_nothing(
    open_site: Any, live_stack: Stack, api_key: str, page_key: str, sites: tuple[str, str]
) -> None:
    page = open_site(sites[1])
    for key in (page_key, api_key):
        assert call(page, live_stack, "/api/v1/recommendations/", key) == UNREADABLE


def test_every_other_route_is_closed_to_the_allowed_site(
    open_site: Any, live_stack: Stack, api_key: str, page_key: str, sites: tuple[str, str]
) -> None:
    page = open_site(sites[0])
    for method, path in (
        ("GET", "/api/v1/shop/"),
        ("GET", "/api/v1/images/"),
        ("POST", "/api/v1/shop/keys/"),
        ("POST", "/api/v1/auth/login/"),
        ("GET", "/api/schema/"),
        ("GET", "/health/ready"),
        ("GET", "/"),
    ):
        for key in (page_key, api_key):
            assert call(page, live_stack, path, key, method=method) == UNREADABLE, path
    # A request that needs no preflight is not readable either.
    simple = {"method": "GET", "headers": {}}
    assert call(page, live_stack, "/api/v1/shop/", "", **simple) == UNREADABLE
    # The secret key opens nothing in a page, although its shop allows the site to another key.
    assert call(page, live_stack, "/api/v1/recommendations/", api_key) == UNREADABLE
