"""Keys, scopes, origins, shops and limits of agents: the same as those of the API."""

import pytest

from agents.tests.clients import MCP, call, fail, list_names, send, send_call
from core.tenancy import all_shops, shop_scope
from recommendations.feedback.shoppers import get_or_create_shopper
from recommendations.models import Prompt
from recommendations.tests.test_recommendations_api import asked, cache_prompt, make_indexed
from tenants.models import Scope, Shopper
from tenants.tests.factories import make_client, make_key_client, make_page, make_person

__all__ = ["asked"]

pytestmark = pytest.mark.django_db
ORIGIN = "https://shop.example"


def find(client) -> str:
    return call(client, "search_products", prompt="red dress")["products"][0]["external_id"]


@pytest.mark.parametrize("method", ["initialize", "tools/list", "tools/call", "ping"])
def test_every_message_needs_a_key(stranger, method):
    answer = send(stranger, method)
    assert answer.status_code == 401 and answer["WWW-Authenticate"]
    assert answer.json()["code"] == "not_authenticated"
    stranger.credentials(HTTP_AUTHORIZATION="Api-Key abcdefgh.wrong")
    assert send(stranger, method).json()["code"] == "unknown_api_key"


def test_a_key_may_be_sent_as_bearer(asked):
    client = make_client(f"Bearer {asked.key}")
    assert find(client)
    assert send(make_client("Bearer abcdefgh.wrong"), "ping").json()["code"] == "unknown_api_key"
    assert send(make_client("Bearer a.b.c"), "ping").json()["code"] == "invalid_token"


def test_a_key_without_search_is_refused(shop):
    client = make_key_client(shop.shop, scopes=[Scope.CATALOG_READ])
    answer = send(client, "tools/list")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_tools_need_the_scopes_of_their_operations(asked):
    client = make_key_client(asked.shop, scopes=[Scope.RECOMMEND])
    names = ["search_products", "similar_products", "get_product", "suggest_outfits"]
    assert list_names(client) == names
    assert list_names(asked.client) == [*names, "assess_photos"]
    product = find(client)
    # Refused before anything is looked up.
    for external_id in (product, "nothing"):
        problem = fail(client, "assess_photos", external_id=external_id)
        assert problem["code"] == "insufficient_scope" and "catalog:read" in problem["detail"]
    assert fail(client, "suggest_outfits", shopper="ada")["code"] == "insufficient_scope"
    with all_shops():
        assert not Shopper.objects.exists()


def test_a_member_uses_tools_by_their_role(asked, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    viewer = make_person(asked.shop, email="viewer@shop.example", role="viewer")
    assert find(viewer.client)
    assert fail(viewer.client, "suggest_outfits", shopper="ada")["code"] == "insufficient_role"


# --- Publishable keys -----------------------------------------------------------------


def test_pages_use_tools_from_allowed_origins_only(asked):
    page = make_page(asked.shop, origins=[ORIGIN])
    answer = send_call(page, "search_products", {"Origin": ORIGIN}, prompt="red dress")
    assert answer.status_code == 200 and not answer.json()["result"]["isError"]
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    other = send_call(page, "search_products", {"Origin": "https://evil.example"}, prompt="red")
    assert (other.status_code, other.json()["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in other


def test_preflights_of_pages_are_answered(asked, stranger):
    make_page(asked.shop, origins=[ORIGIN])
    asking = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, mcp-protocol-version",
    }
    answer = stranger.options(MCP, headers=asking)
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "mcp-protocol-version" in answer["Access-Control-Allow-Headers"]


def test_a_page_searches_for_the_shopper_of_its_token_only(asked):
    page = make_page(asked.shop, shopper="ada")
    with shop_scope(asked.shop.pk):
        get_or_create_shopper(shop=asked.shop, external_id="ada")
    call(page, "search_products", prompt="red dress")
    with all_shops():
        assert Prompt.objects.get().shopper.external_id == "ada"
    problem = fail(page, "search_products", prompt="red dress", shopper="eve")
    assert problem["code"] == "not_found"
    visitor = make_page(asked.shop)
    problem = fail(visitor, "search_products", prompt="red dress", shopper="eve")
    assert problem["code"] == "shopper_token_required"


# --- Shops ----------------------------------------------------------------------------


def test_a_rival_finds_nothing_of_the_shop(asked, rival):
    product = find(asked.client)
    cache_prompt(rival.shop)
    make_indexed(rival.shop, 0.2, name="theirs")
    found = call(rival.client, "search_products", prompt="red dress")["products"]
    assert [each["name"] for each in found] == ["theirs"]
    for name in ("get_product", "similar_products", "suggest_outfits", "assess_photos"):
        assert fail(rival.client, name, external_id=product)["code"] == "product_not_found"


# --- Limits ---------------------------------------------------------------------------


def remaining(client) -> int:
    return int(client.get("/api/v1/index/")["RateLimit-Remaining"])


@pytest.mark.parametrize(
    ("method", "name", "arguments"),
    [
        ("tools/list", None, {}),
        ("ping", None, {}),
        ("tools/call", "search_products", {"prompt": "red dress"}),
        ("tools/call", "search_products", {"promt": "red dress"}),
        ("tools/call", "get_product", {"external_id": "nothing"}),
        ("tools/call", "no_such_tool", {}),
    ],
)
def test_every_message_is_counted_once(asked, method, name, arguments):
    before = remaining(asked.client)
    params = {"name": name, "arguments": arguments} if name else {}
    answer = send(asked.client, method, params)
    assert answer.status_code == 200
    assert remaining(asked.client) == before - 2


def test_a_message_beyond_the_limit_is_refused(shop, settings):
    settings.RATE_LIMIT_SHOP = 0
    answer = send(shop.client, "tools/list")
    assert answer.status_code == 429 and answer["Retry-After"]
    problem = fail(shop.client, "search_products", prompt="red dress")
    assert problem["code"] == "throttled" and problem["retry_after"] > 0
    # It ended before its first operation.
    assert send_call(shop.client, "no_such_tool").status_code == 429


def test_the_response_has_the_limits(asked):
    for answer in (send(asked.client, "ping"), send_call(asked.client, "get_product")):
        assert answer["RateLimit-Limit"] == "6000", answer.content


def test_an_idempotency_key_is_not_that_of_the_operations(asked):
    headers = {"Idempotency-Key": "same"}
    for prompt in ("red dress", "red dress", "else"):
        cache_prompt(asked.shop, prompt)
        answer = send_call(asked.client, "search_products", headers, prompt=prompt)
        assert not answer.json()["result"]["isError"]
