"""The analytics page: figures, charts, tables and CSV files."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from core.tests.playground.browser_actions import DESKTOP, PHONE, OpenPage, scroll_width, violations
from demo.stack import Stack

ROLL_UP = (
    "from recommendations.analytics.rollup import roll_up; from django.utils import timezone; "
    + ("roll_up(up_to=timezone.now())")
)
PROMPTS = ["red dress", "red dress", "a white shirt"]


@pytest.fixture(scope="module")
def active_key(live_stack: Stack, api_key: str) -> str:
    """Make a shop with three searches and one click, all counted; return its key."""
    with live_stack.client(api_key) as client:
        answers = [
            client.post("recommendations/", json={"prompt": prompt, "min_match": "none"}).json()
            for prompt in PROMPTS
        ]
        click = {"event_id": "1", "kind": "click", "image": answers[0]["results"][0]["id"]}
        client.post("events/", json={**click, "recommendation": answers[0]["id"]})
    live_stack.manage("shell", "-c", ROLL_UP)
    return api_key


@pytest.fixture
def page(open_page: OpenPage, active_key: str) -> Page:
    page = open_page(active_key, path="/analytics/")
    expect(page.locator("#totals")).to_be_visible()
    return page


def figure(page: Page, name: str) -> str:
    return page.locator(f"#totals dt:text-is('{name}') + dd b").inner_text()


def test_shows_the_figures_of_the_period(page: Page) -> None:
    assert figure(page, "Searches") == "3"
    assert figure(page, "Click-through") == "33.3%"
    assert figure(page, "Add to cart") == "0%"
    assert figure(page, "Coverage") == "100%"
    expect(page.get_by_text("Figures are up to a minute old")).to_be_visible()


def test_every_chart_is_drawn_and_has_a_summary(page: Page) -> None:
    charts = page.locator("#charts canvas")
    expect(charts).to_have_count(4)
    expect(charts.first).to_have_attribute("aria-label", re.compile("Searches: at most 3, on"))
    painted = charts.evaluate_all(
        "all => all.map((one) => one.getContext('2d').getImageData(0, 0, one.width, one.height)"
        ".data.some((value) => value > 0))"
    )
    assert painted == [True] * 4


def test_prompts_link_to_the_search(page: Page) -> None:
    rows = page.locator("#top-prompts tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_have_text("red dress20%50%")
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="“red dress”")).to_be_visible()
    page.get_by_role("link", name="Analytics").click()
    expect(page.get_by_role("heading", name="Analytics")).to_be_visible()


def test_what_shoppers_want_and_the_shop_lacks_is_listed(page: Page) -> None:
    rows = page.locator("#buying-list tbody tr")
    expect(rows).to_have_text(["No rows in this period."])
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of what shoppers want").click()
    assert download.value.suggested_filename.startswith("buying-list-")


def test_csv_files_have_the_rows_of_the_period(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of the most frequent searches").click()
    assert download.value.suggested_filename.startswith("prompts-")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert [(row["prompt"], row["asked"]) for row in rows] == [
        ("red dress", "2"),
        ("a white shirt", "1"),
    ]


def test_the_period_is_stored_in_the_address(page: Page) -> None:
    with page.expect_response("**/analytics/?*") as answered:
        page.locator(".segments label", has_text="7 days").click()
    assert len(answered.value.json()["results"]) == 7
    page.locator(".segments label", has_text="Own dates").click()
    page.get_by_label("to", exact=True).fill("2026-01-31")
    page.get_by_label("From", exact=True).fill("2026-01-01")
    expect(page.get_by_text("No activity in this period")).to_be_visible()
    expect(page.locator("#figures")).to_be_hidden()
    page.reload()
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-01-01")
    expect(page.get_by_text("No activity in this period")).to_be_visible()


def test_a_new_shop_sees_what_to_do(open_page: OpenPage, live_stack: Stack) -> None:
    page = open_page(live_stack.create_shop("Quiet shop"), path="/analytics/")
    expect(page.get_by_text("Search on the search page")).to_be_visible()


def test_an_unknown_key_shows_an_error(open_page: OpenPage) -> None:
    page = open_page("atelier.unknown", path="/analytics/")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("key")
    expect(alert.get_by_role("button", name="Change the key")).to_be_visible()


def test_a_rule_is_tried_on_the_last_prompts(page: Page) -> None:
    section = page.get_by_role("region", name="Try a rule on your last prompts")
    section.get_by_label("Images of the").select_option("colour")
    section.get_by_label("named").fill("red")
    section.get_by_role("combobox", name="are", exact=True).select_option("hide")
    section.get_by_role("button", name="Try it").click()
    state = page.locator("#replay-state")
    expect(state).to_have_text(re.compile(r"^“hidden red”: done, (\d) of \1 prompts\.$"))
    count = int(re.findall(r"\d", state.inner_text())[0])
    rows = page.locator("#most-changed tbody tr")
    expect(rows).to_have_count(2)
    first = rows.filter(has_text="red dress").locator("td")
    expect(first.nth(0).locator("li").first).to_contain_text("Red")
    expect(first.nth(1)).not_to_contain_text("Red")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of all prompts of the replay").click()
    rows_of_csv = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert len(rows_of_csv) == count >= len(PROMPTS)
    # It is still there, and nothing went live.
    page.reload()
    expect(page.locator("#replay-state")).to_contain_text("done")
    page.get_by_label("named").fill("spaceship")
    page.get_by_label("Images of the").select_option("category")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#replay-notice").get_by_role("alert")).to_contain_text("spaceship")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_the_screen_without_violations_or_console_errors(
    open_page: OpenPage, active_key: str, scheme: Any, viewport: ViewportSize
) -> None:
    console_errors: list[str] = []
    page = open_page("", viewport=viewport, color_scheme=scheme)
    page.on("console", lambda message: console_errors.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.evaluate(f"sessionStorage.setItem('atelier-key', {json.dumps(active_key)})")
    page.goto(page.url + "analytics/", wait_until="networkidle")
    expect(page.locator("#totals")).to_be_visible()
    page.locator("#by-day summary").click()
    assert scroll_width(page) == viewport["width"]
    assert violations(page) == []
    assert console_errors == []
