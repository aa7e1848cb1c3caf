"""Prompts that name prices, sizes, brands and what they exclude, through the API."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import AgeGroup
from catalog.products.word_counts import count_words
from catalog.tests.factories import make_garment, record_garments
from core.tenancy import shop_scope
from recommendations.query.product_numbers import find_number
from recommendations.tests.test_recommendations_api import ask, cache_prompt, make_indexed
from recommendations.tests.test_variants_in_answers import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def selling(shop):
    """Return a shop with two priced dresses, with the vectors of some texts in the cache."""
    for text in ("dress", "clothes", "hood", "shirt", "sneakers"):
        cache_prompt(shop.shop, text)
    for number, (external_id, price, size) in enumerate(
        (("dear", "90", "36"), ("cheap", "30", "38"))
    ):
        make_product(shop, external_id, {"price": Decimal(price), "currency": "EUR", "size": size})
        make_indexed(shop.shop, 0.9 - number / 10, external_id=external_id)
    return shop


def answer(shop: Any, prompt: str, **fields: Any) -> dict[str, Any]:
    response = ask(shop.client, prompt, **fields)
    assert response.status_code == 201, response.content
    body: dict[str, Any] = response.json()
    return body


def read(body: dict[str, Any], name: str = "external_id") -> list[str]:
    return [result[name] for result in body["results"]]


def test_prices_and_sizes_are_filters(selling):
    found = answer(selling, "dress under 50")
    assert read(found) == ["cheap"]
    (price, kind) = found["understood"]["chips"]
    assert (price["kind"], price["text"], price["value"]) == ("price", "under 50", "–50")
    assert (price["without"], price["is_applied"]) == ("dress", True)
    assert (kind["kind"], kind["value"]) == ("kind", "dress")
    assert found["understood"]["searched_for"] == "dress"
    assert read(answer(selling, "dress size 36")) == ["dear"]
    assert read(answer(selling, "dress under 50 EUR in 36")) == []


def test_a_size_that_the_shop_does_not_have_is_no_filter(selling):
    found = answer(selling, "dress size 52")
    assert read(found) == ["dear", "cheap"]
    assert found["understood"]["chips"][0]["is_applied"] is False


def test_the_requests_own_filters_win(selling):
    found = answer(selling, "dress under 50", filters={"price_min": "60"})
    assert read(found) == ["dear"]
    assert found["understood"]["chips"][0]["is_applied"] is False


def test_reduced_products_have_a_lower_price(selling):
    make_product(
        selling,
        "reduced",
        {"price": Decimal(80), "sale_price": Decimal(60), "currency": "EUR", "size": "40"},
    )
    make_indexed(selling.shop, 0.1, external_id="reduced")
    assert read(answer(selling, "dress on sale")) == ["reduced"]


def test_nothing_is_read_from_a_prompt_if_the_request_says_so(selling):
    cache_prompt(selling.shop, "snekers under 50")
    found = answer(selling, "snekers under 50", understand=False)
    assert read(found) == ["dear", "cheap"]
    assert (found["understood"]["chips"], found["understood"]["corrections"]) == ([], [])


def test_spelling_is_corrected_and_said(selling):
    found = answer(selling, "snekers")
    assert found["understood"]["searched_for"] == "sneakers"
    assert found["understood"]["corrections"] == [{"written": "snekers", "corrected": "sneakers"}]


def test_a_word_of_the_shop_is_not_corrected_though_it_was_not_counted_yet(selling):
    cache_prompt(selling.shop, "snekers")
    product = {"name": "Jacket", "brand": "Snekers"}
    assert selling.client.put("/api/v1/products/new/", product).status_code == 201
    found = answer(selling, "snekers")
    assert found["understood"]["corrections"] == []
    assert found["understood"]["searched_for"] == "snekers"


@pytest.mark.parametrize(
    "prompt",
    ["is KT-1205-XL still available?", "SKU: kt1205xl", "looking for art. no. KT/1205/XL please"],
)
def test_a_number_among_other_words_finds_its_product(selling, prompt):
    for text in ("KT-1205-XL", "kt1205xl", "KT/1205/XL"):
        cache_prompt(selling.shop, text)
    make_product(selling, "numbered", {"sku": "KT-1205-XL"})
    make_indexed(selling.shop, 0.1, external_id="numbered")
    assert read(answer(selling, prompt)) == ["numbered"]


@pytest.mark.parametrize(
    ("prompt", "number"),
    [
        ("AB 12 XL", "AB 12 XL"),
        ("ab 12 xl in red", "ab 12 xl"),
        ("https://shop.example/p/AB-12-XL", "AB-12-XL"),
        ("货号AB-12-XL", "AB-12-XL"),
        ("AB-12-XL AB-12-XL", "AB-12-XL"),
        ("400 6381 333931", "400 6381 333931"),
        ("ref. 16-07", "16-07"),
        ("art. KT-INS114", "KT-INS114"),
        ("do you have “KT-INS114”?", "KT-INS114"),
        ("KT-INS114 in red", None),
        ("KT-INS114 size M", None),
        ("AB-12-XL or KT-INS114-DRE", None),
        ("dress 42 under 50", None),
        ("jeans 16 07", None),
    ],
)
def test_finds_numbers_of_products_as_people_write_them(shop, prompt, number):
    for sku in ("AB-12-XL", "KT-INS114-DRE", "4006381333931", "16-07"):
        make_product(shop, f"of {sku}", {"sku": sku})
        make_indexed(shop.shop, 0.1, external_id=f"of {sku}")
    with shop_scope(shop.shop.pk):
        assert find_number(prompt) == number


def test_a_short_number_is_a_word_like_others(selling):
    cache_prompt(selling.shop, "501 dress")
    make_product(selling, "501", {"sku": "X-1"})
    make_indexed(selling.shop, 0.1, external_id="501")
    assert answer(selling, "501 dress")["understood"]["searched_for"] == "501 dress"


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("shirt but not black", ["navy", "dots", "hooded boots"]),
        ("anything but blue", ["black", "dots", "hooded boots"]),
        ("anything but navy", ["black", "dots", "hooded boots"]),
        ("shirt -dots", ["black", "navy", "hooded boots"]),
        ("Hemd ohne Punkte", ["black", "navy", "hooded boots"]),
        ("shirt without hood", ["black", "navy", "dots"]),
        ("no boots", ["black", "navy", "dots"]),
        ("no dresses", ["black", "navy", "dots", "hooded boots"]),
    ],
)
def test_what_is_excluded_is_not_in_the_answer(shop, prompt, left):
    for text in ("shirt", "clothes", "hood"):
        cache_prompt(shop.shop, text)
    make_indexed(shop.shop, 0.9, name="black", colour="black")
    seen = make_indexed(shop.shop, 0.8, name="navy")
    record_garments(seen, make_garment("shirt", "navy"))
    dotted = {"pattern": "dotted"}
    make_indexed(shop.shop, 0.7, name="dots", colour="white", attributes=dotted)
    make_indexed(shop.shop, 0.6, name="hooded boots", colour="green")
    body = answer(shop, prompt)
    assert read(body, "name") == left
    assert body["understood"]["chips"][0]["kind"] == "excluded"


def test_what_is_stated_to_be_for_others_is_left_out(shop):
    cache_prompt(shop.shop, "shirt for men")
    make_indexed(shop.shop, 0.9, name="hers", gender="Damen")
    make_indexed(shop.shop, 0.8, name="his", gender="male")
    make_indexed(shop.shop, 0.7, name="anyone's")
    assert read(answer(shop, "shirt for men"), "name") == ["his", "anyone's"]


@pytest.mark.parametrize(
    ("prompt", "value", "left"),
    [
        ("shirt for my 8 year old", "kids", ["kids", "anyone's", "own"]),
        ("baby shirt", "baby", ["infant", "anyone's", "own"]),
        ("women's shirt", "female", ["adult", "anyone's", "own"]),
        ("baby tee", None, ["kids", "infant", "adult", "anyone's", "own"]),
    ],
)
def test_what_is_stated_to_be_for_another_age_is_left_out(shop, prompt, value, left):
    cache_prompt(shop.shop, prompt)
    with shop_scope(shop.shop.pk):
        AgeGroup.objects.create(shop=shop.shop, name="own")
        groups = {group.name: group for group in AgeGroup.objects.all()}
    for place, name in enumerate(("kids", "infant", "adult", "anyone's", "own")):
        make_indexed(shop.shop, 0.9 - place / 10, name=name, age_group=groups.get(name))
    found = answer(shop, prompt)
    assert read(found, "name") == left
    people = [chip for chip in found["understood"]["chips"] if chip["kind"] == "person"]
    assert [chip["value"] for chip in people] == ([value] if value else [])
    assert not set(found["understood"]["unknown_words"]) & {"year", "baby"}


def test_what_is_for_others_is_offered_where_nothing_else_is(shop):
    cache_prompt(shop.shop, "shirt for men")
    make_indexed(shop.shop, 0.9, name="hers", gender="female")
    found = answer(shop, "shirt for men")
    assert (found["results"], found["alternatives"]["reason"]) == ([], "nearest")
    assert read({"results": found["alternatives"]["results"]}, "name") == ["hers"]


@pytest.mark.parametrize("prompt", ["north pine shirt", "NORTHPINE shirt", "not northpine shirt"])
def test_a_brand_is_found_with_other_spaces_and_excluded(shop, prompt):
    cache_prompt(shop.shop, "shirt")
    make_indexed(shop.shop, 0.9, name="near", brand="Other")
    make_indexed(shop.shop, 0.8, name="far", brand="Northpine")
    with shop_scope(shop.shop.pk):
        count_words(shop.shop.pk)
    expected = ["near"] if prompt.startswith("not") else ["far"]
    assert read(answer(shop, prompt), "name") == expected


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("dress without sleeves", ["Sleeveless dress", "Trampki"]),
        ("robe sans manches", ["Sleeveless dress", "Trampki"]),
        ("dress, no sneakers", ["Long-sleeved dress", "Sleeveless dress"]),
    ],
)
def test_names_exclude_in_any_form_and_language(shop, prompt, left):
    for text in ("dress", "sleeves"):
        cache_prompt(shop.shop, text)
    for place, name in enumerate(("Long-sleeved dress", "Sleeveless dress", "Trampki")):
        make_indexed(shop.shop, 0.9 - place / 10, name=name)
    assert read(answer(shop, prompt), "name") == left


def test_known_words_that_unknown_ones_resemble_are_offered(shop):
    cache_prompt(shop.shop, "tronnog shirt")
    make_indexed(shop.shop, 0.9, name="near")
    understood = answer(shop, "tronnog shirt", min_match="none")["understood"]
    assert (understood["unknown_words"], understood["corrections"]) == (["tronnog"], [])
    assert understood["nearest"] == [{"written": "tronnog", "corrected": "thong"}]


def test_full_width_letters_are_letters(shop):
    cache_prompt(shop.shop, "red dress")
    make_indexed(shop.shop, 0.9, name="near")
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in "red dress")
    assert answer(shop, wide)["understood"]["searched_for"] == "red dress"


def test_a_brand_of_the_shop_is_a_filter(shop):
    cache_prompt(shop.shop, "shirt")
    make_indexed(shop.shop, 0.9, name="near", brand="Other")
    make_indexed(shop.shop, 0.1, name="far", brand="Huśtawka")
    with shop_scope(shop.shop.pk):
        count_words(shop.shop.pk)
    found = answer(shop, "hustawka shirt")
    assert read(found, "name") == ["far"]
    chips = {chip["kind"]: chip["value"] for chip in found["understood"]["chips"]}
    assert chips == {"brand": "Huśtawka", "kind": "shirt"}


def test_a_pinned_product_stays(shop):
    cache_prompt(shop.shop, "shirt")
    black = make_indexed(shop.shop, 0.9, name="black", colour="black")
    rule = {"name": "Hero", "action": "pin", "target": {"images": [str(black.pk)]}}
    assert shop.client.post("/api/v1/rules/", rule, "json").status_code == 201
    with shop_scope(shop.shop.pk):
        assert read(answer(shop, "shirt but not black"), "name") == ["black"]
