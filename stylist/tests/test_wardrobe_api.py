"""The API of wardrobes: adding, listing, correcting and removing garments."""

import pytest

from core.tenancy import all_shops, shop_scope
from stylist.models import WardrobeItem
from stylist.tests.factories import (
    add_photos,
    folders_of_files,
    make_blank,
    make_item,
    make_jpeg,
    wardrobe_url,
)
from stylist.wardrobe import items
from tenants.models import Scope, Shopper
from tenants.tests.factories import make_key_client

pytestmark = pytest.mark.django_db


def change(client, item, shopper: str = "ada", **body):
    return client.patch(wardrobe_url(shopper, f"{item.pk}/"), body, format="json")


def rows(shop) -> list[WardrobeItem]:
    with shop_scope(shop.shop.pk):
        return list(WardrobeItem.objects.all())


def test_photo_becomes_a_pending_garment(shop, media_root):
    answer = add_photos(shop.client, make_jpeg(), name="My favourite")
    assert answer.status_code == 201, answer.content
    (result,) = answer.json()
    assert (result["state"], result["name"], result["slot"]) == ("pending", "My favourite", None)
    assert set(result["tags"].values()) == {None} and result["unsure"] == []
    assert shop.client.get(wardrobe_url(rest=f"{result['id']}/")).json() == result
    photo = shop.client.get(result["photo_url"])
    assert (photo.status_code, photo["Content-Type"]) == (200, "image/jpeg")
    photo.close()
    assert folders_of_files(media_root) == ["wardrobe"], "there is no original of a person's photo"


def test_twenty_photos_are_added_together_and_listed_newest_first(shop):
    photos = [make_jpeg("t-shirt", "red")] * 20
    added = add_photos(shop.client, *photos).json()
    assert len({item["id"] for item in added}) == 20
    page = shop.client.get(wardrobe_url(), {"page_size": 15}).json()
    rest = shop.client.get(page["next"]).json()["results"]
    assert [item["id"] for item in page["results"] + rest] == [
        item["id"] for item in reversed(added)
    ]


def test_garments_need_no_name(shop):
    assert add_photos(shop.client, make_jpeg(), name="").status_code == 201


@pytest.mark.parametrize("count", [0, 21])
def test_number_of_photos_is_limited(shop, count, media_root):
    answer = add_photos(shop.client, *[make_blank()] * count)
    assert answer.status_code == 400 and "photo" in answer.json()["errors"]
    assert rows(shop) == [] and folders_of_files(media_root) == []


def test_json_without_photos_is_refused(shop):
    answer = shop.client.post(wardrobe_url(), {"photo": []}, format="json")
    assert answer.status_code == 400 and rows(shop) == []


def test_one_invalid_photo_rejects_all(shop, media_root):
    answer = add_photos(shop.client, make_jpeg(), b"not a photo")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert rows(shop) == [] and folders_of_files(media_root) == []


def test_full_wardrobe_refuses_photos_and_stores_no_file(shop, monkeypatch, media_root):
    monkeypatch.setattr(items, "MAX_ITEMS", 2)
    assert add_photos(shop.client, make_jpeg()).status_code == 201
    answer = add_photos(shop.client, make_jpeg(), make_jpeg("dress"))
    assert (answer.status_code, answer.json()["code"]) == (409, "wardrobe_full")
    assert len(rows(shop)) == 1 and folders_of_files(media_root) == ["wardrobe"]
    assert add_photos(shop.client, make_jpeg(), shopper="eve").status_code == 201


def test_same_idempotency_key_adds_garments_once(shop, media_root):
    headers = {"Idempotency-Key": "k"}
    first, again = (add_photos(shop.client, make_jpeg(), headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert [item["id"] for item in first.json()] == [item["id"] for item in again.json()]
    assert len(rows(shop)) == 1 and folders_of_files(media_root) == ["wardrobe"]


def test_list_is_filtered_by_slot(shop):
    make_item(shop.shop, "jeans")
    make_item(shop.shop, "t-shirt")
    (result,) = shop.client.get(wardrobe_url(), {"slot": "bottom"}).json()["results"]
    assert result["tags"]["type"]["value"] == "jeans"


def test_invalid_slot_is_refused(shop):
    make_item(shop.shop)
    assert shop.client.get(wardrobe_url(), {"slot": "botom"}).status_code == 400


def test_list_needs_no_query_for_each_garment(shop, django_assert_max_num_queries):
    for _ in range(12):
        make_item(shop.shop)
    shop.client.get(wardrobe_url())
    with django_assert_max_num_queries(6):
        assert len(shop.client.get(wardrobe_url()).json()["results"]) == 12


def test_unknown_shopper_has_an_empty_wardrobe_and_is_not_created(shop):
    assert shop.client.get(wardrobe_url()).json()["results"] == []
    with shop_scope(shop.shop.pk):
        assert not Shopper.objects.exists()


def test_removed_garment_is_deleted_with_its_files(
    shop, media_root, django_capture_on_commit_callbacks
):
    item = make_item(shop.shop)
    with django_capture_on_commit_callbacks(execute=True):
        assert shop.client.delete(wardrobe_url(rest=f"{item.pk}/")).status_code == 204
    assert shop.client.get(wardrobe_url(rest=f"{item.pk}/")).status_code == 404
    assert shop.client.delete(wardrobe_url(rest=f"{item.pk}/")).status_code == 404


# --- Corrected tags -------------------------------------------------------------------


def test_corrected_type_changes_the_slot_and_null_restores_it(shop):
    item = make_item(shop.shop, "t-shirt")
    result = change(shop.client, item, tags={"type": "JEANS"}).json()
    assert (result["tags"]["type"]["value"], result["slot"]) == ("jeans", "bottom")
    assert result["tags"]["type"]["is_corrected"] and result["tags"]["type"]["confidence"] == 1
    assert [row["id"] for row in shop.client.get(wardrobe_url(), {"slot": "bottom"}).json()[
        "results"
    ]] == [str(item.pk)]  # fmt: skip
    back = change(shop.client, item, tags={"type": None}).json()
    assert (back["tags"]["type"]["value"], back["slot"]) == ("t-shirt", "top")
    assert not back["tags"]["type"]["is_corrected"]


def test_corrections_accumulate_and_the_name_is_separate(shop):
    item = make_item(shop.shop)
    change(shop.client, item, name="Old shirt", tags={"pattern": "striped"})
    result = change(
        shop.client, item, tags={"secondary_colour": "white", "season": "winter"}
    ).json()
    values = {name: tag["value"] for name, tag in result["tags"].items() if tag["is_corrected"]}
    assert values == {"pattern": "striped", "secondary_colour": "white", "season": "winter"}
    assert result["name"] == "Old shirt"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("type", "spaceship"), ("primary_colour", "none"), ("primary_colour", "ultraviolet"),
        ("pattern", "wavy"), ("style", "space"), ("season", "monsoon"), ("formality", "royal"),
    ],
)  # fmt: skip
def test_invalid_value_is_refused_and_changes_nothing(shop, tag, value):
    item = make_item(shop.shop)
    answer = change(shop.client, item, name="New", tags={"style": "sporty", tag: value})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (400, "tag_unknown", tag)
    assert value in problem["detail"]
    with all_shops():
        item.refresh_from_db()
    assert (item.corrected, item.name) == ({}, "")


def test_unknown_tag_is_refused(shop):
    answer = change(shop.client, make_item(shop.shop), tags={"weight": "heavy"})
    assert answer.status_code == 400 and "weight" in answer.json()["errors"]["tags"]


def test_type_corrected_before_tagging_sets_the_slot(shop):
    (result,) = add_photos(shop.client, make_jpeg()).json()
    (item,) = rows(shop)
    result = change(shop.client, item, tags={"type": "coat"}).json()
    assert (result["slot"], result["state"]) == ("outer", "pending")
    result = change(shop.client, item, tags={"type": None}).json()
    assert (result["slot"], result["tags"]["type"]) == (None, None)


# --- Access ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_garments_of_other_shoppers_and_shops_are_not_found(shop, rival, method):
    others = make_item(shop.shop, shopper="eve")
    foreign = make_item(rival.shop, shopper="ada")
    make_item(shop.shop, shopper="ada")
    for item in (others, foreign):
        url = wardrobe_url("ada", f"{item.pk}/")
        body = None if method == "get" else {"name": "mine"}
        answer = getattr(shop.client, method)(url, body, format="json")
        assert answer.status_code == 404, method
        with all_shops():
            item.refresh_from_db()
        assert item.name == ""


def test_keys_without_the_scope_get_no_wardrobe(shop, stranger):
    item = make_item(shop.shop)
    publishable = make_key_client(shop.shop, kind="publishable")
    searching = make_key_client(shop.shop, scopes=[Scope.RECOMMEND, Scope.CATALOG_READ])
    styling = make_key_client(shop.shop, scopes=[Scope.STYLIST])
    for rest in ("", f"{item.pk}/"):
        url = wardrobe_url(rest=rest)
        assert publishable.get(url).status_code == 403
        assert searching.get(url).status_code == 403
        assert stranger.get(url).status_code == 401
        assert styling.get(url).status_code == 200
    assert add_photos(publishable, make_jpeg()).status_code == 403
    assert change(publishable, item, name="x").status_code == 403
    assert len(rows(shop)) == 1
