"""Photo quality with a real web server, and a worker in its own process."""

import io
import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image as Pillow

from core.tests.factories import make_photo as make_noise
from core.tests.live import upload, wait_for
from demo.stack import Stack
from quality.tests.factories import DARK, make_jpeg
from quality.tests.photos import make_photo

ENHANCE, COMPARE, REPORTS = "quality/enhance/", "quality/compare/", "quality/reports/"


@pytest.fixture(scope="module")
def client(live_stack: Stack) -> Iterator[httpx.Client]:
    with live_stack.client(live_stack.create_shop("Photos")) as client:
        yield client


@pytest.fixture
def fresh(live_stack: Stack) -> Iterator[httpx.Client]:
    """A client of a new shop."""
    with live_stack.client(live_stack.create_shop("Fresh photos")) as client:
        yield client


def ask(client: httpx.Client) -> list[dict]:
    """Return all images, in the order of an answer."""
    body = {"prompt": "red dress", "min_match": "none"}
    return client.post("recommendations/", json=body).json()["results"]


def make_garment_file(size: tuple[int, int], kind: str = "JPEG", **options: Any) -> bytes:
    """Return a garment's photo of exactly this size, stretched if needed."""
    image = Pillow.fromarray(make_photo()).resize(size, Pillow.Resampling.BILINEAR)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def cut_out(*, opacity: int = 255) -> bytes:
    """Return an oval of cloth on a transparent ground, as PNG."""
    rows, columns = np.ogrid[-1:1:400j, -1:1:300j]
    oval = np.where((rows**2 + columns**2) < 0.8, opacity, 0).astype(np.uint8)
    image = Pillow.open(io.BytesIO(make_noise("navy", size=(300, 400))))
    image.putalpha(Pillow.fromarray(oval))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def flat(colour: str) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (300, 400), colour).save(out, "JPEG")
    return out.getvalue()


def assess(client: httpx.Client, photo: bytes, **fields: str) -> httpx.Response:
    """Repeat a request until a worker is free."""
    answers: list[httpx.Response] = []

    def is_answered() -> bool:
        files = {"photo": ("photo", photo)}
        answers.append(client.post("quality/assess/", files=files, data=fields))
        return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

    wait_for(is_answered, what="a free worker")
    return answers[-1]


def finished(client: httpx.Client, path: str) -> dict[str, Any]:
    """Return a job when it is done or failed."""
    wait_for(lambda: client.get(path).json()["state"] != "pending", what=f"the end of {path}")
    payload: dict[str, Any] = client.get(path).json()
    return payload


def reported(client: httpx.Client, image: str) -> dict[str, Any]:
    """Return an image's report when it is of the current photo."""
    path = f"{REPORTS}{image}/"
    wait_for(lambda: client.get(path).json()["is_current"], what=f"the report of {image}")
    payload: dict[str, Any] = client.get(path).json()
    return payload


def enhanced(client: httpx.Client, image: str) -> dict[str, Any]:
    made = client.post(ENHANCE, json={"image": image})
    assert made.status_code in {201, 202}, made.text
    return finished(client, f"{ENHANCE}{made.json()['id']}/")


def read_events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the data of each event."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def stream_pair(client: httpx.Client) -> Any:
    files = [("photo", (str(n), make_jpeg(light=light))) for n, light in enumerate((DARK, 1.0))]
    headers = {"Accept": "text/event-stream"}
    return client.stream("POST", COMPARE, files=files, headers=headers)


@pytest.mark.parametrize(
    ("size", "options"),
    [((3000, 4000), {"quality": 90}), ((5000, 8000), {"quality": 60}), ((4000, 600), {})],
    ids=["12 MP", "40 MP", "panorama"],
)
def test_large_photo_is_measured(client, size, options):
    answer = assess(client, make_garment_file(size, **options))
    assert answer.status_code == 200, answer.text
    payload = answer.json()
    assert (payload["file"]["width"], payload["file"]["height"]) == size
    assert 0 < payload["score"] <= 100 and len(payload["rules"]) == 9


def test_transparent_photo_is_measured_on_the_garment(client):
    payload = assess(client, cut_out(), profile="amazon").json()
    assert payload["file"]["format"] == "PNG" and payload["subject"]["found"]
    rules = {rule["rule"]: rule["passed"] for rule in payload["rules"]}
    assert rules["white_background"] is True


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (lambda: make_noise(size=(63, 90)), 400, "photo_too_small"),
        (lambda: flat("red"), 400, "photo_blank"),
        (lambda: cut_out(opacity=0), 400, "photo_transparent"),
        (lambda: make_noise(size=(64, 900)), 400, "photo_too_narrow"),
        (lambda: make_garment_file((6400, 6400), quality=30), 413, "photo_too_large"),
        (lambda: b"This is a text, and no photo.", 400, "photo_unknown_format"),
    ],
    ids=["too small", "one colour", "transparent", "narrow", "over 40 MP", "text"],
)
def test_unmeasurable_photo_is_refused_with_the_reason(client, make, status, code):
    answer = assess(client, make())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_comparison_sends_progress_events(client):
    with stream_pair(client) as response:
        assert response.status_code == 201
        assert response.headers["Content-Type"] == "text/event-stream"
        events = list(read_events(response))
    *progress, (last, payload) = events
    assert {name for name, _ in progress} == {"progress"} and last == "done"
    shares = [data["progress"] for _, data in progress]
    assert shares == sorted(shares) and 0 <= shares[0] <= shares[-1] < 1
    assert payload["better"] == "second" and payload["enhancement"]["photo"] == "first"
    assert payload == client.get(f"{COMPARE}{payload['id']}/").json()
    photo = httpx.get(payload["enhancement"]["photo_url"])
    assert photo.headers["Content-Type"] == "image/jpeg"


def test_bad_request_for_events_is_a_problem_like_any_other(client):
    headers = {"Accept": "text/event-stream"}
    answer = client.post(COMPARE, json={"images": []}, headers=headers)
    assert answer.status_code == 400 and answer.json()["code"] == "validation_error"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_client_that_disconnects_from_a_stream_harms_nothing(client):
    for _ in range(5):
        with stream_pair(client) as response:
            next(read_events(response))
    left = client.get(COMPARE).json()["results"][:5]
    for row in left:
        assert finished(client, f"{COMPARE}{row['id']}/")["state"] == "done"
    with stream_pair(client) as response:
        assert list(read_events(response))[-1][0] == "done"


def test_comparison_can_be_followed_later(client):
    files = [("photo", ("a.jpg", make_jpeg())), ("photo", ("b.jpg", make_jpeg(light=DARK)))]
    made = client.post(COMPARE, files=files).json()
    path = f"{COMPARE}{made['id']}/"
    headers = {"Accept": "text/event-stream"}
    with client.stream("GET", f"{path}progress/", headers=headers) as response:
        assert response.status_code == 200
        assert list(read_events(response))[-1] == ("done", client.get(path).json())


def test_applied_enhancement_is_searchable_with_its_new_photo(fresh):
    image = upload(fresh, make_jpeg(light=DARK), name="Red dress", category="dress")["id"]
    wait_for(lambda: fresh.get(f"images/{image}/").json()["index_state"] == "indexed")
    before = fresh.get(f"images/{image}/").json()["photo_url"]
    payload = enhanced(fresh, image)
    assert (payload["state"], payload["standing"]) == ("done", "preview")
    applied = fresh.post(f"{ENHANCE}{payload['id']}/apply/")
    assert applied.status_code == 200 and applied.json()["standing"] == "applied"
    wait_for(lambda: fresh.get(f"images/{image}/").json()["index_state"] == "indexed")
    (result,) = ask(fresh)
    assert result["id"] == image and result["photo_url"] != before
    after = httpx.get(payload["after"]["photo_url"]).content
    assert httpx.get(result["photo_url"]).content == after
    report = reported(fresh, image)
    assert report["state"] == "done" and report["passed"] is True


def test_jobs_of_a_killed_worker_are_finished(live_stack, fresh):
    live_stack.supervisor.stop("worker")
    images = [upload(fresh, make_jpeg(light=DARK), name=f"thing {n}")["id"] for n in range(6)]
    batch = fresh.post("quality/batches/", json={"images": images, "apply": True}).json()["id"]
    live_stack.start("worker")

    def counts() -> dict[str, int]:
        counted: dict[str, int] = fresh.get(f"quality/batches/{batch}/").json()["counts"]
        return counted

    wait_for(lambda: counts()["pending"] < len(images), what="the first enhancement")
    os.kill(live_stack.supervisor.pid("worker"), signal.SIGKILL)
    assert counts()["pending"] > 0, "the worker was not killed in the middle"
    live_stack.supervisor.stop("worker")
    live_stack.start("worker")
    wait_for(lambda: counts()["applied"] == len(images), what="the batch")
    for image in images:
        report = reported(fresh, image)
        assert (report["state"], report["passed"]) == ("done", True)
    wait_for(lambda: fresh.get("index/").json()["indexed"] == len(images), what="indexing")


def test_gate_holds_a_bad_photo_until_it_is_fixed(fresh):
    assert fresh.patch("quality/policy/", json={"gate": "hold"}).status_code == 200
    bad = upload(fresh, make_jpeg(light=DARK), name="Dark dress")["id"]
    good = upload(fresh, make_jpeg(), name="Light dress")["id"]
    wait_for(lambda: fresh.get(f"images/{good}/").json()["index_state"] == "indexed")
    assert finished(fresh, f"{REPORTS}{bad}/")["outcome"] == "held"
    assert fresh.get("index/").json()["indexed"] == 1

    def found() -> set[str]:
        return {result["id"] for result in ask(fresh)}

    assert found() == {good}
    payload = enhanced(fresh, bad)
    assert fresh.post(f"{ENHANCE}{payload['id']}/apply/").status_code == 200
    wait_for(lambda: found() == {good, bad}, what="the mended photo in an answer")
    assert fresh.get(f"images/{bad}/").json()["status"] == "published"


def test_opened_gate_clears_everything(fresh):
    fresh.patch("quality/policy/", json={"gate": "hold"})
    bad = upload(fresh, flat("red"), name="Nothing to see")["id"]
    report = finished(fresh, f"{REPORTS}{bad}/")
    assert (report["state"], report["problem"]["code"]) == ("failed", "photo_blank")
    assert report["outcome"] == "held"
    fresh.patch("quality/policy/", json={"gate": "warn"})
    wait_for(lambda: fresh.get(f"images/{bad}/").json()["index_state"] == "indexed")
    assert fresh.get(f"images/{bad}/").json()["status"] == "published"
