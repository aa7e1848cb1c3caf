"""The words for garments, and the types that a shop adds."""

import pytest

from core.tenancy import all_shops, shop_scope
from stylist.models import StylistSettings
from stylist.tagging.shop_taxonomy import get_taxonomy
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


def test_every_value_that_a_correction_may_have_is_listed(shop):
    told = shop.client.get(URL).json()
    assert len(told["types"]) >= 40 and len(told["colours"]) >= 40
    assert len({kind["slot"] for kind in told["types"]}) == 7 and own(shop.client) == []
    item = make_item(shop.shop)
    lists = {"primary_colour": "colours", "pattern": "patterns", "style": "styles",
             "season": "seasons", "formality": "formality"}  # fmt: skip
    for tag, name in lists.items():
        for value in told[name]:
            body = {"tags": {tag: value}}
            answer = shop.client.patch(wardrobe_url(rest=f"{item.pk}/"), body, format="json")
            assert answer.status_code == 200, (tag, value)


def test_own_types_are_added_replaced_and_taken_out(shop, rival):
    assert set_types(shop.client, DIRNDL).status_code == 200
    assert own(shop.client) == [("Dirndl", "one_piece")] and own(rival.client) == []
    set_types(shop.client, {"name": "kilt", "slot": "bottom"})
    assert own(shop.client) == [("kilt", "bottom")]
    set_types(shop.client)
    assert own(shop.client) == []


def test_own_type_can_be_what_a_garment_is(shop):
    set_types(shop.client, DIRNDL)
    item = make_item(shop.shop)
    body = {"tags": {"type": "dirndl"}}
    told = shop.client.patch(wardrobe_url(rest=f"{item.pk}/"), body, format="json").json()
    assert (told["tags"]["type"]["value"], told["slot"]) == ("Dirndl", "one_piece")
    set_types(shop.client)
    told = shop.client.get(wardrobe_url(rest=f"{item.pk}/")).json()
    assert (told["tags"]["type"]["value"], told["slot"]) == ("Dirndl", "one_piece"), "it stays"
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
def test_types_that_cannot_be_are_refused_and_the_old_ones_stay(shop, types, code):
    set_types(shop.client, {"name": "kilt", "slot": "bottom"})
    answer = shop.client.patch(URL, {"types": types}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert own(shop.client) == [("kilt", "bottom")]


def test_which_of_the_types_cannot_be_is_told(shop):
    problem = set_types(shop.client, DIRNDL, {"name": "JEANS", "slot": "bottom"}).json()
    assert (problem["index"], problem["field"]) == (1, "name")


def test_types_take_the_stylists_scope(shop, stranger):
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
