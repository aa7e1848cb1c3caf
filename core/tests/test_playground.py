"""The playground as a person meets it: in a real browser, against the real stack."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from catalog.garments import Garment, describe, draw_garment
from core.testing import Stack, upload, wait_for

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed.")
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect  # noqa: E402 - skipped without it

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("ATELIER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="No Chromium here: install one, or name it in ATELIER_CHROMIUM."
)

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PATIENCE_MS = 30_000
GARMENTS = [
    Garment(kind="dress", colour="red", seed=1, sleeve="short", cut="a-line", length="midi"),
    Garment(kind="dress", colour="blue", seed=2, sleeve="short", cut="a-line", length="midi"),
    Garment(kind="shirt", colour="white", seed=3, sleeve="long"),
    Garment(kind="bag", colour="brown", seed=4, cut="tote"),
]
# An outline on the focused element or, for a box or a card drawn over it, on what is drawn.
SHOWS_FOCUS = """() => {
    const focused = document.activeElement;
    const drawn = [focused, focused.nextElementSibling, focused.closest("label"),
        focused.closest(".card")?.querySelector(".tile")];
    return drawn.some((node) => node && getComputedStyle(node).outlineStyle !== "none");
}"""
# A name that a careless page would run.
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> coat"


def picture(garment: Garment) -> bytes:
    out = io.BytesIO()
    draw_garment(garment, height=400).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def api_key(live_stack: Stack) -> str:
    """A shop of its own, its few photos indexed."""
    key = live_stack.create_shop("Playground shop")
    with live_stack.client(key) as client:
        for garment in GARMENTS:
            listing = describe(garment)
            fields = {"name": listing.name, "colour": listing.colour, "price": str(listing.price)}
            upload(client, picture(garment), currency="EUR", availability="in_stock", **fields)
        upload(client, picture(Garment(kind="coat", colour="black", seed=5)), name=HOSTILE)
        wait_for(lambda: client.get("index/").json()["pending"] == 0, what="indexing")
    return key


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module; its event loop forbids Django's ORM while it lives."""
    with playwright.sync_playwright() as engine:
        # The sandbox needs a user who is not root.
        chromium = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_stack: Stack) -> Iterator[OpenPage]:
    """Open the playground with a key, as a tab of its own."""
    contexts = []

    def open_it(key: str, *, viewport: ViewportSize | None = None, **options: Any) -> Page:
        context = browser.new_context(viewport=viewport or DESKTOP, locale="en-GB", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if key:
            context.add_init_script(f"sessionStorage.setItem('atelier-key', {json.dumps(key)})")
        page = context.new_page()
        page.goto(live_stack.url)
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage, api_key: str) -> Page:
    """The playground on a desktop, with the shop's key."""
    return open_page(api_key)


def ask(page: Page, prompt: str) -> None:
    page.get_by_role("searchbox").fill(prompt)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name=f"“{prompt}”")).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    expect(page.locator("#results:not([aria-busy])")).to_be_attached(timeout=PATIENCE_MS)


def scroll_width(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def test_loads_without_errors_or_anything_that_the_policy_forbids(
    open_page: OpenPage, api_key: str
) -> None:
    page = open_page("")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.evaluate("key => sessionStorage.setItem('atelier-key', key)", api_key)
    page.reload(wait_until="networkidle")
    ask(page, "red dress")
    page.wait_for_load_state("networkidle")
    assert complaints == []


def test_asks_for_a_key_and_keeps_it_in_the_tab_only(open_page: OpenPage, api_key: str) -> None:
    page = open_page("")
    expect(page.get_by_text("Give a key to begin")).to_be_visible()
    page.get_by_label("Key", exact=True).fill(api_key)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#grid .card")).to_have_count(len(GARMENTS) + 1)
    assert page.evaluate("Object.values(localStorage).length + document.cookie.length") == 0
    assert api_key not in page.url + page.content()


def test_a_prompt_shows_pictures_with_scores(page: Page) -> None:
    ask(page, "red dress")
    cards = page.locator("#grid .card")
    expect(cards).to_have_count(len(GARMENTS) + 1)
    pictures = cards.get_by_role("img")
    pictures.last.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('#grid img')].every((image) => image.naturalWidth > 0)"
    )
    shown = [
        float(text.removeprefix("Score ")) for text in cards.locator(".score").all_inner_texts()
    ]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == len(GARMENTS) + 1
    expect(page.locator(".who")).to_contain_text(re.compile("words .*, photos ", re.IGNORECASE))
    expect(page.locator(".legend .total")).to_contain_text("ms at the server")


def test_facets_narrow_the_answer(page: Page) -> None:
    ask(page, "something to wear")
    page.locator("label.pill", has_text="blue").click()
    expect(page.locator("#grid .card")).to_have_count(1)
    expect(page.locator("#grid .card h3")).to_contain_text("Blue")
    page.get_by_role("button", name="Remove the filter blue").click()
    expect(page.locator("#grid .card")).to_have_count(len(GARMENTS) + 1)
    page.get_by_label("At most").fill("2")
    page.get_by_label("At most").press("Tab")
    expect(page.locator("#grid .card")).to_have_count(2)


def test_an_empty_answer_offers_a_way_on(page: Page) -> None:
    ask(page, "a dress")
    page.get_by_label("From", exact=True).fill("90000")
    page.get_by_label("From", exact=True).press("Tab")
    expect(page.get_by_role("heading", name="No good match")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator("#grid .card")).to_have_count(len(GARMENTS) + 1)


def test_prices_the_wrong_way_round_can_be_put_right(page: Page) -> None:
    page.get_by_label("From", exact=True).fill("80")
    page.get_by_label("to", exact=True).fill("20")
    page.get_by_role("searchbox").fill("a dress")
    page.keyboard.press("Enter")
    expect(page.get_by_label("to", exact=True)).to_be_focused()
    page.get_by_label("to", exact=True).fill("900")
    ask(page, "a dress")
    expect(page.locator("#chosen")).to_have_text("from 80up to 900")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
@pytest.mark.parametrize(
    "prompt",
    ["red dress", "a sailor's shirt, `$HOME` \"quoted\" \\ it's", "Kleid für den Sommer – größer!"],
)
def test_the_curl_shown_gets_the_same_answer(page: Page, api_key: str, prompt: str) -> None:
    page.locator("label.pill", has_text="red").click()
    with page.expect_response("**/recommendations/") as answered:
        ask(page, prompt)
    command = page.locator("#curl").inner_text()
    assert api_key not in command
    ran = subprocess.run(
        ["bash", "-c", command.replace("curl ", "curl -sS ", 1)],
        env={**os.environ, "ATELIER_KEY": api_key}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    by_curl, by_page = json.loads(ran.stdout), answered.value.json()
    assert by_curl["results"] == by_page["results"]
    assert [image["colour"] for image in by_curl["results"]] == ["red"]


def test_the_command_is_copied_with_a_click(page: Page, live_stack: Stack, api_key: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_stack.url)
    ask(page, "a red dress")
    page.get_by_role("button", name="Copy the command").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#curl").inner_text()
    page.get_by_role("button", name="Copy with your key").click()
    page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text.startsWith('export'))"
    )
    assert page.evaluate("navigator.clipboard.readText()") == f"export ATELIER_KEY='{api_key}'"


def test_says_what_is_wrong_with_an_unknown_key(open_page: OpenPage) -> None:
    page = open_page("atelier.unknown")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("key")
    alert.get_by_role("button", name="Change the key").click()
    expect(page.get_by_label("Key", exact=True)).to_be_focused()


def test_an_overloaded_server_is_asked_again_when_it_said_so(page: Page) -> None:
    problem = {
        "title": "Service Unavailable",
        "status": 503,
        "code": "overloaded",
        "detail": "Full.",
    }
    page.route(
        "**/recommendations/",
        lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, json=problem),
        times=1,
    )
    ask(page, "red dress")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Full.")
    expect(alert.get_by_role("button", name="Try again in 1 s")).to_be_disabled()
    alert.get_by_role("button", name="Try again", exact=True).click()
    expect(page.locator("#grid .score").first).to_be_visible()
    expect(alert).to_have_count(0)


def test_what_a_shop_writes_is_text(page: Page) -> None:
    ask(page, "coat")
    page.get_by_role("button", name=HOSTILE).click()
    expect(page.get_by_role("dialog").get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert page.title() == "Atelier playground"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone(open_page: OpenPage, api_key: str, scheme: str) -> None:
    page = open_page(api_key, viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=scheme)
    settle(page)
    assert scroll_width(page) == PHONE["width"]
    ask(page, "a-very-long-word-" * 20)
    assert scroll_width(page) == PHONE["width"]
    page.get_by_text("Filters", exact=True).click()
    page.locator("label.pill", has_text="red").click()
    page.get_by_role("button", name="Show the results").click()
    expect(page.locator("#grid .card")).to_have_count(1)
    assert scroll_width(page) == PHONE["width"]
    page.locator("#grid .card h3 button").click()
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_follows_the_systems_colour_scheme(
    open_page: OpenPage, api_key: str, scheme: str, *, is_dark: bool
) -> None:
    page = open_page(api_key, color_scheme=scheme)
    for part in (page.locator("search"), page.locator("#curl-panel")):
        assert (brightness(part) < 60) is is_dark


def brightness(part: Locator) -> int:
    """Return the commonest grey value of a part of the page as it is painted, 0 to 255."""
    with Image.open(io.BytesIO(part.screenshot())) as shot:
        histogram = shot.convert("L").histogram()
    return max(range(256), key=histogram.__getitem__)


def test_works_by_keyboard_alone(page: Page) -> None:
    settle(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    tab_to(page, "#prompt")
    page.keyboard.type("red dress")
    page.keyboard.press("Enter")
    expect(page.locator("#grid .score").first).to_be_visible()
    tab_to(page, "[name=colour][value=red]")
    page.keyboard.press("Space")
    expect(page.locator("#grid .card")).to_have_count(1)
    tab_to(page, "#grid .card h3 button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#grid .card h3 button")).to_be_focused()


def tab_to(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until this is focused; whatever is focused on the way must show it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


def test_a_question_is_kept_in_the_address(page: Page) -> None:
    ask(page, "red dress")
    page.locator("label.pill", has_text="red").click()
    expect(page.locator("#grid .card")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading", name="“red dress”")).to_be_visible()
    expect(page.locator("#grid .card")).to_have_count(1)
    page.goto(page.url.replace("#", "?"))
    expect(page.locator("#grid .card")).to_have_count(1)
    assert "?" not in page.url
    page.get_by_role("link", name="Atelier", exact=True).click()
    expect(page.get_by_role("heading", name="Newest in your shop")).to_be_visible()


def test_a_new_photo_is_followed_until_it_can_be_found(
    open_page: OpenPage, live_stack: Stack, tmp_path: Path
) -> None:
    page = open_page(live_stack.create_shop("Upload shop"))
    expect(page.get_by_text("This shop is empty")).to_be_visible()
    photo = tmp_path / "green-rain_coat.jpg"
    photo.write_bytes(picture(Garment(kind="coat", colour="green", seed=6)))
    drop(page, photo)
    expect(page.get_by_label("Name")).to_have_value("Green rain coat")
    page.get_by_role("button", name="Add photo").click()
    added = page.locator("#added li")
    expect(added).to_contain_text("ready to be found", timeout=60_000)
    added.get_by_role("button", name="Ask for it").click()
    expect(page.locator("#grid .card h3")).to_have_text(["Green rain coat"])
    expect(page.locator("#grid .score")).to_have_count(1)


def drop(page: Page, photo: Path) -> None:
    """Drop a file on the page, as a file manager does."""
    transfer = page.evaluate_handle(
        """([bytes, name]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "image/jpeg" }));
            return transfer;
        }""",
        [list(photo.read_bytes()), photo.name],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event("body", event, {"dataTransfer": transfer})


def test_a_refused_photo_says_why(page: Page) -> None:
    page.locator("#photo").set_input_files(
        {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    )
    page.get_by_label("Name").fill("Notes")
    page.get_by_role("button", name="Add photo").click()
    expect(page.locator("#added li .state")).to_contain_text(
        re.compile("photo|image", re.IGNORECASE)
    )
    expect(page.locator("#added li")).to_have_attribute("data-state", "failed")
