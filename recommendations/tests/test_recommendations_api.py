"""Requests for recommendations, and the stored prompts."""

from typing import Any

import numpy as np
import pytest

from catalog.indexing.indexes import get_live_index
from catalog.indexing.results import record_garment_vectors
from catalog.models import IndexEntry
from catalog.tests.factories import make_image
from core.jobs import rpc
from core.tenancy import all_shops, shop_scope
from recommendations.models import Prompt
from recommendations.query import make_cache_key, pack_text
from tenants.models import Shop

ASK = "/api/v1/recommendations/"
PROMPTS = "/api/v1/prompts/"
TEXT = "red dress"
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"


def make_vector(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def cache_prompt(shop: Shop, text: str = TEXT) -> None:
    """Put a prompt's vector into the cache."""
    with shop_scope(shop.pk):
        index = get_live_index(shop.pk)
    rpc.connection().set(make_cache_key(index, pack_text(text)), make_vector(1, 0).tobytes(), ex=60)


def make_indexed(shop: Shop, similarity: float, **fields: Any):
    """Return an image with this similarity to the cached prompt."""
    image = make_image(shop, **fields)
    embedding = make_vector(similarity, (1 - similarity**2) ** 0.5).astype(np.float16)
    with shop_scope(shop.pk):
        IndexEntry.objects.filter(image=image).update(
            state="indexed", embedding=embedding.tobytes()
        )
    return image


def ask(client, prompt: Any = TEXT, **fields: Any):
    return client.post(ASK, {"prompt": prompt, **fields})


def count_prompts() -> int:
    with all_shops():
        return int(Prompt.objects.count())


@pytest.fixture
def asked(shop):
    """Return the shop with three indexed images and a cached prompt."""
    cache_prompt(shop.shop)
    for name, similarity in (("far", 0.1), ("near", 0.9), ("middling", 0.5)):
        make_indexed(shop.shop, similarity, name=name)
    return shop


# --- Invalid --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n\t "}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": "x" * 1_001}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"prompt": ["red", "dress"]}, "prompt"),
        ({"prompt": {"text": "red"}}, "prompt"),
        ({"prompt": True}, "prompt"),
        ({"number_of_images": 0}, "number_of_images"),
        ({"number_of_images": -1}, "number_of_images"),
        ({"number_of_images": 101}, "number_of_images"),
        ({"number_of_images": "x"}, "number_of_images"),
        ({"number_of_images": None}, "number_of_images"),
        ({"number_of_images": 1.5}, "number_of_images"),
        ({"number_of_images": 10**30}, "number_of_images"),
        ({"number_of_images": "9" * 2_000}, "number_of_images"),
        ({"min_match": "perfect"}, "min_match"),
        ({"min_match": None}, "min_match"),
        ({"min_match": ["weak"]}, "min_match"),
        ({"filters": []}, "filters"),
        ({"filters": "category"}, "filters"),
        ({"filters": None}, "filters"),
        ({"filters": {"category": ["spaceship"]}}, "filters"),
        ({"filters": {"category": [UNKNOWN_ID]}}, "filters"),
        ({"filters": {"category": [7]}}, "filters"),
        ({"filters": {"category": {"id": 1}}}, "filters"),
        ({"filters": {"category": ["dress\0"]}}, "filters"),
        ({"filters": {"styles": ["unheard-of"]}}, "filters"),
        ({"filters": {"age_group": ["immortal"]}}, "filters"),
        ({"filters": {"availability": ["maybe"]}}, "filters"),
        ({"filters": {"colour": "red"}}, "filters"),
        ({"filters": {"colour": ["x" * 61]}}, "filters"),
        ({"filters": {"brand": ["a\0b"]}}, "filters"),
        ({"filters": {"price_min": "-1"}}, "filters"),
        ({"filters": {"price_max": "NaN"}}, "filters"),
        ({"filters": {"price_max": "cheap"}}, "filters"),
        ({"filters": {"colour": ["red"] * 101}}, "filters"),
        ({"filters": {"category": ["dress"] * 101}}, "filters"),
    ],
)
def test_refuses_and_names_the_field(shop, fields, field):
    cache_prompt(shop.shop)
    response = shop.client.post(ASK, {"prompt": TEXT, **fields})
    assert response.status_code == 400, response.content
    assert response.json()["code"] == "validation_error"
    assert list(response.json()["errors"]) == [field]
    assert count_prompts() == 0


@pytest.mark.parametrize("name", ["no_such_filter", "a\0"])
def test_refuses_unknown_filters(shop, name):
    response = shop.client.post(ASK, {"prompt": TEXT, "filters": {name: ["x\0"]}})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_field")
    assert list(response.json()["errors"]) == [f"filters.{name}"]


def test_refuses_a_request_without_a_prompt(shop):
    response = shop.client.post(ASK, {})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["prompt"]


def test_refuses_a_rivals_facets(shop, rival):
    theirs = rival.client.post("/api/v1/styles/", {"name": "Secret"}).json()
    for reference in (theirs["id"], "Secret"):
        response = ask(shop.client, filters={"styles": [reference]})
        assert response.status_code == 400


def test_refuses_a_form_without_files(shop):
    kind = "application/x-www-form-urlencoded"
    response = shop.client.post(ASK, b"prompt=red+dress", content_type=kind)
    assert response.status_code == 415
    assert response.json()["code"] == "unsupported_media_type"


# --- Valid ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["near", "middling", "far"]),
        ({"number_of_images": 1}, ["near"]),
        ({"number_of_images": "2"}, ["near", "middling"]),
        ({"number_of_images": 100}, ["near", "middling", "far"]),
        ({"min_match": "none"}, ["near", "middling", "far"]),
        ({"filters": {}}, ["near", "middling", "far"]),
        ({"filters": {"category": []}}, ["near", "middling", "far"]),
        ({"filters": {"colour": ["blue"]}}, []),
    ],
)
def test_nearest_images_come_first(asked, fields, expected):
    response = ask(asked.client, **fields)
    assert response.status_code == 201, response.content
    assert [result["name"] for result in response.json()["results"]] == expected


def test_answer_names_its_sources_and_timings(asked):
    body = ask(asked.client).json()
    assert set(body) == {
        "id",
        "understood",
        "results",
        "alternatives",
        "answered_by",
        "next",
        "facets",
        "related_searches",
        "timings_ms",
    }
    assert body["answered_by"] == ["cache", "exact"]
    assert {"total", "encode", "search"} <= set(body["timings_ms"])
    result = body["results"][0]
    assert result["similarity"] == pytest.approx(0.9, abs=0.01)
    assert result["match"] is None
    assert result["photo_url"].startswith("http")
    assert not {"status", "index_state", "version", "original"} & set(result)


@pytest.mark.parametrize("prompt", ["  red   dress ", "red\ndress", "red\u00a0dress"])
def test_white_space_does_not_change_a_prompt(asked, prompt):
    assert ask(asked.client, prompt).json()["answered_by"][0] == "cache"


@pytest.mark.parametrize("prompt", ["x" * 1_000, "Kleid für Mädchen 👗", "'; DROP TABLE", 2024])
def test_any_text_can_be_a_prompt(shop, settings, prompt):
    settings.ENCODE_DEADLINE_SECONDS = 0.05
    response = ask(shop.client, prompt)
    assert response.status_code == 503
    assert response.json()["code"] == "encoder_busy"
    assert int(response["Retry-After"]) > 0


def test_unanswered_prompt_is_not_listed(shop, settings):
    settings.ENCODE_DEADLINE_SECONDS = 0.05
    ask(shop.client)
    assert count_prompts() == 0


def test_cached_vectors_are_not_shared_between_shops(asked, rival, settings):
    settings.ENCODE_DEADLINE_SECONDS = 0.05
    assert ask(asked.client).status_code == 201
    assert ask(rival.client).status_code == 503


def test_deleted_draft_and_foreign_images_are_in_no_answer(asked, rival):
    make_indexed(rival.shop, 0.99, name="theirs")
    make_indexed(asked.shop, 0.98, name="draft", status="draft")
    gone = make_indexed(asked.shop, 0.97, name="gone")
    asked.client.delete(f"/api/v1/images/{gone.pk}/")
    found = [result["name"] for result in ask(asked.client).json()["results"]]
    assert found == ["near", "middling", "far"]


# --- Prompts --------------------------------------------------------------------------


def test_prompts_are_listed_newest_first_with_their_answers(asked):
    first = ask(asked.client, number_of_images=2).json()
    second = ask(asked.client, filters={"colour": ["Red"]}, min_match="weak").json()
    page = asked.client.get(PROMPTS).json()
    assert set(page) == {"next", "previous", "results"}
    assert [prompt["id"] for prompt in page["results"]] == [second["id"], first["id"]]
    assert page["results"][0]["filters"] == {"colour": ["Red"]}
    oldest = page["results"][1]
    assert (oldest["prompt"], oldest["number_of_images"]) == (TEXT, 2)
    assert [result["id"] for result in oldest["results"]] == [r["id"] for r in first["results"]]
    assert oldest["answered_by"] == first["answered_by"]
    assert oldest["timings_ms"] == first["timings_ms"]


def test_answers_id_leads_to_its_prompt(asked):
    answer = ask(asked.client).json()
    assert asked.client.get(f"{PROMPTS}{answer['id']}/").json()["id"] == answer["id"]


def test_prompts_come_in_pages(asked):
    for _ in range(3):
        ask(asked.client)
    page = asked.client.get(PROMPTS, {"page_size": 2}).json()
    rest = asked.client.get(page["next"]).json()
    assert (len(page["results"]), len(rest["results"]), rest["next"]) == (2, 1, None)


def test_prompts_of_a_rival_are_not_found(asked, rival):
    theirs = ask(asked.client).json()
    assert rival.client.get(PROMPTS).json()["results"] == []
    assert rival.client.get(f"{PROMPTS}{theirs['id']}/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_prompts_cannot_be_written(asked, method):
    answer = ask(asked.client).json()
    for address in (PROMPTS, f"{PROMPTS}{answer['id']}/"):
        assert getattr(asked.client, method)(address, {"prompt": "x"}).status_code == 405


def test_same_idempotency_key_makes_one_prompt(asked):
    headers = {"Idempotency-Key": "k"}
    answers = [asked.client.post(ASK, {"prompt": TEXT}, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert count_prompts() == 1


def test_images_that_wait_to_be_indexed_are_found_by_words(shop):
    cache_prompt(shop.shop)
    waiting = make_image(shop.shop, name="A red dress")
    (result,) = ask(shop.client).json()["results"]
    assert (result["id"], result["similarity"]) == (str(waiting.pk), 0)


def test_a_worn_garment_is_found_and_judged_by_its_own_vector(asked):
    """The prompt "shorts" finds the shorts under the shirt, and the answer says which they are."""
    worn = make_indexed(asked.shop, 0.2, name="worn")
    with shop_scope(asked.shop.pk):
        index = get_live_index(asked.shop.pk)
        record_garment_vectors(
            image_id=worn.pk,
            image_version=worn.version,
            encoder=index.encoder,
            revision=index.revision,
            vectors=np.stack([make_vector(0.1, 1), make_vector(1, 0)]),
        )
    first, second, *_ = ask(asked.client).json()["results"]
    assert (first["name"], first["garment"], first["similarity"]) == ("worn", 1, 1.0)
    assert (second["name"], second["garment"]) == ("near", None)
