"""What the tools answer: products with what people need to choose and to buy, and little else."""

import json

import pytest

from agents.tests.clients import call, fail, send
from catalog.models import Image, Variant
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from quality.tests.factories import make_report
from recommendations.models import Prompt
from recommendations.tests.test_recommendations_api import asked, cache_prompt, make_indexed
from stylist.outfits import catalog_pool
from stylist.tests.factories import make_sold, make_wardrobe

__all__ = ["asked"]

pytestmark = pytest.mark.django_db
DRESS = {"name": "Red dress", "price": "79.90", "currency": "EUR", "brand": "Ada"}


@pytest.fixture(autouse=True)
def _clear_pools() -> None:
    catalog_pool._cache.clear()


@pytest.fixture
def dress(shop) -> Image:
    """A dress that is found, in two sizes of which one can be bought."""
    cache_prompt(shop.shop)
    image = make_indexed(shop.shop, 0.9, link="https://shop.example/dress", **DRESS)
    with shop_scope(shop.shop.pk):
        image.product.variants.update(size="36", size_system="EU")
        Variant.objects.create(
            shop=shop.shop, product=image.product, sku="sold", size="38", size_system="EU",
            availability="out_of_stock",
        )  # fmt: skip
    return image


def get_id(image: Image) -> str:
    assert image.product
    return image.product.external_id


def sources() -> list[str]:
    with all_shops():
        return [prompt.source for prompt in Prompt.objects.order_by("pk")]


# --- Search ---------------------------------------------------------------------------


def test_a_search_returns_products_in_short(shop, dress):
    answer = call(shop.client, "search_products", prompt="red dress")
    (found,) = answer["products"]
    assert found == {
        "external_id": get_id(dress),
        "name": "Red dress",
        "brand": "Ada",
        "category": None,
        "colour": "",
        "price": "79.90",
        "currency": "EUR",
        "availability": "in_stock",
        "sizes": ["EU 36"],
        "match": found["match"],
        "link": "https://shop.example/dress",
        "photo_url": found["photo_url"],
    }
    assert found["photo_url"].startswith("http://testserver/media/")
    assert answer["understood"]["searched_for"] == "red dress" and answer["next"] is None


def test_a_search_is_stored_as_one_of_an_agent(shop, dress):
    answer = call(shop.client, "search_products", prompt="red dress")
    with all_shops():
        prompt = Prompt.objects.get()
    assert (str(prompt.pk), prompt.source, prompt.prompt) == (answer["id"], "agent", "red dress")
    assert shop.client.get("/api/v1/prompts/").json()["results"][0]["source"] == "agent"


def test_filters_and_pages_are_those_of_the_api(asked):
    cheap = make_indexed(asked.shop, 0.3, name="cheap", price="5.00", currency="EUR")
    filters = {"price_max": "6.00", "currency": "EUR"}
    answer = call(asked.client, "search_products", prompt="red dress", filters=filters)
    assert [product["external_id"] for product in answer["products"]] == [get_id(cheap)]
    first = call(asked.client, "search_products", prompt="red dress", number_of_images=2)
    query = {"prompt": "red dress", "number_of_images": 2, "cursor": first["next"]}
    second = call(asked.client, "search_products", **query)
    names = [product["name"] for product in first["products"] + second["products"]]
    assert names == ["near", "middling", "cheap", "far"]


def test_a_search_without_a_match_has_alternatives_apart(shop, dress):
    cache_prompt(shop.shop, "xkqzv")
    answer = call(shop.client, "search_products", prompt="xkqzv")
    assert answer["products"] == [] and answer["alternatives"]["reason"] == "popular"
    (other,) = answer["alternatives"]["products"]
    assert (other["external_id"], other["name"]) == (get_id(dress), "Red dress")


def test_filters_alone_list_what_passes_them(shop, dress):
    answer = call(shop.client, "search_products", filters={"brand": ["Ada"]})
    assert [product["external_id"] for product in answer["products"]] == [get_id(dress)]
    assert answer["alternatives"] is None


def test_nulls_count_as_left_out(shop, dress):
    filters = {"size": None, "price_max": 90, "currency": "EUR"}
    query = {"prompt": "red dress", "filters": filters, "cursor": None, "shopper": None}
    assert len(call(shop.client, "search_products", **query)["products"]) == 1


def test_similar_products_leave_out_the_product_itself(asked):
    near = call(asked.client, "search_products", prompt="red dress")["products"][0]
    answer = call(asked.client, "similar_products", external_id=near["external_id"])
    assert [product["name"] for product in answer["products"]] == ["middling", "far"]
    assert sources() == ["agent", "similar"]


# --- A product ------------------------------------------------------------------------


def test_a_product_has_its_variants_and_photos(shop, dress):
    answer = call(shop.client, "get_product", external_id=get_id(dress))
    sizes = [(each["size"], each["availability"]) for each in answer["variants"]]
    assert sizes == [("36", "in_stock"), ("38", "out_of_stock")]
    assert answer["variants"][0]["price"] == "79.90"
    assert answer["link"] == "https://shop.example/dress" and len(answer["photo_urls"]) == 1
    # How many pieces there are is the shop's own business.
    assert "stock" not in answer["variants"][0]


def test_a_draft_is_no_product_for_agents(shop):
    draft = make_image(shop.shop, status="draft")
    for name in ("get_product", "similar_products", "suggest_outfits"):
        assert fail(shop.client, name, external_id=get_id(draft))["code"] == "product_not_found"


# --- Outfits --------------------------------------------------------------------------


def test_outfits_around_a_product_name_products_of_the_shop(shop):
    jeans = make_sold(shop.shop, "jeans", "navy", price="40.00", currency="EUR")
    for kind, colour in (("t-shirt", "white"), ("sneakers", "white")):
        make_sold(shop.shop, kind, colour, price="30.00", currency="EUR")
    wish = {"external_id": get_id(jeans), "occasion": "everyday", "number_of_outfits": 1}
    answer = call(shop.client, "suggest_outfits", **wish)
    (outfit,) = answer["outfits"]
    assert get_id(jeans) in [garment["external_id"] for garment in outfit["garments"]]
    for garment in outfit["garments"]:
        product = call(shop.client, "get_product", external_id=garment["external_id"])
        assert product["name"] == garment["name"] and garment["source"] == "catalog"
    assert all(outfit["reasons"]) and outfit["picture_url"].startswith("http://testserver/outfits/")


def test_outfits_of_a_shopper_come_from_the_wardrobe(shop):
    make_wardrobe(shop.shop)
    answer = call(shop.client, "suggest_outfits", shopper="ada", occasion="work")
    garments = [garment for outfit in answer["outfits"] for garment in outfit["garments"]]
    assert {garment["source"] for garment in garments} == {"wardrobe"}
    assert {garment["external_id"] for garment in garments} == {""}


def test_outfits_need_a_product_or_a_shopper(shop):
    problem = fail(shop.client, "suggest_outfits", occasion="work")
    assert problem["code"] == "validation_error" and "external_id" in problem["errors"]
    assert fail(shop.client, "suggest_outfits", shopper="a/\0")["code"] == "validation_error"


# --- Photos ---------------------------------------------------------------------------


def test_photos_are_assessed_by_the_rules_of_a_profile(shop):
    report = make_report(shop.shop)
    answer = call(shop.client, "assess_photos", external_id=get_id(report.image), profile="google")
    (photo,) = answer["photos"]
    assert photo["score"] == 80.0 and photo["problem"] is None
    assert photo["photo_url"].startswith("http://testserver/media/")
    assert all({"rule", "is_required", "advice"} == rule.keys() for rule in photo["broken_rules"])
    assert photo["passed"] == (not any(rule["is_required"] for rule in photo["broken_rules"]))


def test_a_photo_that_cannot_be_measured_hides_no_other(shop):
    broken = {"code": "photo_unreadable", "detail": "The photo cannot be decoded."}
    report = make_report(shop.shop, problem=broken, state="failed")
    (photo,) = call(shop.client, "assess_photos", external_id=get_id(report.image))["photos"]
    assert photo["problem"] == broken and photo["score"] is None


def test_a_photo_that_waits_for_its_report_is_to_be_asked_again(shop, settings):
    settings.QUALITY_DEADLINE_SECONDS = 0.1
    image = make_image(shop.shop)
    problem = fail(shop.client, "assess_photos", external_id=get_id(image))
    assert (problem["code"], problem["retry_after"]) == ("report_pending", 2)


def test_rules_that_the_shop_has_not_written_are_an_error(shop):
    report = make_report(shop.shop)
    wanted = {"external_id": get_id(report.image), "profile": "own"}
    assert fail(shop.client, "assess_photos", **wanted)["code"] == "profile_unknown"


# --- Arguments ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "code", "field"),
    [
        ("search_products", {}, "validation_error", "prompt"),
        ("search_products", {"query": "red"}, "unknown_field", "query"),
        ("search_products", {"prompt": "x", "terms": []}, "unknown_field", "terms"),
        ("search_products", {"prompt": "x" * 1_001}, "validation_error", "prompt"),
        ("search_products", {"prompt": ["red"]}, "validation_error", "prompt"),
        ("search_products", {"prompt": "x", "filters": 3}, "validation_error", "filters"),
        ("search_products", {"prompt": "x", "filters": {"siz": "x"}}, "unknown_field", "filters"),
        ("search_products", {"prompt": "x", "number_of_images": 0}, "validation_error", None),
        ("similar_products", {}, "validation_error", "external_id"),
        ("similar_products", {"external_id": ""}, "validation_error", "external_id"),
        ("get_product", {"external_id": "a\0b"}, "validation_error", "external_id"),
        ("get_product", {"external_id": {}}, "validation_error", "external_id"),
        ("get_product", {"external_id": "x" * 101}, "validation_error", "external_id"),
        ("get_product", {"external_id": "x", "page": 1}, "unknown_field", "page"),
        ("get_product", {"external_id": "nothing"}, "product_not_found", None),
        ("suggest_outfits", {"shopper": "x", "season": "monsoon"}, "validation_error", "season"),
        ("assess_photos", {"external_id": "x", "profile": "y"}, "validation_error", "profile"),
        ("assess_photos", {"external_id": "nothing"}, "product_not_found", None),
    ],
)
def test_wrong_arguments_are_refused_with_a_code(shop, name, arguments, code, field):
    problem = fail(shop.client, name, **arguments)
    assert problem["code"] == code and problem["detail"]
    assert field is None or any(each.startswith(field) for each in problem["errors"])


@pytest.mark.parametrize("text", ['"\\ud800"', "NaN", "1e999", "[" * 200 + "]" * 200])
def test_arguments_that_the_api_cannot_read_are_refused(shop, text):
    call = {"name": "get_product", "arguments": {"external_id": "HERE"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    body = json.dumps(message).replace('"HERE"', text)
    answer = shop.client.post("/mcp", body, content_type="application/json")
    assert answer.status_code == 400 or answer.json()["result"]["isError"]


# --- Descriptions ---------------------------------------------------------------------


def test_every_tool_describes_arguments_and_answers_without_references(shop):
    answer = send(shop.client, "tools/list")
    tools = answer.json()["result"]["tools"]
    assert len(tools) == 5
    for tool in tools:
        assert tool["inputSchema"]["type"] == tool["outputSchema"]["type"] == "object"
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["description"] and tool["title"] and tool["annotations"]["readOnlyHint"]
    assert b"$ref" not in answer.content and b"x-spec" not in answer.content
    # A language model reads all of it before its first call.
    assert len(answer.content) < 24_000
