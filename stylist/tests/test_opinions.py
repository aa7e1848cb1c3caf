"""Opinions of outfits, and their effect on later outfits."""

from uuid import uuid4

import pytest

from core.tenancy import shop_scope
from stylist.models import Outfit, OutfitFeedback
from stylist.outfits.feedback import Opinion, OutfitGone, get_taste, give_opinion
from stylist.tests.factories import (
    ask_outfits,
    build_outfit,
    ids_of,
    make_item,
    make_sold,
    make_wardrobe,
)
from tenants.models import Scope, Shopper
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


def judge(client, outfit, opinion: str):
    return client.post(f"/api/v1/outfits/{outfit['id']}/feedback/", {"opinion": opinion})


def opinions() -> list[str]:
    return sorted(OutfitFeedback.objects.values_list("opinion", flat=True))


def of(result, ids):
    return next((outfit for outfit in result["outfits"] if ids_of(outfit) == ids), None)


def best(shop, **wish):
    return ask_outfits(shop.client, number_of_outfits=1, **wish)["outfits"][0]


def test_dislike_changes_the_best_outfit_and_a_like_restores_it(inside):
    make_wardrobe(inside.shop)
    first = best(inside)
    assert judge(inside.client, first, "dislike").json() == {
        "outfit": first["id"],
        "opinion": "dislike",
    }
    second = best(inside)
    assert ids_of(second) != ids_of(first)
    judge(inside.client, first, "like")
    assert opinions() == ["like"], "a like takes back a dislike"
    third = best(inside)
    assert ids_of(third) == ids_of(first) and third["score"] > first["score"]


@pytest.mark.parametrize(
    ("opinions_given", "left"),
    [
        (["like", "like"], ["like"]), (["like", "dislike"], ["dislike"]),
        (["worn", "like"], ["like", "worn"]), (["like", "worn", "dislike"], ["dislike", "worn"]),
    ],
)  # fmt: skip
def test_latest_opinion_counts_in_addition_to_worn(inside, opinions_given, left):
    make_wardrobe(inside.shop)
    outfit = best(inside)
    for opinion in opinions_given:
        assert judge(inside.client, outfit, opinion).status_code == 200
    assert opinions() == left


def test_wearing_an_outfit_raises_its_score(inside):
    make_wardrobe(inside.shop)
    better, other = ask_outfits(inside.client, number_of_outfits=2)["outfits"]
    judge(inside.client, other, "worn")
    after = ask_outfits(inside.client, number_of_outfits=10)
    ahead = of(after, ids_of(better))["score"] - of(after, ids_of(other))["score"]
    assert ahead < better["score"] - other["score"]


def test_repeated_opinion_renews_its_date(inside):
    make_wardrobe(inside.shop)
    outfit = best(inside)
    judge(inside.client, outfit, "worn")
    before = OutfitFeedback.objects.get()
    judge(inside.client, outfit, "worn")
    assert OutfitFeedback.objects.get().created_at > before.created_at


def test_opinion_does_not_affect_other_shoppers(inside):
    make_wardrobe(inside.shop)
    judge(inside.client, best(inside), "like")
    ada, eve = Shopper.objects.get(), Shopper(shop=inside.shop, external_id="eve")
    eve.save()
    assert get_taste(ada).bonuses and not get_taste(eve).bonuses


def test_outfit_without_a_shopper_accepts_no_opinion(shop):
    dress = make_sold(shop.shop, "dress")
    make_sold(shop.shop, "sneakers", "white")
    looks = shop.client.post(f"/api/v1/images/{dress.pk}/outfits/", {}, format="json").json()
    outfit = looks["outfits"][0]
    answer = judge(shop.client, outfit, "like")
    assert (answer.status_code, answer.json()["code"]) == (409, "nobodys_outfit")


def test_opinion_of_a_missing_outfit_is_not_found(shop, rival):
    make_item(rival.shop, "dress")
    foreign = ask_outfits(rival.client)["outfits"][0]
    for pk in (foreign["id"], str(uuid4())):
        assert judge(shop.client, {"id": pk}, "like").status_code == 404
    with shop_scope(rival.shop.pk):
        assert opinions() == []


def test_outfit_deleted_during_the_request_is_not_found(inside):
    make_item(inside.shop, "dress")
    outfit = build_outfit(inside.shop, best(inside))
    Outfit.objects.all().delete()
    with pytest.raises(OutfitGone):
        give_opinion(outfit=outfit, opinion=Opinion.LIKE)


def test_invalid_opinion_is_refused(shop):
    make_item(shop.shop, "dress")
    outfit = best(shop)
    assert "opinion" in judge(shop.client, outfit, "meh").json()["errors"]


def test_opinion_needs_the_stylist_scope(shop):
    make_item(shop.shop, "dress")
    outfit = best(shop)
    publishable = make_key_client(shop.shop, kind="publishable")
    assert judge(publishable, outfit, "like").status_code == 403
    assert (
        judge(make_key_client(shop.shop, scopes=[Scope.STYLIST]), outfit, "like").status_code == 200
    )
