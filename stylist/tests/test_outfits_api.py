"""The API of outfits: from a wardrobe, from the catalogue, from both, and around an item."""

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
def _clear_pools() -> None:
    catalog_pool._cache.clear()


def make_catalogue(shop) -> list[Image]:
    return [make_sold(shop.shop, kind, colour, price="40.00") for kind, colour in SOLD]


def sources(result) -> set[str]:
    return {piece["source"] for outfit in result["outfits"] for piece in outfit["pieces"]}


def outfit_ids(result) -> set[str]:
    return set().union(*map(ids_of, result["outfits"]))


def refused(client, **body):
    answer = client.post(outfits_url(), body, format="json")
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


# --- Sources of garments -------------------------------------------------------------


def test_outfits_use_the_wardrobe(shop):
    owned = {str(item.pk) for item in make_wardrobe(shop.shop)}
    make_item(shop.shop, "dress", shopper="eve")
    make_catalogue(shop)
    result = ask_outfits(shop.client, number_of_outfits=3)
    assert len(result["outfits"]) == 3 and result["lacking"] == ""
    assert outfit_ids(result) <= owned and sources(result) == {"wardrobe"}
    for outfit in result["outfits"]:
        slots = [piece["slot"] for piece in outfit["pieces"]]
        assert len(set(slots)) == len(slots) and {"top", "bottom", "shoes"} <= set(slots)
        assert not any(piece["is_gone"] for piece in outfit["pieces"])


def test_points_add_up_to_the_score_and_each_part_has_a_sentence(shop):
    make_wardrobe(shop.shop)
    for outfit in ask_outfits(shop.client, occasion="work", season="autumn")["outfits"]:
        points = sum(part["points"] for part in outfit["parts"])
        assert points == pytest.approx(outfit["score"], abs=0.001)
        assert all(part["sentence"] for part in outfit["parts"])
        assert outfit["wish"] == {"occasion": "work", "season": "autumn", "formality": None}


def test_outfits_use_the_catalogue(shop):
    sold = {str(image.pk) for image in make_catalogue(shop)}
    make_wardrobe(shop.shop)
    result = ask_outfits(shop.client, source="catalog")
    assert result["outfits"] and outfit_ids(result) <= sold
    piece = result["outfits"][0]["pieces"][0]
    assert (piece["price"], piece["availability"]) == ("40.00", "in_stock") and piece["photo_url"]


def test_mixed_outfits_complete_a_wardrobe_from_the_catalogue(shop):
    make_item(shop.shop, "shirt", "white")
    make_catalogue(shop)
    result = ask_outfits(shop.client, source="mixed", number_of_outfits=5)
    assert sources(result) == {"wardrobe", "catalog"}


@pytest.mark.parametrize(
    "fields",
    [{"status": "draft"}, {"status": "held"}, {"availability": "out_of_stock"}],
    ids=["draft", "held", "sold out"],
)
def test_image_not_for_sale_is_not_used_though_the_pool_has_it(shop, fields):
    make_catalogue(shop)
    extra = make_sold(shop.shop, "dress", "navy")
    before = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert str(extra.pk) in outfit_ids(before)
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=extra.pk).update(**fields)
    after = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert after["outfits"] and str(extra.pk) not in outfit_ids(after)


def test_deleted_image_is_not_used_any_more(shop):
    make_catalogue(shop)
    extra = make_sold(shop.shop, "dress", "navy")
    before = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert str(extra.pk) in outfit_ids(before)
    with shop_scope(shop.shop.pk):
        delete_image(image=extra)
    after = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert str(extra.pk) not in outfit_ids(after)
    listed = shop.client.get(outfits_url()).json()["results"]
    assert listed, "who asked for outfits has a history from then on"


def test_image_on_preorder_is_for_sale(shop):
    image = make_sold(shop.shop, "dress", "navy", availability="preorder")
    make_sold(shop.shop, "sneakers", "white")
    assert str(image.pk) in outfit_ids(ask_outfits(shop.client, source="catalog"))


def test_another_shops_images_are_not_used(shop, rival):
    make_catalogue(rival)
    for source in ("catalog", "mixed", "wardrobe"):
        result = ask_outfits(shop.client, source=source)
        assert (result["outfits"], bool(result["lacking"])) == ([], True)


# --- Around an item -------------------------------------------------------------------


def test_every_outfit_contains_the_chosen_item_and_image(shop):
    make_wardrobe(shop.shop)
    make_catalogue(shop)
    top = make_item(shop.shop, "polo shirt", "olive")
    shoes = make_sold(shop.shop, "ankle boots", "black")
    items = {str(top.pk), str(shoes.pk)}
    for source in ("wardrobe", "catalog", "mixed"):
        result = ask_outfits(shop.client, source=source, items=sorted(items))
        assert result["outfits"], source
        assert all(items <= ids_of(outfit) for outfit in result["outfits"]), source


def test_missing_items_are_refused(shop, rival):
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


def test_item_without_tags_is_refused(shop):
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
def test_invalid_wish_is_refused(shop, body, field):
    status, problem = refused(shop.client, **body)
    assert (status, problem["code"]) == (400, "validation_error") and field in problem["errors"]


def test_garments_of_different_encoders_are_combined(shop):
    """After a change of encoder, embeddings have different lengths and cannot be compared."""
    items = make_wardrobe(shop.shop)
    with shop_scope(shop.shop.pk):
        for size, item in zip((4, 4, 4, 4, 8, 8, 8), items, strict=True):
            item.embedding = np.eye(1, size, dtype=np.float16).tobytes()
            item.save()
    assert ask_outfits(shop.client)["outfits"]


# --- Nothing to choose from -----------------------------------------------------------


def test_empty_wardrobe_is_reported(shop):
    result = ask_outfits(shop.client)
    assert result == {"outfits": [], "lacking": "There are no garments to choose from yet."}


def test_missing_slot_is_reported(shop):
    make_item(shop.shop, "t-shirt")
    result = ask_outfits(shop.client)
    assert result["outfits"] == [] and "a bottom is missing" in result["lacking"]


def test_bags_alone_are_not_enough(shop):
    make_item(shop.shop, "backpack")
    lacking = ask_outfits(shop.client)["lacking"]
    assert "a top and a bottom" in lacking and "one-piece" in lacking


# --- Preferences ----------------------------------------------------------------------


def test_avoided_colours_are_not_used(shop):
    make_catalogue(shop)
    avoided = {str(image.pk) for image in make_wardrobe_of(shop, "red")}
    before = outfit_ids(ask_outfits(shop.client, source="catalog", number_of_outfits=10))
    assert before & avoided
    body = {"avoided": {"category": [], "styles": [], "colour": ["Red"], "brand": []}}
    url = "/api/v1/shoppers/ada/preferences/"
    assert shop.client.patch(url, body, format="json").status_code == 200
    result = ask_outfits(shop.client, source="catalog", number_of_outfits=10)
    assert result["outfits"] and not outfit_ids(result) & avoided


def make_wardrobe_of(shop, colour: str) -> list[Image]:
    return [make_sold(shop.shop, kind, colour) for kind in ("t-shirt", "jeans", "sneakers")]


# --- History --------------------------------------------------------------------------


def test_suggested_outfits_are_listed_newest_first(shop):
    make_wardrobe(shop.shop)
    make_wardrobe(shop.shop, shopper="eve")
    result = ask_outfits(shop.client, number_of_outfits=3)["outfits"]
    ask_outfits(shop.client, shopper="eve")
    page = shop.client.get(outfits_url(), {"page_size": 2}).json()
    rest = shop.client.get(page["next"]).json()
    listed = page["results"] + rest["results"]
    assert {outfit["id"] for outfit in listed} == {outfit["id"] for outfit in result}
    assert [outfit["id"] for outfit in listed] == sorted((o["id"] for o in result), reverse=True)


def test_deleted_garment_is_listed_as_gone(shop):
    items = make_wardrobe(shop.shop)
    result = ask_outfits(shop.client, number_of_outfits=1)["outfits"][0]
    gone = next(item for item in items if str(item.pk) in ids_of(result))
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


# --- Purchases ------------------------------------------------------


def test_finds_a_purchase_that_completes_outfits(shop):
    for kind, colour in (("shirt", "white"), ("t-shirt", "navy"), ("sneakers", "white")):
        make_item(shop.shop, kind, colour)
    jeans, _ = make_sold(shop.shop, "jeans", "navy"), make_sold(shop.shop, "backpack", "black")
    answer = shop.client.post("/api/v1/shoppers/ada/purchases/", {}, format="json")
    first = answer.json()["purchases"][0]
    assert first["image"] == str(jeans.pk) and first["outfits"] >= 2
    assert str(jeans.pk) in ids_of(first["best"]) and 0 < first["mean_score"] <= 1
    listed = shop.client.get(outfits_url()).json()["results"]
    assert first["best"]["id"] in {outfit["id"] for outfit in listed}


def test_purchases_of_an_unknown_shopper_are_not_found(shop):
    assert shop.client.post("/api/v1/shoppers/eve/purchases/", {}).status_code == 404


# --- Complete the look ----------------------------------------------------------------


def complete(client, image, **body):
    return client.post(f"/api/v1/images/{image.pk}/outfits/", body, format="json")


def test_look_of_an_image_is_completed_from_the_catalogue(shop):
    make_catalogue(shop)
    make_wardrobe(shop.shop)
    dress = make_sold(shop.shop, "dress", "navy")
    result = complete(shop.client, dress, number_of_outfits=2).json()
    assert len(result["outfits"]) == 2 and sources(result) == {"catalog"}
    assert all(str(dress.pk) in ids_of(outfit) for outfit in result["outfits"])


def test_publishable_key_may_complete_a_look(shop):
    make_catalogue(shop)
    dress = make_sold(shop.shop, "dress", "navy")
    publishable = make_key_client(shop.shop, kind="publishable")
    assert complete(publishable, dress).status_code == 200
    styling = make_key_client(shop.shop, scopes=[Scope.STYLIST])
    assert complete(styling, dress).status_code == 403


def test_look_of_a_hidden_image_is_not_found(shop, rival):
    draft = make_sold(shop.shop, "dress", status="draft")
    foreign, deleted = make_sold(rival.shop, "dress"), make_sold(shop.shop, "dress")
    with shop_scope(shop.shop.pk):
        delete_image(image=deleted)
    for image in (draft, foreign, deleted):
        assert complete(shop.client, image).status_code == 404


def test_look_of_an_untagged_image_is_refused(shop):
    image = make_sold(shop.shop, "dress")
    with all_shops():
        ImageTags.objects.all().delete()
    answer = complete(shop.client, image)
    assert (answer.status_code, answer.json()["code"]) == (409, "image_not_tagged")


def test_look_of_an_image_with_a_new_photo_is_refused(shop):
    image = make_sold(shop.shop, "dress")
    with all_shops():
        ImageTags.objects.all().request()
    assert complete(shop.client, image).json()["code"] == "image_not_tagged"
    tag_image(image, "dress", "red")
    assert complete(shop.client, image).status_code == 200


def test_look_of_a_photo_without_a_garment_reports_the_problem(shop):
    image = make_sold(shop.shop, "dress")
    problem = {"code": "photo_blank", "detail": "The photo is blank; send another."}
    with all_shops():
        ImageTags.objects.update(state="failed", problem=problem)
    answer = complete(shop.client, image)
    assert (answer.status_code, answer.json()["code"]) == (409, "image_not_tagged")
    assert problem["detail"] in answer.json()["detail"]


# --- Access ----------------------------------------------------------------------


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
