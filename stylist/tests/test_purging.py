"""What is old and nobody spoke of is forgotten; the rest is kept."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from core.tenancy import shop_scope
from stylist import sweeps
from stylist.models import Conversation, Message, Outfit
from stylist.sweeps import delete_pending_files, purge_stylist
from stylist.tests.factories import ask_outfits, kinds_of_files, make_wardrobe
from tenants.models import Shopper

pytestmark = pytest.mark.django_db
OLD = settings.CONVERSATION_RETENTION + timedelta(days=1)
YOUNG = settings.CONVERSATION_RETENTION - timedelta(days=1)


@pytest.fixture
def outfits(shop):
    """The shop, in its scope, and four outfits that a shopper was shown."""
    make_wardrobe(shop.shop)
    told = ask_outfits(shop.client, number_of_outfits=4)["outfits"]
    with shop_scope(shop.shop.pk):
        yield shop, told


def age(rows, by: timedelta, field: str = "created_at") -> None:
    rows.update(**{field: timezone.now() - by})


def test_old_outfits_go_with_their_pictures_unless_somebody_spoke_of_them(outfits, media_root):
    shop, told = outfits
    shop.client.get(told[0]["picture_url"])
    shop.client.post(f"/api/v1/outfits/{told[1]['id']}/feedback/", {"opinion": "worn"})
    age(Outfit.objects.all(), OLD)
    age(Outfit.objects.filter(pk=told[2]["id"]), YOUNG)
    purge_stylist()
    kept = {str(pk) for pk in Outfit.objects.values_list("pk", flat=True)}
    assert kept == {told[1]["id"], told[2]["id"]}
    assert delete_pending_files() == 1 and "outfits" not in kinds_of_files(media_root)


def test_conversation_is_kept_until_long_after_its_last_word(outfits):
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


def test_more_than_one_portion_goes(outfits, monkeypatch, rival):
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
