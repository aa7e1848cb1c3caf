"""Wardrobes in a live stack: a web server, and a worker in its own process."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image as Pillow

from core.tests.live import upload, wait_for
from demo.stack import Stack
from stylist.tests.factories import make_jpeg, wardrobe_url

WARDROBE = wardrobe_url().removeprefix("/api/v1/")
OUTFITS = "shoppers/ada/outfits/"
LOOK = (("t-shirt", "white"), ("jeans", "navy"), ("sneakers", "white"))


@pytest.fixture
def client(live_stack: Stack) -> Iterator[httpx.Client]:
    """A client of a new, empty shop."""
    with live_stack.client(live_stack.create_shop("Wardrobes")) as client:
        yield client


def add(client: httpx.Client, *photos: bytes) -> list[str]:
    files = [("photo", (f"{n}.jpg", photo)) for n, photo in enumerate(photos)]
    answer = client.post(WARDROBE, files=files)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return [item["id"] for item in answer.json()]


def items(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in client.get(WARDROBE).json()["results"]}


def states(client: httpx.Client) -> list[str]:
    return [item["state"] for item in items(client).values()]


def files_of(folder: Path) -> list[Path]:
    """Return all files of a shop."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_photos_become_an_outfit_with_a_picture(client, live_stack):
    ids = add(client, *(make_jpeg(*garment) for garment in LOOK))
    wait_for(lambda: set(states(client)) == {"done"}, what="the tags")
    slots = [items(client)[pk]["slot"] for pk in ids]
    assert slots == ["top", "bottom", "shoes"]
    (outfit,) = client.post(OUTFITS, json={"season": "summer"}).json()["outfits"]
    assert {piece["id"] for piece in outfit["pieces"]} == set(ids)
    picture = httpx.get(outfit["picture_url"])
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
    assert Pillow.open(io.BytesIO(picture.content)).size == (800, 1000)
    photo = httpx.URL(outfit["pieces"][0]["photo_url"]).path.removeprefix("/media/")
    folder = (live_stack.folder / "media" / photo).parents[1]
    assert len(files_of(folder)) == 7, "three photos, three cutouts and a picture"
    assert client.delete("shoppers/ada/").status_code == httpx.codes.NO_CONTENT
    wait_for(lambda: not files_of(folder), what="the end of her photos")
    assert httpx.get(outfit["picture_url"]).status_code == httpx.codes.NOT_FOUND


def test_images_of_the_catalogue_are_tagged_and_get_outfits(client):
    ids = [upload(client, make_jpeg(*garment), name="thing")["id"] for garment in LOOK]
    look = f"images/{ids[0]}/outfits/"

    def is_dressed() -> bool:
        answer = client.post(look, json={})
        return answer.is_success and bool(answer.json()["outfits"])

    wait_for(is_dressed, what="a look")
    (outfit,) = client.post(look, json={}).json()["outfits"]
    assert {piece["id"] for piece in outfit["pieces"]} == set(ids)


def test_a_killed_worker_finishes_tagging_after_a_restart(live_stack, client):
    live_stack.supervisor.stop("worker")
    ids = add(client, *[make_jpeg("dress", "red")] * 20)
    live_stack.start("worker")
    wait_for(lambda: "done" in states(client), what="the first garment")
    os.kill(live_stack.supervisor.pid("worker"), signal.SIGKILL)
    assert "pending" in states(client), "the worker was not killed in the middle"
    live_stack.supervisor.stop("worker")
    live_stack.start("worker")
    wait_for(lambda: set(states(client)) == {"done"}, what="all of them")
    assert set(items(client)) == set(ids)
    assert {item["slot"] for item in items(client).values()} == {"one_piece"}
