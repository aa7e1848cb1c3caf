"""Queries with terms, images, photos and words, and invalid queries."""

import json

import numpy as np
import pytest
from django.core.files.base import ContentFile

from catalog.indexing.indexes import get_live_index
from catalog.models import Category, IndexEntry
from catalog.tests.factories import make_image
from core.jobs import rpc
from core.tenancy import all_shops, shop_scope
from core.tests.factories import make_photo
from recommendations.models import Prompt, Rule
from recommendations.query import make_cache_key, pack_text
from recommendations.tests.test_recommendations_api import make_vector

ASK = "/api/v1/recommendations/"
AXES = {"red": (1, 0, 0), "blue": (0, 1, 0), "buttons": (0, 0, 1)}
STRIPED = {"pattern": "striped"}
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"


def cache_prompt(shop, text: str, *axes: float) -> None:
    with shop_scope(shop.pk):
        index = get_live_index(shop.pk)
    key = make_cache_key(index, pack_text(text))
    rpc.connection().set(key, make_vector(*axes).tobytes(), ex=60)


def make_image_at(shop, *axes: float, **fields):
    """Return an image with this embedding."""
    image = make_image(shop, **fields)
    embedding = make_vector(*axes).astype(np.float16).tobytes()
    with shop_scope(shop.pk):
        IndexEntry.objects.filter(image=image).update(state="indexed", embedding=embedding)
    return image


@pytest.fixture
def stocked(shop):
    """Return a shop with a red image, a blue one and a red one with buttons, and cached words."""
    for word, axes in AXES.items():
        cache_prompt(shop.shop, word, *axes)
    shop.red = make_image_at(
        shop.shop, 1, 0, 0, name="Plain one", sku="SKU-4711", attributes=STRIPED
    )
    shop.blue = make_image_at(shop.shop, 0, 1, 0, name="Other one", brand="Zorblatt")
    shop.buttoned = make_image_at(shop.shop, 1, 0, 0.8, name="Third one", attributes=STRIPED)
    return shop


def ask(client, **query):
    response = client.post(ASK, {"diversity": 0, **query}, "json")
    assert response.status_code == 201, response.json()
    return response.json()


def names(answer) -> list[str]:
    return [result["name"] for result in answer["results"]]


def refused(client, **query):
    response = client.post(ASK, query, "json")
    assert response.status_code == 400
    return response.json()


def test_negative_terms_lower_similar_images(stocked):
    terms = [{"text": "red", "weight": 1}, {"text": "buttons", "weight": -0.4}]
    assert names(ask(stocked.client, terms=terms))[0] == "Plain one"
    terms[1]["weight"] = 0.9
    assert names(ask(stocked.client, terms=terms))[0] == "Third one"


def test_images_of_the_query_attract_or_repel_and_are_not_in_the_answer(stocked):
    like = {"id": str(stocked.red.pk), "weight": 1}
    assert names(ask(stocked.client, images=[like])) == ["Third one", "Other one"]
    unlike = {"id": str(stocked.buttoned.pk), "weight": -1}
    answer = ask(stocked.client, images=[{"id": str(stocked.blue.pk)}, unlike])
    assert names(answer) == ["Plain one"]
    assert answer["answered_by"] == ["exact"]


def test_query_can_mix_texts_and_images(stocked):
    like = {"id": str(stocked.red.pk), "weight": 1}
    answer = ask(stocked.client, images=[like], terms=[{"text": "blue", "weight": 3}])
    assert names(answer)[0] == "Other one"


def test_skus_and_brands_are_found_by_words(stocked):
    for words in ("SKU-4711", "4711"):
        cache_prompt(stocked.shop, words, 0, 1, 0)
        answer = ask(stocked.client, prompt=words)
        assert "Plain one" in names(answer)[:2]
        found = next(result for result in answer["results"] if result["name"] == "Plain one")
        assert found["match"] == "strong"
    cache_prompt(stocked.shop, "something by zorblatt", 1, 0, 0)
    with shop_scope(stocked.shop.pk):
        stocked.client.put("/api/v1/ranking/", {"text": 1.0}, "json")
    assert names(ask(stocked.client, prompt="something by zorblatt"))[0] == "Other one"


def test_similar_images_answer_like_a_recommendation(stocked):
    answer = stocked.client.get(f"/api/v1/images/{stocked.red.pk}/similar/?number_of_images=1")
    assert answer.status_code == 200
    assert names(answer.json()) == ["Third one"]
    with shop_scope(stocked.shop.pk):
        assert Prompt.objects.get().source == Prompt.Source.SIMILAR


def test_two_images_are_compared(stocked, rival):
    body = {"images": [str(stocked.red.pk), str(stocked.buttoned.pk)]}
    answer = stocked.client.post("/api/v1/similarity/", body, "json").json()
    assert answer["similarity"] == pytest.approx(0.78, abs=0.01)
    assert answer["shared"] == {"category": None, "colour": None, "pattern": True}
    foreign = make_image_at(rival.shop, 1, 0, 0)
    body["images"][1] = str(foreign.pk)
    assert stocked.client.post("/api/v1/similarity/", body, "json").status_code == 404


def test_query_with_an_image_without_embedding_is_a_conflict(stocked):
    waiting = make_image(stocked.shop)
    response = stocked.client.post(ASK, {"images": [{"id": str(waiting.pk)}]}, "json")
    assert (response.status_code, response.json()["code"]) == (409, "image_not_indexed")


def test_explanations_are_optional_and_add_up_to_the_score(stocked):
    plain = ask(stocked.client, prompt="red")["results"][0]
    assert "explanation" not in plain
    explained = ask(stocked.client, prompt="red", explain=True)["results"][0]
    factors = explained["explanation"]["factors"]
    assert sum(factors.values()) == pytest.approx(explained["score"], abs=1e-3)
    assert "similarity" in explained["explanation"]["sentence"]


def test_rules_apply_except_to_sold_out_images(stocked):
    with shop_scope(stocked.shop.pk):
        Rule.objects.create(
            shop=stocked.shop,
            name="Launch",
            action="pin",
            target={"images": [str(stocked.blue.pk)]},
        )
    assert names(ask(stocked.client, prompt="red", number_of_images=1)) == ["Other one"]
    stocked.blue.availability = "out_of_stock"
    with shop_scope(stocked.shop.pk):
        stocked.blue.save(update_fields=["availability"])
    assert "Other one" not in names(ask(stocked.client, prompt="red"))


def test_answer_has_one_variant_of_an_item_by_default(stocked):
    for colour in ("Red", "Crimson"):
        make_image_at(stocked.shop, 0, 1, 0.1, name=f"{colour} variant", item_group_id="G-1")
    grouped = names(ask(stocked.client, prompt="blue"))
    assert sum(name.endswith("variant") for name in grouped) == 1
    apart = names(ask(stocked.client, prompt="blue", group_by="none"))
    assert sum(name.endswith("variant") for name in apart) == 2


def test_excluded_images_and_other_facets_are_not_in_the_answer(stocked):
    answer = ask(stocked.client, prompt="red", exclude=[str(stocked.red.pk)])
    assert names(answer)[0] == "Third one"
    with all_shops():
        dress = Category.objects.get(name="dress")
    make_image_at(stocked.shop, 0, 0, 1, name="A dress", category=dress)
    assert names(ask(stocked.client, prompt="red", filters={"category": ["dress"]})) == ["A dress"]


def test_images_of_a_rival_are_unknown_and_not_in_the_answer(stocked, rival):
    foreign = make_image_at(rival.shop, 1, 0, 0, name="Theirs")
    problem = refused(stocked.client, images=[{"id": str(foreign.pk)}])
    assert problem["errors"]["images"][0]["code"] == "unknown"
    assert "Theirs" not in names(ask(stocked.client, prompt="red"))
    assert stocked.client.get(f"/api/v1/images/{foreign.pk}/similar/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"terms": []},
        {"terms": [{"text": "red", "weight": 0}]},
        {"terms": [{"text": "red", "weight": 11}]},
        {"terms": [{"text": "red", "weight": "inf"}]},
        {"terms": [{"text": "red", "weight": "nan"}]},
        {"terms": [{"text": "", "weight": 1}]},
        {"terms": [{"text": "x" * 10_000}]},
        {"terms": [{"text": "red"}] * 11},
        {"images": [{"id": UNKNOWN_ID}]},
        {"images": [{"id": "no id"}]},
        {"photos": [{"weight": 1}]},
        {"prompt": "red", "diversity": 1.5},
        {"prompt": "red", "group_by": "colour"},
        {"prompt": "red", "exclude": ["x"]},
        {"prompt": "red", "shopper": "a/b"},
        {"prompt": "red", "explain": "perhaps"},
    ],
)
def test_refuses_invalid_queries(shop, query):
    assert refused(shop.client, **query)["code"] == "validation_error"


def test_refuses_queries_with_only_negative_weights(stocked):
    problem = refused(stocked.client, terms=[{"text": "red", "weight": -1}])
    assert problem["code"] == "nothing_wanted"
    unlike = [{"id": str(stocked.red.pk), "weight": -1}]
    assert refused(stocked.client, images=unlike)["code"] == "nothing_wanted"


def test_an_unknown_shopper_is_treated_as_new(stocked):
    assert names(ask(stocked.client, prompt="red", shopper="somebody new"))[0] == "Plain one"
    assert refused(stocked.client, shopper="somebody new")["code"] == "nothing_wanted"


def send_photo(client, data: bytes, **query):
    photo = ContentFile(data, "photo.jpg")
    return client.post(ASK, {"photo": photo, "query": json.dumps(query)}, "multipart")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"photos": [{"box": {"x": 0.5, "y": 0, "width": 0.6, "height": 1}}]}, "validation_error"),
        ({"photos": [{"box": {"x": -1, "y": 0, "width": 1, "height": 1}}]}, "validation_error"),
        ({"photos": [{"box": {"x": 0, "y": 0, "width": 0.011, "height": 1}}]}, "validation_error"),
        ({"photos": [{}, {}]}, "validation_error"),
        ({"photos": [{"weight": -1}]}, "nothing_wanted"),
    ],
)
def test_refuses_invalid_regions(stocked, query, code):
    response = send_photo(stocked.client, make_photo("red"), **query)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_refuses_a_corrupt_photo(stocked):
    response = send_photo(stocked.client, b"no photo at all")
    assert (response.status_code, response.json()["code"]) == (400, "photo_unknown_format")


def test_refuses_a_form_whose_query_is_not_an_object(stocked):
    photo = ContentFile(make_photo("red"), "photo.jpg")
    response = stocked.client.post(ASK, {"photo": photo, "query": "[1]"}, "multipart")
    assert response.status_code == 400
    assert "query" in response.json()["errors"]
