"""Tenancy of the stylist: no shop, and no request without a key, gets the data of others."""

import pytest

from core.tenancy import UnscopedQueryError, shop_scope
from stylist.models import (
    Conversation,
    ImageTags,
    Message,
    Outfit,
    OutfitFeedback,
    StylistSettings,
    WardrobeItem,
)
from stylist.tests.factories import ask_outfits, make_item, make_sold

UNKNOWN = "018f0000-0000-7000-8000-000000000000"
pytestmark = pytest.mark.django_db
MODELS = (
    Conversation, ImageTags, Message, Outfit, OutfitFeedback, StylistSettings, WardrobeItem,
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_rows_outside_a_shops_scope_are_an_error(model):
    with pytest.raises(UnscopedQueryError):
        model.objects.count()


def test_shoppers_of_two_shops_may_have_one_id(shop, rival):
    make_item(shop.shop, "dress")
    assert ask_outfits(shop.client)["outfits"]
    for what in ("wardrobe", "outfits"):
        assert rival.client.get(f"/api/v1/shoppers/ada/{what}/").json()["results"] == []
    assert ask_outfits(rival.client)["lacking"]
    with shop_scope(rival.shop.pk):
        assert not Outfit.objects.exists()


def test_members_do_not_find_another_shops_rows(colleague, rival):
    item, image = make_item(rival.shop, "dress"), make_sold(rival.shop, "dress")
    outfit = ask_outfits(rival.client)["outfits"][0]
    client = colleague.client
    assert client.get(f"/api/v1/shoppers/ada/wardrobe/{item.pk}/").status_code == 404
    assert client.post(f"/api/v1/images/{image.pk}/outfits/", {}).status_code == 404
    opinion = {"opinion": "like"}
    assert client.post(f"/api/v1/outfits/{outfit['id']}/feedback/", opinion).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "shoppers/ada/wardrobe/"), ("post", "shoppers/ada/wardrobe/"),
        ("get", "shoppers/ada/outfits/"), ("post", "shoppers/ada/outfits/"),
        ("post", "shoppers/ada/purchases/"), ("post", f"images/{UNKNOWN}/outfits/"),
        ("post", f"outfits/{UNKNOWN}/feedback/"), ("get", "stylist/vocabulary/"),
    ],
)  # fmt: skip
def test_requests_without_a_key_are_refused(stranger, method, path):
    answer = getattr(stranger, method)(f"/api/v1/{path}", {}, format="json")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["a\0b", "x" * 201])
def test_invalid_id_in_an_address_is_not_found(shop, name):
    url = f"/api/v1/shoppers/{name}/outfits/"
    assert shop.client.get(url).json()["results"] == []
    answer = shop.client.post(url, {})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_shopper_id")
