"""Outfits through the API: from a wardrobe, from the catalogue, from both, and around an item."""

from uuid import uuid4

import numpy as np
import pytest

from catalog.models import Image
from catalog.services import delete_image
from core.tenancy import all_shops, shop_scope
from stylist.models import ImageTags, Outfit
from stylist.outfits import catalog_pool
from stylist.tests.factories import (
    add_photos,
    ask_outfits,
    ids_of,
    make_item,
    make_jpeg,
    make_sold,
    make_wardrobe,
    outfits_url,
    tag_image,
)
from tenants.models import Scope
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db
SOLD = (
    ("shirt", "white"), ("t-shirt", "light blue"), ("jeans", "navy"), ("chinos", "beige"),
    ("sneakers", "white"), ("loafers", "brown"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_pools() -> None:
    catalog_pool._cache.clear()


def make_catalogue(shop) -> list[Image]:
    return [make_sold(shop.shop, kind, colour, price="40.00") for kind, colour in SOLD]


def sources(told) -> set[str]:
    return {piece["source"] for outfit in told["outfits"] for piece in outfit["pieces"]}


def shown_ids(told) -> set[str]:
    return set().union(*map(ids_of, told["outfits"]))


def refused(client, **body):
    answer = client.post(outfits_url(), body, format="json")
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


# --- Where they come from -------------------------------------------------------------


def test_outfits_are_made_of_what_a_shopper_owns(shop):
    owned = {str(item.pk) for item in make_wardrobe(shop.shop)}
    make_item(shop.shop, "dress", shopper="eve")
    make_catalogue(shop)
    told = ask_outfits(shop.client, number_of_outfits=3)
    assert len(told["outfits"]) == 3 and told["lacking"] == ""
    assert shown_ids(told) <= owned and sources(told) == {"wardrobe"}
    for outfit in told["outfits"]:
        slots = [piece["slot"] for piece in outfit["pieces"]]
        assert len(set(slots)) == len(slots) and {"top", "bottom", "shoes"} <= set(slots)
        assert not any(piece["is_gone"] for piece in outfit["pieces"])


def test_points_of_the_parts_add_up_to_the_score_and_each_has_its_reason(shop):
    make_wardrobe(shop.shop)
    for outfit in ask_outfits(shop.client, occasion="work", season="autumn")["outfits"]:
        points = sum(part["points"] for part in outfit["parts"])
        assert points == pytest.approx(outfit["score"], abs=0.001)
        assert all(part["sentence"] for part in outfit["parts"])
        assert outfit["wish"] == {"occasion": "work", "season": "autumn", "formality": None}


def test_outfits_are_made_of_what_the_shop_sells(shop):
    sold = {str(image.pk) for image in make_catalogue(shop)}
    make_wardrobe(shop.shop)
    told = ask_outfits(shop.client, source="catalog")
    assert told["outfits"] and shown_ids(told) <= sold
    piece = told["outfits"][0]["pieces"][0]
    assert (piece["price"], piece["availability"]) == ("40.00", "in_stock") and piece["photo_url"]


def test_mixed_outfits_fill_a_wardrobe_with_what_the_shop_sells(shop):
    make_item(shop.shop, "shirt", "white")
    make_catalogue(shop)
    told = ask_outfits(shop.client, source="mixed", number_of_outfits=5)
    assert sources(told) == {"wardrobe", "catalog"}


@pytest.mark.parametrize(
    "fields",
    [{"status": "draft"}, {"status": "held"}, {"availability": "out_of_stock"}],
    ids=["draft", "held", "sold out"],
)
def test_what_is_not_for_sale_now_is_in_no_outfit_though_the_pool_still_has_it(shop, fields):
    make_catalogue(shop)
    extra = make_sold(shop.shop, "dress", "navy")
    before = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert str(extra.pk) in shown_ids(before)
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=extra.pk).update(**fields)
    after = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert after["outfits"] and str(extra.pk) not in shown_ids(after)


def test_deleted_image_is_in_no_outfit_at_once(shop):
    make_catalogue(shop)
    extra = make_sold(shop.shop, "dress", "navy")
    before = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert str(extra.pk) in shown_ids(before)
    with shop_scope(shop.shop.pk):
        delete_image(image=extra)
    after = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert str(extra.pk) not in shown_ids(after)
    listed = shop.client.get(outfits_url()).json()["results"]
    assert listed, "who asked for outfits has a history from then on"


def test_image_to_be_had_on_preorder_is_for_sale(shop):
    image = make_sold(shop.shop, "dress", "navy", availability="preorder")
    make_sold(shop.shop, "sneakers", "white")
    assert str(image.pk) in shown_ids(ask_outfits(shop.client, source="catalog"))


def test_another_shops_images_are_in_no_outfit(shop, rival):
    make_catalogue(rival)
    for source in ("catalog", "mixed", "wardrobe"):
        told = ask_outfits(shop.client, source=source)
        assert (told["outfits"], bool(told["lacking"])) == ([], True)


# --- Around an item -------------------------------------------------------------------


def test_every_outfit_holds_the_items_chosen_of_both_kinds(shop):
    make_wardrobe(shop.shop)
    make_catalogue(shop)
    top = make_item(shop.shop, "polo shirt", "olive")
    shoes = make_sold(shop.shop, "ankle boots", "black")
    items = {str(top.pk), str(shoes.pk)}
    for source in ("wardrobe", "catalog", "mixed"):
        told = ask_outfits(shop.client, source=source, items=sorted(items))
        assert told["outfits"], source
        assert all(items <= ids_of(outfit) for outfit in told["outfits"]), source


def test_items_that_are_not_there_are_refused(shop, rival):
    make_wardrobe(shop.shop)
    others = make_item(shop.shop, "coat", shopper="eve")
    foreign = make_item(rival.shop, "coat"), make_sold(rival.shop, "coat")
    deleted = make_sold(shop.shop, "coat")
    with shop_scope(shop.shop.pk):
        delete_image(image=deleted)
    for pk in (uuid4(), others.pk, *(row.pk for row in foreign), deleted.pk):
        status, problem = refused(shop.client, items=[str(pk)])
        assert (status, problem["code"], problem["ids"]) == (400, "anchor_unknown", [str(pk)])
    assert not any(rows_of(shop))


def rows_of(shop) -> list[Outfit]:
    with shop_scope(shop.shop.pk):
        return list(Outfit.objects.all())


def test_item_that_waits_for_its_tags_is_refused_as_such(shop):
    (item,) = add_photos(shop.client, make_jpeg()).json()
    status, problem = refused(shop.client, items=[item["id"]])
    assert (status, problem["code"]) == (400, "anchor_unknown")
    assert "tagged" in problem["detail"]


def test_items_that_exclude_each_other_are_refused(shop):
    tops = [make_item(shop.shop, "shirt"), make_item(shop.shop, "t-shirt")]
    dress = make_item(shop.shop, "dress")
    for pair in (tops, [tops[0], dress]):
        status, problem = refused(shop.client, items=[str(item.pk) for item in pair])
        assert (status, problem["code"]) == (400, "anchors_exclude_each_other")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": "cupboard"}, "source"), ({"occasion": "moonwalk"}, "occasion"),
        ({"season": "monsoon"}, "season"), ({"formality": 2}, "formality"),
        ({"number_of_outfits": 0}, "number_of_outfits"),
        ({"number_of_outfits": 11}, "number_of_outfits"),
        ({"items": ["x"]}, "items"), ({"items": [str(uuid4()) for _ in range(5)]}, "items"),
    ],
)  # fmt: skip
def test_wish_that_cannot_be_is_refused(shop, body, field):
    status, problem = refused(shop.client, **body)
    assert (status, problem["code"]) == (400, "validation_error") and field in problem["errors"]


def test_garments_tagged_by_different_encoders_are_put_together(shop):
    """A shop may have changed its encoder; vectors of another length compare with none."""
    items = make_wardrobe(shop.shop)
    with shop_scope(shop.shop.pk):
        for size, item in zip((4, 4, 4, 4, 8, 8, 8), items, strict=True):
            item.embedding = np.eye(1, size, dtype=np.float16).tobytes()
            item.save()
    assert ask_outfits(shop.client)["outfits"]


# --- Nothing to choose from -----------------------------------------------------------


def test_empty_wardrobe_says_so(shop):
    told = ask_outfits(shop.client)
    assert told == {"outfits": [], "lacking": "There are no garments to choose from yet."}


def test_wardrobe_of_tops_says_what_is_missing(shop):
    make_item(shop.shop, "t-shirt")
    told = ask_outfits(shop.client)
    assert told["outfits"] == [] and "a bottom is missing" in told["lacking"]


def test_bags_alone_say_what_an_outfit_needs(shop):
    make_item(shop.shop, "backpack")
    lacking = ask_outfits(shop.client)["lacking"]
    assert "a top and a bottom" in lacking and "one-piece" in lacking


# --- Preferences ----------------------------------------------------------------------


def test_colours_that_are_avoided_are_in_no_outfit(shop):
    make_catalogue(shop)
    avoided = {str(image.pk) for image in make_wardrobe_of(shop, "red")}
    before = shown_ids(ask_outfits(shop.client, source="catalog", number_of_outfits=10))
    assert before & avoided
    body = {"avoided": {"category": [], "styles": [], "colour": ["Red"], "brand": []}}
    url = "/api/v1/shoppers/ada/preferences/"
    assert shop.client.patch(url, body, format="json").status_code == 200
    told = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert told["outfits"] and not shown_ids(told) & avoided


def make_wardrobe_of(shop, colour: str) -> list[Image]:
    return [make_sold(shop.shop, kind, colour) for kind in ("t-shirt", "jeans", "sneakers")]


# --- History --------------------------------------------------------------------------


def test_outfits_that_were_shown_are_listed_the_newest_first(shop):
    make_wardrobe(shop.shop)
    make_wardrobe(shop.shop, shopper="eve")
    told = ask_outfits(shop.client, number_of_outfits=3)["outfits"]
    ask_outfits(shop.client, shopper="eve")
    page = shop.client.get(outfits_url(), {"page_size": 2}).json()
    rest = shop.client.get(page["next"]).json()
    listed = page["results"] + rest["results"]
    assert {outfit["id"] for outfit in listed} == {outfit["id"] for outfit in told}
    assert [outfit["id"] for outfit in listed] == sorted((o["id"] for o in told), reverse=True)


def test_garment_that_is_gone_is_told_as_what_it_was(shop):
    items = make_wardrobe(shop.shop)
    told = ask_outfits(shop.client, number_of_outfits=1)["outfits"][0]
    gone = next(item for item in items if str(item.pk) in ids_of(told))
    shop.client.delete(f"/api/v1/shoppers/ada/wardrobe/{gone.pk}/")
    (listed,) = shop.client.get(outfits_url()).json()["results"]
    piece = next(piece for piece in listed["pieces"] if piece["id"] == str(gone.pk))
    assert piece == {
        "source": "wardrobe", "id": str(gone.pk), "slot": gone.slot, "kind": gone.kind,
        "is_gone": True,
    }  # fmt: skip


def test_history_needs_no_query_for_each_outfit(shop, django_assert_max_num_queries):
    make_wardrobe(shop.shop)
    make_catalogue(shop)
    for _ in range(3):
        ask_outfits(shop.client, source="mixed", number_of_outfits=5)
    with django_assert_max_num_queries(7):
        assert len(shop.client.get(outfits_url()).json()["results"]) == 15


def test_outfits_need_no_query_for_each_garment(shop, django_assert_max_num_queries):
    make_wardrobe(shop.shop)
    make_catalogue(shop)
    with django_assert_max_num_queries(18):
        ask_outfits(shop.client, source="mixed", number_of_outfits=5)


# --- What one purchase completes ------------------------------------------------------


def test_purchase_that_completes_outfits_is_found(shop):
    for kind, colour in (("shirt", "white"), ("t-shirt", "navy"), ("sneakers", "white")):
        make_item(shop.shop, kind, colour)
    jeans, _ = make_sold(shop.shop, "jeans", "navy"), make_sold(shop.shop, "backpack", "black")
    answer = shop.client.post("/api/v1/shoppers/ada/purchases/", {}, format="json")
    first = answer.json()["purchases"][0]
    assert first["image"] == str(jeans.pk) and first["outfits"] >= 2
    assert str(jeans.pk) in ids_of(first["best"]) and 0 < first["mean_score"] <= 1
    listed = shop.client.get(outfits_url()).json()["results"]
    assert first["best"]["id"] in {outfit["id"] for outfit in listed}


def test_purchases_for_nobody_known_are_not_found(shop):
    assert shop.client.post("/api/v1/shoppers/eve/purchases/", {}).status_code == 404


# --- Complete the look ----------------------------------------------------------------


def complete(client, image, **body):
    return client.post(f"/api/v1/images/{image.pk}/outfits/", body, format="json")


def test_look_of_an_image_is_completed_with_what_is_sold(shop):
    make_catalogue(shop)
    make_wardrobe(shop.shop)
    dress = make_sold(shop.shop, "dress", "navy")
    told = complete(shop.client, dress, number_of_outfits=2).json()
    assert len(told["outfits"]) == 2 and sources(told) == {"catalog"}
    assert all(str(dress.pk) in ids_of(outfit) for outfit in told["outfits"])


def test_look_is_for_sites_to_ask(shop):
    make_catalogue(shop)
    dress = make_sold(shop.shop, "dress", "navy")
    publishable = make_key_client(shop.shop, kind="publishable")
    assert complete(publishable, dress).status_code == 200
    styling = make_key_client(shop.shop, scopes=[Scope.STYLIST])
    assert complete(styling, dress).status_code == 403


def test_look_of_what_nobody_may_see_is_not_found(shop, rival):
    draft = make_sold(shop.shop, "dress", status="draft")
    foreign, deleted = make_sold(rival.shop, "dress"), make_sold(shop.shop, "dress")
    with shop_scope(shop.shop.pk):
        delete_image(image=deleted)
    for image in (draft, foreign, deleted):
        assert complete(shop.client, image).status_code == 404


def test_look_of_an_image_that_was_not_tagged_yet_waits(shop):
    image = make_sold(shop.shop, "dress")
    with all_shops():
        ImageTags.objects.all().delete()
    answer = complete(shop.client, image)
    assert (answer.status_code, answer.json()["code"]) == (409, "image_not_tagged")


def test_look_of_an_image_whose_new_photo_waits_is_not_that_of_the_old(shop):
    image = make_sold(shop.shop, "dress")
    with all_shops():
        ImageTags.objects.all().request()
    assert complete(shop.client, image).json()["code"] == "image_not_tagged"
    tag_image(image, "dress", "red")
    assert complete(shop.client, image).status_code == 200


def test_look_of_a_photo_that_cannot_be_tagged_says_what_to_do(shop):
    image = make_sold(shop.shop, "dress")
    problem = {"code": "photo_blank", "detail": "The photo is blank; send another."}
    with all_shops():
        ImageTags.objects.update(state="failed", problem=problem)
    answer = complete(shop.client, image)
    assert (answer.status_code, answer.json()["code"]) == (409, "image_not_tagged")
    assert problem["detail"] in answer.json()["detail"]


# --- Whose it is ----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["outfits", "purchases"])
def test_keys_without_the_scope_get_no_outfits(shop, stranger, what):
    make_wardrobe(shop.shop)
    url = f"/api/v1/shoppers/ada/{what}/"
    publishable = make_key_client(shop.shop, kind="publishable")
    searching = make_key_client(shop.shop, scopes=[Scope.RECOMMEND])
    assert publishable.post(url, {}).status_code == 403
    assert searching.post(url, {}).status_code == 403
    assert stranger.post(url, {}).status_code == 401
    assert make_key_client(shop.shop, scopes=[Scope.STYLIST]).post(url, {}).status_code == 200
