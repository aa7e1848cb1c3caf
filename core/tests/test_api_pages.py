"""Swagger UI and ReDoc in a real browser show the API and load nothing from other servers."""

import os
import shutil
from collections.abc import Iterator

import pytest

from demo.stack import Stack

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed.")
from playwright.sync_api import Page, expect  # noqa: E402 - skipped without it

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("ATELIER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="No Chromium here: install one, or name it in ATELIER_CHROMIUM."
)
TIMEOUT_MS = 120_000
# ReDoc shows its vendor's name last, and by default loads a logo with it.
LAST_SHOWN = {"/api/docs/": "Show one image", "/api/redoc/": "API docs by Redocly"}


@pytest.fixture
def page() -> Iterator[Page]:
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("address", LAST_SHOWN)
def test_page_loads_without_errors_and_only_from_our_server(page, live_stack: Stack, address):
    errors, urls = [], set()
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: urls.add(request.url))
    page.goto(live_stack.url + address)
    if address == "/api/docs/":
        tag = page.locator("#operations-tag-catalogue")
        tag.wait_for(timeout=TIMEOUT_MS)
        tag.click()
    expect(page.get_by_text(LAST_SHOWN[address]).first).to_be_visible(timeout=TIMEOUT_MS)
    page.wait_for_timeout(1_000)
    assert errors == []
    ours = (live_stack.url, "data:", "blob:")
    assert [url for url in urls if not url.startswith(ours)] == []
