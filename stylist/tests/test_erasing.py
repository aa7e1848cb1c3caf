"""Erasing a shopper deletes all data; the export contains it before."""

import pytest

from core import storage
from core.storage import StorageUnavailable
from core.tenancy import all_shops, shop_scope
from stylist import sweeps
from stylist.models import Conversation, DoomedFile, Message, Outfit, OutfitFeedback, WardrobeItem
from stylist.sweeps import delete_pending_files
from stylist.tests.factories import (
    ask_outfits,
    folders_of_files,
    make_item,
    make_wardrobe,
    wardrobe_url,
)
from tenants.models import Shop, Shopper

pytestmark = pytest.mark.django_db
ADA = "/api/v1/shoppers/ada/"
PERSONAL = (WardrobeItem, Outfit, OutfitFeedback, Conversation, Message)


@pytest.fixture
def ada(shop, media_root):
    """The shop, with a shopper who has every kind of file and row."""
    make_wardrobe(shop.shop)
    outfit = ask_outfits(shop.client, number_of_outfits=1)["outfits"][0]
    shop.client.get(outfit["picture_url"])
    shop.client.post(f"/api/v1/outfits/{outfit['id']}/feedback/", {"opinion": "like"})
    with shop_scope(shop.shop.pk):
        talk = Conversation.objects.create(shop=shop.shop, shopper=Shopper.objects.get())
        Message.objects.create(shop=shop.shop, conversation=talk, role="shopper", text="A coat?")
    assert folders_of_files(media_root) == ["cutouts"] * 7 + ["outfits"] + ["wardrobe"] * 7
    return shop


def left() -> list[int]:
    with all_shops():
        return [model.objects.count() for model in PERSONAL]


def test_erasing_a_shopper_deletes_rows_and_files(ada, media_root):
    assert all(left())
    assert ada.client.delete(ADA).status_code == 204
    assert left() == [0] * len(PERSONAL)
    assert delete_pending_files() == 15
    assert folders_of_files(media_root) == [] and not DoomedFile.objects.exists()


def test_erasing_leaves_the_data_of_others(ada, rival, media_root):
    make_item(ada.shop, "coat", shopper="eve")
    make_item(rival.shop, "coat", shopper="ada")
    ada.client.delete(ADA)
    delete_pending_files()
    assert folders_of_files(media_root) == ["cutouts"] * 2 + ["wardrobe"] * 2
    assert len(ada.client.get(wardrobe_url("eve")).json()["results"]) == 1
    assert len(rival.client.get(wardrobe_url("ada")).json()["results"]) == 1


def test_files_are_deleted_later_if_the_storage_is_down(ada, monkeypatch, media_root):
    def fail(*_):
        raise StorageUnavailable("away")

    monkeypatch.setattr(sweeps, "delete_files", fail)
    assert ada.client.delete(ADA).status_code == 204
    assert delete_pending_files() == 0 and len(folders_of_files(media_root)) == 15
    monkeypatch.setattr(sweeps, "delete_files", storage.delete_files)
    assert delete_pending_files() == 15 and folders_of_files(media_root) == []


def test_more_files_than_one_chunk_are_deleted(ada, monkeypatch, media_root):
    monkeypatch.setattr(sweeps, "CHUNK", 4)
    ada.client.delete(ADA)
    assert delete_pending_files() == 15 and folders_of_files(media_root) == []


def test_cutout_stored_during_an_erasure_is_deleted_too(shop, media_root):
    """Django reads the rows, then deletes them; a worker may finish in between."""
    item = make_item(shop.shop)
    with shop_scope(shop.shop.pk):
        WardrobeItem.objects.update(cutout="")
        stale = WardrobeItem.objects.get()
        WardrobeItem.objects.update(cutout=item.cutout.name)
        stale.delete()
    assert delete_pending_files() == 2 and folders_of_files(media_root) == []


def test_deleted_shop_leaves_no_file_of_its_shoppers(ada, media_root):
    with all_shops():
        Shop.objects.get(pk=ada.shop.pk).delete()
    delete_pending_files()
    assert folders_of_files(media_root) == []


def test_export_contains_everything(ada):
    more = ada.client.get(f"{ADA}export/").json()["more"]
    assert len(more["wardrobe"]) == 7
    item = more["wardrobe"][0]
    assert item["tags"]["type"]["value"] and ada.client.get(item["photo_url"]).status_code == 200
    (outfit,), (opinion,), (talk,) = more["outfits"], more["opinions"], more["conversations"]
    assert (opinion["outfit"], opinion["opinion"]) == (outfit["id"], "like")
    assert {piece["kind"] for piece in outfit["pieces"]} <= {
        row["tags"]["type"]["value"] for row in more["wardrobe"]
    }
    assert [message["text"] for message in talk["messages"]] == ["A coat?"]


def test_export_contains_corrections_and_no_data_of_others(ada, rival):
    make_item(ada.shop, "coat", shopper="eve")
    make_item(rival.shop, "coat", shopper="ada")
    pk = ada.client.get(wardrobe_url()).json()["results"][0]["id"]
    body = {"tags": {"pattern": "striped"}}
    ada.client.patch(wardrobe_url(rest=f"{pk}/"), body, format="json")
    wardrobe = ada.client.get(f"{ADA}export/").json()["more"]["wardrobe"]
    tags = {item["id"]: item["tags"] for item in wardrobe}
    assert len(tags) == 7 and tags[pk]["pattern"]["is_corrected"]


def test_export_needs_no_query_for_each_row(ada, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        ada.client.get(f"{ADA}export/")
