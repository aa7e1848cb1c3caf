"""The main job with all real processes: HTTP, a worker and Chroma."""

import io
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
import redis
from uuid_utils.compat import uuid4

from core.tests.live import upload, wait_for
from demo.garments import Garment, describe, draw_garment
from demo.stack import Stack

GARMENTS = {
    "red dress": Garment(kind="dress", colour="red", seed=1, sleeve="short", cut="a-line"),
    "blue dress": Garment(kind="dress", colour="blue", seed=2, sleeve="short", cut="a-line"),
    "red t-shirt": Garment(kind="t-shirt", colour="red", seed=3, sleeve="short"),
    "black trousers": Garment(kind="trousers", colour="black", seed=4, cut="chino"),
    "white shirt": Garment(kind="shirt", colour="white", seed=5, sleeve="long"),
    "green hoodie": Garment(kind="hoodie", colour="green", seed=6, sleeve="long", cut="pullover"),
}


# Like the red dress, and not so much that answers leave it out as the same photo.
OTHER_RED_DRESS = Garment(kind="dress", colour="red", seed=7, sleeve="long", cut="a-line")


def photo_of(garment: Garment) -> bytes:
    out = io.BytesIO()
    draw_garment(garment, height=512).save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture(scope="module")
def client(live_stack: Stack) -> Iterator[httpx.Client]:
    with live_stack.client(live_stack.create_shop("Garments")) as client:
        yield client


@pytest.fixture(scope="module")
def images(client) -> dict[str, str]:
    """Upload the garments, wait until they are indexed, and return their ids by description."""
    ids = {}
    for what, garment in GARMENTS.items():
        listing = describe(garment)
        fields = {"name": listing.name, "category": garment.kind, "colour": listing.colour}
        fields |= {"price": str(listing.price), "currency": listing.currency}
        ids[what] = upload(client, photo_of(garment), **fields)["id"]
    wait_for(lambda: client.get("index/").json()["indexed"] == len(ids), what="indexing")
    wait_for(lambda: client.get("index/").json()["is_complete"], what="a whole index")
    return ids


def ask(client: httpx.Client, prompt: str, **options) -> dict:
    response = client.post("recommendations/", json={"prompt": prompt, **options})
    assert response.status_code == 201, response.text
    return response.json()


def ids_of(answer: dict) -> list[str]:
    return [result["id"] for result in answer["results"]]


@pytest.mark.parametrize("what", GARMENTS)
def test_the_right_garment_comes_first(client, images, what):
    assert ids_of(ask(client, what))[0] == images[what]


def test_ranks_by_colour_and_by_kind(client, images):
    order = ids_of(ask(client, "red dress", min_match="none"))
    assert order[0] == images["red dress"]
    assert order.index(images["blue dress"]) < order.index(images["black trousers"])
    assert order.index(images["red t-shirt"]) < order.index(images["black trousers"])


def test_result_has_the_public_fields_and_a_score(client, images):
    answer = ask(client, "red dress", number_of_images=1)
    (result,) = answer["results"]
    assert result["category"] == "dress" and result["colour"] == "red"
    assert -1 <= result["similarity"] <= 1 and result["match"] in {"strong", "weak", "none"}
    assert httpx.get(result["photo_url"]).headers["Content-Type"] == "image/jpeg"
    assert set(answer["timings_ms"]) == {"encode", "search", "rank", "total"}
    assert not {"status", "index_state", "version"} & set(result)


def test_a_repeated_prompt_is_answered_from_the_cached_vector(client, images, live_stack):
    prompt = f"red dress {uuid4().hex[:6]}"
    first = ask(client, prompt)
    queue = redis.Redis.from_url(live_stack.addresses.redis_url, db=1)
    assert list(queue.scan_iter("atelier:prompt:*")) == []
    second = ask(client, f"  {prompt} ")
    assert (first["answered_by"][0], second["answered_by"][0]) == ("encoder", "cache")
    assert ids_of(first) == ids_of(second)


def test_facets_filter_the_answer(client, images):
    filtered = partial(ask, client, "red dress", min_match="none")
    answer = filtered(filters={"category": ["shirt", "hoodie"]})
    assert set(ids_of(answer)) == {images["white shirt"], images["green hoodie"]}
    answer = filtered(filters={"colour": ["RED"], "category": ["t-shirt"]})
    assert ids_of(answer) == [images["red t-shirt"]]
    assert ids_of(filtered(filters={"price_min": "100000"})) == []


def test_minimum_match_leaves_out_weaker_matches(client, images):
    wait_for(
        lambda: ask(client, "red dress")["results"][-1]["match"] is not None, what="calibration"
    )
    everything = ask(client, "red dress", min_match="none")
    strong = ask(client, "red dress", min_match="strong")
    expected = [result["id"] for result in everything["results"] if result["match"] == "strong"]
    assert ids_of(strong) == expected != ids_of(everything)


def test_an_answer_is_listed_with_its_attribution_id(client, images):
    answer = ask(client, "red dress", number_of_images=2, filters={"colour": ["red"]})
    prompt = client.get(f"prompts/{answer['id']}/").json()
    assert prompt["prompt"] == "red dress" and prompt["filters"] == {"colour": ["red"]}
    assert [result["id"] for result in prompt["results"]] == ids_of(answer)
    assert client.get("prompts/").json()["results"][0]["id"] == answer["id"]


def test_another_shop_finds_nothing_of_it(client, images, live_stack):
    with live_stack.client(live_stack.create_shop("Rival")) as rival:
        assert ask(rival, "red dress")["results"] == []
        assert rival.get(f"images/{images['red dress']}/").status_code == 404


def test_deleted_image_is_in_no_later_answer(client, images):
    extra = upload(client, photo_of(OTHER_RED_DRESS), name="Red dress again")["id"]
    wait_for(lambda: extra in ids_of(ask(client, "red dress")), what="the new dress")
    assert client.delete(f"images/{extra}/").status_code == 204
    assert extra not in ids_of(ask(client, "red dress"))
    assert client.get(f"images/{extra}/").status_code == 404
    wait_for(lambda: client.get("index/").json()["removing"] == 0, what="removal")
    wait_for(
        lambda: client.get("index/drift/").json() == {"missing": [], "extra": []}, what="no drift"
    )


def test_draft_is_in_no_answer(client, images):
    draft = upload(client, photo_of(OTHER_RED_DRESS), name="Draft", status="draft")["id"]
    wait_for(
        lambda: client.get(f"images/{draft}/").json()["index_state"] == "indexed", what="indexing"
    )
    assert draft not in ids_of(ask(client, "red dress"))
    client.delete(f"images/{draft}/")


def test_without_a_worker_new_prompts_get_503_and_cached_ones_an_answer(client, images, live_stack):
    ask(client, "green hoodie")
    live_stack.supervisor.stop("worker")
    try:
        refused = client.post("recommendations/", json={"prompt": f"hoodie {uuid4()}"})
        assert refused.status_code == 503 and refused.headers["Retry-After"]
        assert refused.json()["code"] == "encoder_busy"
        assert ids_of(ask(client, "green hoodie"))[0] == images["green hoodie"]
    finally:
        live_stack.start("worker")
