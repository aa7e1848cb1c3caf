"""Searches in other languages than English."""

import pytest

from core.tenancy import all_shops
from recommendations.models import Prompt
from recommendations.tests.test_recommendations_api import ask, cache_prompt, make_indexed

GERMAN, ENGLISH = "rotes Kleid mit Blumen", "red dress with flowers"


@pytest.fixture
def german(shop):
    """Return a shop with a product near to the English text, and one with a German name."""
    cache_prompt(shop.shop, ENGLISH)
    shop.near = make_indexed(shop.shop, 0.9, name="one")
    shop.named = make_indexed(shop.shop, 0.1, name="Rotes Kleid mit Blumen", brand="Zorblatt")
    return shop


def test_searches_for_the_english_text(german) -> None:
    answer = ask(german.client, GERMAN).json()
    assert answer["answered_by"][0] == "cache"
    understood = answer["understood"]
    assert (understood["language"], understood["searched_for"]) == ("de", ENGLISH)
    assert (understood["unknown_words"], understood["corrections"]) == ([], [])
    assert [chip["value"] for chip in understood["chips"]] == ["red", "dress"]


def test_finds_products_by_the_shoppers_own_words(german) -> None:
    named = next(
        result
        for result in ask(german.client, GERMAN, explain=True).json()["results"]
        if result["id"] == str(german.named.pk)
    )
    assert named["match"] == "strong"


def test_finds_products_by_the_english_words_too(german) -> None:
    english = make_indexed(german.shop, 0.1, name="Red dress with flowers")
    results = ask(german.client, GERMAN).json()["results"]
    strong = {result["id"] for result in results if result["match"] == "strong"}
    assert strong == {str(german.named.pk), str(english.pk)}


def test_brands_of_the_catalogue_are_no_unknown_words(german) -> None:
    cache_prompt(german.shop, "red Zorblatt Xyzzy dress with flowers")
    answer = ask(german.client, "rotes Kleid Zorblatt Xyzzy mit Blumen").json()
    assert answer["understood"]["unknown_words"] == ["Xyzzy"]


def test_brands_of_another_shop_are_unknown(german, rival) -> None:
    make_indexed(rival.shop, 0.1, name="x", brand="Xyzzy")
    cache_prompt(german.shop, "red Xyzzy dress")
    answer = ask(german.client, "rotes Xyzzy Kleid").json()
    assert answer["understood"]["unknown_words"] == ["Xyzzy"]


def test_stored_prompts_say_how_they_were_understood(german) -> None:
    pk = ask(german.client, GERMAN).json()["id"]
    stored = german.client.get(f"/api/v1/prompts/{pk}/").json()
    assert stored["understood"]["searched_for"] == ENGLISH


def test_what_was_understood_is_stored_without_personal_data(german) -> None:
    prompt = "dress for someone@example.com"
    cache_prompt(german.shop, prompt)
    assert ask(german.client, prompt).json()["understood"]["searched_for"] == prompt
    with all_shops():
        assert "example.com" not in str(Prompt.objects.latest("pk").understood)


def test_a_query_without_texts_has_nothing_to_understand(german) -> None:
    body = {"images": [{"id": str(german.near.pk)}]}
    answer = german.client.post("/api/v1/recommendations/", body, "json").json()
    assert answer["understood"] is None


def test_rules_apply_to_the_english_words(german) -> None:
    rule = {
        "name": "Dresses first",
        "action": "pin",
        "prompts": ["red dress"],
        "target": {"images": [str(german.named.pk)]},
    }
    assert german.client.post("/api/v1/rules/", rule, "json").status_code == 201
    assert ask(german.client, GERMAN).json()["results"][0]["id"] == str(german.named.pk)
