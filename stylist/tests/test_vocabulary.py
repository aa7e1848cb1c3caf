"""The vocabulary of garments, and the types that a shop adds."""

import pytest

from core.tenancy import all_shops, shop_scope
from stylist.models import StylistSettings
from stylist.tagging.taxonomy import get_taxonomy
from stylist.tests.factories import make_item, wardrobe_url
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/stylist/vocabulary/"
DIRNDL = {"name": "Dirndl", "slot": "one_piece", "prompts": ["bavarian dress"]}


def set_types(client, *types):
    return client.patch(URL, {"types": types}, format="json")


def own(client) -> list[tuple[str, str]]:
    types = client.get(URL).json()["types"]
    return [(kind["name"], kind["slot"]) for kind in types if kind["is_own"]]


def test_every_valid_tag_value_is_listed(shop):
    result = shop.client.get(URL).json()
    assert len(result["types"]) >= 40 and len(result["colours"]) >= 40
    assert len({kind["slot"] for kind in result["types"]}) == 7 and own(shop.client) == []
    item = make_item(shop.shop)
    lists = {"primary_colour": "colours", "pattern": "patterns", "style": "styles",
             "season": "seasons", "formality": "formality"}  # fmt: skip
    for tag, name in lists.items():
        for value in result[name]:
            body = {"tags": {tag: value}}
            answer = shop.client.patch(wardrobe_url(rest=f"{item.pk}/"), body, format="json")
            assert answer.status_code == 200, (tag, value)


def test_own_types_are_added_replaced_and_removed(shop, rival):
    assert set_types(shop.client, DIRNDL).status_code == 200
    assert own(shop.client) == [("Dirndl", "one_piece")] and own(rival.client) == []
    set_types(shop.client, {"name": "kilt", "slot": "bottom"})
    assert own(shop.client) == [("kilt", "bottom")]
    set_types(shop.client)
    assert own(shop.client) == []


def test_garment_can_have_an_own_type(shop):
    set_types(shop.client, DIRNDL)
    item = make_item(shop.shop)
    body = {"tags": {"type": "dirndl"}}
    result = shop.client.patch(wardrobe_url(rest=f"{item.pk}/"), body, format="json").json()
    assert (result["tags"]["type"]["value"], result["slot"]) == ("Dirndl", "one_piece")
    set_types(shop.client)
    result = shop.client.get(wardrobe_url(rest=f"{item.pk}/")).json()
    assert (result["tags"]["type"]["value"], result["slot"]) == ("Dirndl", "one_piece"), "it stays"
    answer = shop.client.patch(wardrobe_url(rest=f"{item.pk}/"), body, format="json")
    assert answer.json()["code"] == "tag_unknown"


@pytest.mark.parametrize(
    ("types", "code"),
    [
        ([{"name": "Jeans", "slot": "bottom"}], "type_unusable"),
        ([DIRNDL, {"name": "dirndl", "slot": "top"}], "type_unusable"),
        ([{"name": "cape", "slot": "shoulders"}], "validation_error"),
        ([{"name": "", "slot": "outer"}], "validation_error"),
        ([{"name": "x" * 61, "slot": "outer"}], "validation_error"),
        ([{"slot": "outer"}], "validation_error"),
        ([{"name": "cape", "slot": "outer", "prompts": ["x"] * 9}], "validation_error"),
        ([{"name": f"type {n}", "slot": "top"} for n in range(101)], "validation_error"),
        ("jeans", "validation_error"),
    ],
    ids=["known", "twice", "no slot", "no name", "long", "nameless", "prompts", "many", "text"],
)
def test_invalid_types_are_refused_and_change_nothing(shop, types, code):
    set_types(shop.client, {"name": "kilt", "slot": "bottom"})
    answer = shop.client.patch(URL, {"types": types}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert own(shop.client) == [("kilt", "bottom")]


def test_invalid_type_is_named(shop):
    problem = set_types(shop.client, DIRNDL, {"name": "JEANS", "slot": "bottom"}).json()
    assert (problem["index"], problem["field"]) == (1, "name")


def test_types_need_the_stylist_scope(shop, stranger):
    for client, status in (
        (stranger, 401),
        (make_key_client(shop.shop, kind="publishable"), 403),
        (make_key_client(shop.shop, scopes=[Scope.CATALOG_READ, Scope.RECOMMEND]), 403),
        (make_key_client(shop.shop, scopes=[Scope.STYLIST]), 200),
    ):
        assert client.get(URL).status_code == status
        assert set_types(client, DIRNDL).status_code == status
    with all_shops():
        assert StylistSettings.objects.count() == 1
    with shop_scope(shop.shop.pk):
        assert get_taxonomy(shop.shop.pk).find("DIRNDL")
