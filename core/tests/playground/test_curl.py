"""The curl command for the page's query."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.tests.playground.browser_actions import (
    ask_for_everything,
    cards,
    picture,
    search,
    wait_for_results,
)
from demo.garments import Garment
from demo.stack import Stack


def run_command(page: Page, api_key: str, folder: Path) -> list[dict[str, Any]]:
    """Run the command that the page shows, and return its results."""
    command = page.locator("#curl").inner_text()
    assert api_key not in command
    ran = subprocess.run(
        ["bash", "-c", command.replace("curl ", "curl -sS ", 1)],
        env={**os.environ, "ATELIER_KEY": api_key},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(ran.stdout)["results"]
    return found


def places(results: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(image["id"], image["similarity"]) for image in results]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
@pytest.mark.parametrize(
    "prompt",
    ["red dress", "a sailor's shirt, `$HOME` \"quoted\" \\ it's", "Kleid für den Sommer – größer!"],
)
def test_the_curl_command_gets_the_same_answer(
    page: Page, api_key: str, tmp_path: Path, prompt: str
) -> None:
    ask_for_everything(page)
    page.locator("label.pill", has_text="red").click()
    expect(cards(page)).to_have_count(1)
    with page.expect_response("**/recommendations/") as answered:
        search(page, prompt)
    found = run_command(page, api_key, tmp_path)
    assert places(found) == places(answered.value.json()["results"])
    assert [image["colour"] for image in found] == ["red"]


def test_the_command_is_copied_with_a_click(page: Page, live_stack: Stack, api_key: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_stack.url)
    search(page, "a red dress")
    page.get_by_role("button", name="Copy the command").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#curl").inner_text()
    page.get_by_role("button", name="Copy with your key").click()
    page.wait_for_function(
        "navigator.clipboard.readText().then((text) => text.startsWith('export'))"
    )
    assert page.evaluate("navigator.clipboard.readText()") == f"export ATELIER_KEY='{api_key}'"


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed.")
def test_the_curl_command_sends_the_photo(page: Page, api_key: str, tmp_path: Path) -> None:
    photo = tmp_path / 'it\'s; a "shirt", 1.jpg'
    photo.write_bytes(picture(Garment(kind="shirt", colour="white", seed=9, sleeve="long")))
    search(page, "white; type=long")
    with page.expect_response("**/recommendations/") as answered:
        page.locator("#query-photo").set_input_files(photo)
    wait_for_results(page)
    assert "photo=@" in page.locator("#curl").inner_text()
    found = run_command(page, api_key, tmp_path)
    assert places(found) == places(answered.value.json()["results"])
