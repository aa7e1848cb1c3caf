"""Suggestions while a shopper types: prompts, categories, brands and products."""

from typing import Any

import pytest

from catalog.models import Category, Image, ImageDocument
from catalog.products.search_copy import write_missing, write_outdated
from catalog.products.specs import ProductSpec
from catalog.products.word_counts import count_words
from catalog.services import upsert_products
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from recommendations.completions import popular, products
from recommendations.demand.refresh import refresh_demand
from recommendations.demand.relations import MIN_ASKERS
from recommendations.models import CommonPrompt, ImagePopularity
from recommendations.tests.figures import make_prompt
from recommendations.tests.sessions import make_searches, name_sessions
from tenants.models import Shopper
from tenants.tests.factories import make_key_client, make_page

SUGGESTIONS = "/api/v1/suggestions/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def selling(shop):
    """Return a shop with some products, whose words are counted."""
    sell(shop.shop, "linen", "Red linen dress", brand="Blue Harbour", category="dress")
    sell(shop.shop, "crepe", "Robe en crêpe", brand="Crème & Co", category="dress")
    sell(shop.shop, "trainers", "White sneakers", brand="Blue Moon", category="sneakers")
    count(shop.shop)
    return shop


def sell(shop: Any, external_id: str, name: str, *, category: str = "", **facts: Any) -> Image:
    with shop_scope(shop.pk):
        if category:
            facts["category"] = Category.objects.visible().named(category).first()
        variants = [{"availability": facts.pop("availability", "in_stock")}]
        spec = ProductSpec(external_id, {"name": name, **facts}, variants)
        upsert_products(shop=shop, specs=[spec])
    return make_image(shop, external_id=external_id)


def count(shop: Any) -> None:
    with shop_scope(shop.pk):
        count_words(shop.pk)
        shop.refresh_from_db()


def suggest(shop: Any, text: str, **parameters: Any) -> dict[str, Any]:
    response = shop.client.get(SUGGESTIONS, {"q": text, **parameters})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def read(body: dict[str, Any], kind: str, field: str = "name") -> list[str]:
    return [one[field] for one in body[kind]]


def make_common(shop: Any, text: str, askers: int = MIN_ASKERS) -> None:
    with shop_scope(shop.pk):
        CommonPrompt.objects.create(shop=shop, text=text, words=f" {text}", askers=askers)


def test_a_beginning_finds_every_kind(selling):
    make_common(selling.shop, "summer dress")
    found = suggest(selling, "dr")
    assert found["prompts"] == [{"text": "summer dress", "is_own": False}]
    assert found["categories"] == [{"name": "dress", "count": 2}]
    assert read(found, "products") == ["Red linen dress"]
    assert found["corrections"] == []
    (brand, other) = suggest(selling, "blue")["brands"]
    assert {brand["name"], other["name"]} == {"Blue Harbour", "Blue Moon"}


def test_a_product_has_its_own_id_its_brand_and_an_image(selling):
    (product,) = suggest(selling, "linen dr")["products"]
    with shop_scope(selling.shop.pk):
        image = Image.objects.get(name="Red linen dress")
    assert product == {
        "external_id": "linen",
        "name": "Red linen dress",
        "brand": "Blue Harbour",
        "link": "",
        "image": str(image.pk),
    }


@pytest.mark.parametrize("text", ["crepe", "CRÊPE", "crêp", "en crepe", "crepe robe", "  robe cr "])
def test_case_accents_order_and_spaces_do_not_count(selling, text):
    assert read(suggest(selling, text), "products") == ["Robe en crêpe"]


@pytest.mark.parametrize(
    ("text", "corrected", "product"),
    [
        ("drss", "dress", "Red linen dress"),
        ("sneaekr", "sneakers", "White sneakers"),
        ("linenn dre", "linen", "Red linen dress"),
    ],
)
def test_misspelt_words_are_corrected(selling, text, corrected, product):
    found = suggest(selling, text)
    assert [one["corrected"] for one in found["corrections"]] == [corrected]
    assert read(found, "products") == [product]


@pytest.mark.parametrize("text", ["snea", "harb", "umbrella", "k", "!?", "501", "ドレス"])
def test_beginnings_of_known_words_and_what_is_no_word_stay(selling, text):
    assert suggest(selling, text)["corrections"] == []


def test_names_with_more_of_the_words_come_first(selling):
    assert read(suggest(selling, "harbour blu"), "brands") == ["Blue Harbour", "Blue Moon"]
    assert read(suggest(selling, "moon blu"), "brands") == ["Blue Moon", "Blue Harbour"]
    assert read(suggest(selling, "a red dre"), "categories") == ["dress"]


def test_popular_products_come_first_and_each_once(selling):
    popular = sell(selling.shop, "popular", "Dress with a very long name")
    make_image(selling.shop, external_id="popular")
    with shop_scope(selling.shop.pk):
        ImagePopularity.objects.create(shop=selling.shop, image=popular, score=1.0)
    names = ["Dress with a very long name", "Red linen dress"]
    assert read(suggest(selling, "dress"), "products") == names
    assert read(suggest(selling, "dress", limit=1), "products") == names[:1]


def test_of_frequent_words_only_the_most_popular_products_are_looked_at(selling, monkeypatch):
    monkeypatch.setattr(products, "MANY_PRODUCTS", 1)
    monkeypatch.setattr(popular, "MAX_IMAGES", 1)
    monkeypatch.setattr(popular, "MAX_AGE_SECONDS", 0)
    sell(selling.shop, "new", "Dress of this morning")
    count(selling.shop)
    assert read(suggest(selling, "dress"), "products") == ["Dress of this morning"]
    with shop_scope(selling.shop.pk):
        image = Image.objects.get(name="Red linen dress")
        ImagePopularity.objects.create(shop=selling.shop, image=image, score=0.5)
    assert read(suggest(selling, "dress"), "products") == ["Red linen dress"]
    assert read(suggest(selling, "morning dress"), "products") == ["Dress of this morning"]


def test_what_changed_since_it_was_popular_is_not_suggested(selling):
    for number in range(3):
        sell(selling.shop, f"velvet {number}", f"Velvet dress {number}")
    assert len(suggest(selling, "velvet", limit=2)["products"]) == 2
    with shop_scope(selling.shop.pk):
        Image.objects.filter(name="Velvet dress 0").update(availability="out_of_stock")
        Image.objects.filter(name="Velvet dress 1").update(name="Linen dress 1")
    assert read(suggest(selling, "velvet", limit=2), "products") == ["Velvet dress 2"]


def test_common_prompts_are_read_again_after_a_while(selling, monkeypatch):
    assert suggest(selling, "dress")["prompts"] == []
    make_common(selling.shop, "summer dress")
    assert suggest(selling, "dress")["prompts"] == []
    monkeypatch.setattr(popular, "MAX_AGE_SECONDS", 0)
    assert read(suggest(selling, "dress"), "prompts", "text") == ["summer dress"]


def test_drafts_and_what_is_out_of_stock_are_not_suggested(selling):
    sell(selling.shop, "draft", "Velvet draft", status="draft")
    sell(selling.shop, "gone", "Velvet gone", availability="out_of_stock")
    sell(selling.shop, "here", "Velvet here")
    assert read(suggest(selling, "velvet"), "products") == ["Velvet here"]


def test_only_names_of_products_are_looked_at(selling):
    sell(selling.shop, "long", "Shirt", description="For warm evenings")
    assert suggest(selling, "evenings")["products"] == []


def test_a_new_name_counts_at_once(selling):
    sell(selling.shop, "linen", "Green kaftan")
    assert suggest(selling, "linen")["products"] == []
    assert read(suggest(selling, "kaf"), "products") == ["Green kaftan"]


def test_a_shoppers_own_prompts_come_first(selling):
    with shop_scope(selling.shop.pk):
        ada, eve = (
            Shopper.objects.create(shop=selling.shop, external_id=name) for name in ("ada", "eve")
        )
    make_common(selling.shop, "summer dress")
    make_common(selling.shop, "red dress")
    make_prompt(selling.shop, "Red  dress", shopper=ada)
    make_prompt(selling.shop, "black dress", shopper=ada)
    make_prompt(selling.shop, "dress of ada@example.com", shopper=ada)
    make_prompt(selling.shop, "dress in plaid", shopper=ada, found=None)
    make_prompt(selling.shop, "blue dress", shopper=eve)
    assert suggest(selling, "dress", shopper="ada")["prompts"] == [
        {"text": "black dress", "is_own": True},
        {"text": "red dress", "is_own": True},
        {"text": "summer dress", "is_own": False},
    ]
    assert read(suggest(selling, "dress"), "prompts", "text") == ["red dress", "summer dress"]
    assert suggest(selling, "dress", shopper="nobody") == suggest(selling, "dress")


def test_categories_and_brands_that_a_shopper_likes_come_first(selling):
    preferences = {"liked": {"brand": ["blue moon"]}}
    selling.client.put("/api/v1/shoppers/ada/preferences/", preferences)
    found = suggest(selling, "blue", shopper="ada")
    assert read(found, "brands") == ["Blue Moon", "Blue Harbour"]
    assert read(suggest(selling, "blue"), "brands") == ["Blue Harbour", "Blue Moon"]


def test_prompts_of_enough_people_are_suggested_after_a_night(selling, rival):
    for session in name_sessions(MIN_ASKERS):
        make_searches(selling.shop, session, "red dress")
    for session in name_sessions(MIN_ASKERS - 1):
        make_searches(selling.shop, session, "blue dress")
    refresh_demand()
    assert read(suggest(selling, "dress"), "prompts", "text") == ["red dress"]
    assert suggest(rival, "dress")["prompts"] == []


def test_a_rival_gets_none_of_it(selling, rival):
    make_common(selling.shop, "summer dress")
    with shop_scope(selling.shop.pk):
        ada = Shopper.objects.create(shop=selling.shop, external_id="ada")
    make_prompt(selling.shop, "red dress", shopper=ada)
    nothing = {"corrections": [], "prompts": [], "categories": [], "brands": [], "products": []}
    for text in ("dress", "blue", "linen"):
        assert suggest(rival, text, shopper="ada") == nothing


def test_pages_get_those_of_their_shopper_only(selling):
    with shop_scope(selling.shop.pk):
        ada = Shopper.objects.create(shop=selling.shop, external_id="ada")
    make_prompt(selling.shop, "red dress", shopper=ada)
    page, own = make_page(selling.shop), make_page(selling.shop, shopper="ada")
    assert page.get(SUGGESTIONS, {"q": "dress"}).json()["prompts"] == []
    assert read(own.get(SUGGESTIONS, {"q": "dress"}).json(), "prompts", "text") == ["red dress"]
    refused = page.get(SUGGESTIONS, {"q": "dress", "shopper": "ada"})
    assert (refused.status_code, refused.json()["code"]) == (403, "shopper_token_required")
    assert own.get(SUGGESTIONS, {"q": "dress", "shopper": "eve"}).status_code == 404


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"q": ""},
        {"q": "  "},
        {"q": "d" * 101},
        {"q": "dress\0"},
        {"q": "dress", "limit": 0},
        {"q": "dress", "limit": 21},
        {"q": "dress", "limit": "many"},
        {"q": "dress", "shopper": "a\0"},
        {"q": "dress", "shopper": "a" * 201},
        {"q": "dress", "kinds": "brands"},
    ],
    ids=str,
)
def test_refuses_invalid_parameters(selling, parameters):
    assert selling.client.get(SUGGESTIONS, parameters).status_code == 400


@pytest.mark.parametrize("text", ["'", "\\", "a & b | !c", "%", "_", "it's", "<script>", "k'\\:*"])
def test_any_text_can_be_typed(selling, text):
    suggest(selling, text)


def test_reading_needs_its_scope(shop):
    reader = make_key_client(shop.shop, scopes=["catalog:read"])
    assert reader.get(SUGGESTIONS, {"q": "dress"}).status_code == 403


def test_the_number_of_queries_is_fixed(selling, django_assert_max_num_queries):
    for number in range(30):
        make_common(selling.shop, f"dress {number}")
    suggest(selling, "dress")
    with django_assert_max_num_queries(6):
        suggest(selling, "red linen dress")


def test_documents_of_the_release_before_are_written_again(selling):
    with all_shops():
        ImageDocument.objects.update(digest="old", words="")
        assert suggest(selling, "linen")["products"] == []
        write_missing()
        write_outdated()
    assert read(suggest(selling, "linen"), "products") == ["Red linen dress"]
