"""Search with a photo, and with a region of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import (
    NUMBER_OF_IMAGES,
    ask_for_everything,
    cards,
    drop,
    picture,
    wait_for_results,
)
from demo.garments import Garment
from demo.stack import Stack


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "blue-dress.jpg"
    garment = Garment(
        kind="dress", colour="blue", seed=7, sleeve="short", cut="a-line", length="midi"
    )
    path.write_bytes(picture(garment))
    return path


SendBox = Callable[[Callable[[], object]], dict[str, float] | None]


@pytest.fixture
def box_sent(page: Page, live_stack: Stack, api_key: str) -> SendBox:
    """Return a function that runs an action and returns the region that the page sent."""

    def search(action: Callable[[], object]) -> dict[str, float] | None:
        with page.expect_response("**/recommendations/") as answered:
            action()
        wait_for_results(page)
        with live_stack.client(api_key) as client:
            asked = client.get(f"prompts/{answered.value.json()['id']}/").json()["query"]
        box: dict[str, float] | None = asked["photos"][0].get("box")
        return box

    return search


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the photo between two points, in fractions of its size."""
    stage = page.locator("#stage").bounding_box()
    assert stage
    points = [
        (stage["x"] + x * stage["width"], stage["y"] + y * stage["height"]) for x, y in (start, end)
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=4)
    page.mouse.up()


def test_a_dropped_photo_is_searched_with(page: Page, photo: Path) -> None:
    wait_for_results(page)
    ask_for_everything(page)
    drop(page, photo)
    expect(page.get_by_role("heading", name="Like the photo")).to_be_visible()
    wait_for_results(page)
    expect(cards(page)).to_have_count(NUMBER_OF_IMAGES)
    expect(cards(page).first).to_contain_text("Blue")
    expect(page.get_by_role("img", name="Photo of the query, blue-dress.jpg")).to_be_visible()
    page.get_by_role("button", name="Remove the photo").click()
    expect(page.get_by_role("heading", name="Newest in your shop")).to_be_visible()
    expect(page.locator("#region")).to_be_hidden()


def test_a_region_is_drawn_moved_and_cleared(page: Page, photo: Path, box_sent: SendBox) -> None:
    assert box_sent(lambda: page.locator("#query-photo").set_input_files(photo)) is None
    box = box_sent(lambda: draw(page, (0.2, 0.1), (0.6, 0.5)))
    assert box == pytest.approx({"x": 0.2, "y": 0.1, "width": 0.4, "height": 0.4}, abs=0.01)
    box = box_sent(lambda: draw(page, (0.4, 0.3), (0.9, 0.4)))
    assert box == pytest.approx({"x": 0.6, "y": 0.2, "width": 0.4, "height": 0.4}, abs=0.01)
    box = box_sent(lambda: draw(page, (0.99, 0.59), (0.89, 0.79)))
    assert box == pytest.approx({"x": 0.6, "y": 0.2, "width": 0.3, "height": 0.6}, abs=0.01)
    whole = page.get_by_role("button", name="Use the whole photo")
    assert box_sent(whole.click) is None
    expect(page.locator("#box")).to_be_hidden()


def test_a_region_is_set_by_keyboard_alone(page: Page, photo: Path, box_sent: SendBox) -> None:
    box_sent(lambda: page.locator("#query-photo").set_input_files(photo))
    page.get_by_text("Enter numbers").press("Enter")
    page.get_by_label("Left").fill("20")
    assert box_sent(lambda: page.keyboard.press("Tab")) == {
        "x": 0.2,
        "y": 0,
        "width": 0.8,
        "height": 1,
    }
    page.get_by_label("Width").fill("30")
    box_sent(lambda: page.keyboard.press("Tab"))
    page.get_by_role("group", name="Region of the photo").focus()
    assert box_sent(lambda: page.keyboard.press("ArrowRight")) == {
        "x": 0.22,
        "y": 0,
        "width": 0.3,
        "height": 1,
    }
    assert box_sent(lambda: page.keyboard.press("Shift+ArrowUp")) == {
        "x": 0.22,
        "y": 0,
        "width": 0.3,
        "height": 0.98,
    }
    assert box_sent(lambda: page.keyboard.press("Delete")) is None


def test_a_file_that_is_not_a_photo_shows_an_error(page: Page) -> None:
    page.locator("#query-photo").set_input_files(
        {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    )
    expect(page.get_by_role("alert")).to_contain_text("JPEG")
