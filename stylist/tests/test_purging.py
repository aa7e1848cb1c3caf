"""Old conversations, and old outfits without feedback, are deleted."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from core.tenancy import shop_scope
from stylist import sweeps
from stylist.models import Conversation, Message, Outfit
from stylist.sweeps import delete_pending_files, purge_stylist
from stylist.tests.factories import ask_outfits, folders_of_files, make_wardrobe
from tenants.models import Shopper

pytestmark = pytest.mark.django_db
OLD = settings.CONVERSATION_RETENTION + timedelta(days=1)
YOUNG = settings.CONVERSATION_RETENTION - timedelta(days=1)


@pytest.fixture
def outfits(shop):
    """The shop, in its scope, and four outfits that were suggested to a shopper."""
    make_wardrobe(shop.shop)
    result = ask_outfits(shop.client, number_of_outfits=4)["outfits"]
    with shop_scope(shop.shop.pk):
        yield shop, result


def age(rows, by: timedelta, field: str = "created_at") -> None:
    rows.update(**{field: timezone.now() - by})


def test_old_outfits_without_feedback_are_deleted_with_their_pictures(outfits, media_root):
    shop, result = outfits
    shop.client.get(result[0]["picture_url"])
    shop.client.post(f"/api/v1/outfits/{result[1]['id']}/feedback/", {"opinion": "worn"})
    age(Outfit.objects.all(), OLD)
    age(Outfit.objects.filter(pk=result[2]["id"]), YOUNG)
    purge_stylist()
    left = {str(pk) for pk in Outfit.objects.values_list("pk", flat=True)}
    assert left == {result[1]["id"], result[2]["id"]}
    assert delete_pending_files() == 1 and "outfits" not in folders_of_files(media_root)


def test_conversation_is_deleted_long_after_its_last_message(outfits):
    shop, _ = outfits
    ada = Shopper.objects.get()
    old, lively = (Conversation.objects.create(shop=shop.shop, shopper=ada) for _ in range(2))
    for talk in (old, lively):
        Message.objects.create(shop=shop.shop, conversation=talk, role="shopper", text="Hello")
    age(Conversation.objects.all(), OLD)
    age(Conversation.objects.filter(pk=old.pk), OLD, "updated_at")
    age(Conversation.objects.filter(pk=lively.pk), YOUNG, "updated_at")
    purge_stylist()
    assert Conversation.objects.get() == lively and Message.objects.get().conversation == lively


def test_more_rows_than_one_chunk_are_deleted(outfits, monkeypatch, rival):
    monkeypatch.setattr(sweeps, "CHUNK", 1)
    make_wardrobe(rival.shop)
    ask_outfits(rival.client)
    with shop_scope(rival.shop.pk):
        age(Outfit.objects.all(), OLD)
    age(Outfit.objects.all(), OLD)
    purge_stylist()
    assert not Outfit.objects.exists()
    with shop_scope(rival.shop.pk):
        assert not Outfit.objects.exists()
