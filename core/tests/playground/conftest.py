"""A shop with a few garments, and tabs of a real browser with its pages."""

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from core.tests.live import upload, wait_for
from core.tests.playground.browser_actions import (
    DESKTOP,
    GARMENTS,
    HOSTILE,
    OpenPage,
    picture,
)
from core.tests.playground.photos import Photos, make_photos
from core.tests.playground.stylist_actions import make_styled_shop
from demo.garments import Garment, describe
from demo.stack import Stack

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 120_000
CHROMIUM = os.environ.get("ATELIER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser for the module; while it runs, its event loop forbids Django's ORM."""
    if not CHROMIUM:
        pytest.skip("No Chromium here: install one, or name it in ATELIER_CHROMIUM.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as engine:
        # The sandbox needs a user who is not root.
        chromium = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def api_key(live_stack: Stack, browser: Browser) -> str:
    """Make a shop with a few indexed photos; return its key."""
    key = live_stack.create_shop("Playground shop")
    with live_stack.client(key) as client:
        for garment in GARMENTS:
            listing = describe(garment)
            fields = {"name": listing.name, "colour": listing.colour, "price": str(listing.price)}
            upload(client, picture(garment), currency="EUR", availability="in_stock", **fields)
        upload(client, picture(Garment(kind="coat", colour="black", seed=5)), name=HOSTILE)
        wait_for(lambda: client.get("index/").json()["pending"] == 0, what="indexing")
        wait_for(lambda: client.get("index/").json()["is_calibrated"], what="calibration")
    return key


@pytest.fixture
def open_page(browser: Browser, live_stack: Stack) -> Iterator[OpenPage]:
    """Return a function that opens a page with a key in a new tab."""
    contexts = []

    def open_it(
        key: str, *, path: str = "/", viewport: ViewportSize | None = None, **options: Any
    ) -> Page:
        context = browser.new_context(viewport=viewport or DESKTOP, locale="en-GB", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if key:
            context.add_init_script(f"sessionStorage.setItem('atelier-key', {json.dumps(key)})")
        page = context.new_page()
        page.goto(live_stack.url + path)
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage, api_key: str) -> Page:
    """Open the playground on a desktop, with the shop's key."""
    return open_page(api_key)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Photos:
    """Make photos of known quality; return them by name."""
    return make_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def photo_key(live_stack: Stack, browser: Browser, photos: Photos) -> str:
    """Make a shop with measured photos: good, dark, with a hostile name; return its key."""
    key = live_stack.create_shop("Photo shop")
    named = {"dress": "Red dress", "dark-dress": "Dark dress", "shirt": HOSTILE}
    with live_stack.client(key) as client:
        for photo, name in named.items():
            upload(client, photos[photo].read_bytes(), name=name)
        wait_for(
            lambda: client.get("quality/reports/summary/").json()["measured"] == len(named),
            what="measuring",
        )
    return key


@pytest.fixture
def photo_page(open_page: OpenPage, photo_key: str) -> Page:
    """Open the photo quality page on a desktop, with the shop's key."""
    page = open_page(photo_key, path="/quality/")
    expect(page.locator("#worst .card")).to_have_count(3)
    return page


@pytest.fixture(scope="module")
def styled_key(live_stack: Stack, browser: Browser) -> str:
    """Make a shop with tagged garments, whose shopper ada has a wardrobe; return its key."""
    return make_styled_shop(live_stack)
