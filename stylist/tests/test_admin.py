"""Operators see the state of jobs in the admin, but no photos or messages of shoppers."""

import pytest
from django.urls import NoReverseMatch, reverse

from core.tenancy import all_shops
from quality.models import Job
from stylist.models import Conversation, ImageTags, Message, Outfit, WardrobeItem
from stylist.tests.factories import ask_outfits, make_item, make_sold
from tenants.models import Shopper, User

pytestmark = pytest.mark.django_db
SECRET = "my wedding in June"
MODELS = ("wardrobeitem", "imagetags", "outfit", "conversation")


@pytest.fixture
def operator(client):
    client.force_login(User.objects.create_superuser("op@atelier.example", "a-long-password"))
    return client


@pytest.fixture
def rows(shop):
    """One row of each model, by the name of the model."""
    item, image = make_item(shop.shop, "dress"), make_sold(shop.shop)
    ask_outfits(shop.client)
    with all_shops():
        talk = Conversation.objects.create(
            shop=shop.shop, shopper=Shopper.objects.get(), memory={"occasion": SECRET}
        )
        Message.objects.create(shop=shop.shop, conversation=talk, role="shopper", text=SECRET)
        saved = (item, ImageTags.objects.get(image=image), Outfit.objects.get(), talk)
    return dict(zip(MODELS, saved, strict=True))


@pytest.mark.parametrize("name", MODELS)
def test_rows_are_searchable_and_read_only(operator, rows, name):
    row = rows[name]
    found = operator.get(reverse(f"admin:stylist_{name}_changelist"), {"q": str(row.pk)})
    assert found.status_code == 200
    address = reverse(f"admin:stylist_{name}_change", args=[row.pk])
    page = operator.get(address)
    assert page.status_code == 200
    assert SECRET not in found.content.decode() + page.content.decode()
    assert operator.post(address, {}).status_code == 403


def test_photos_of_shoppers_are_not_shown(operator, rows):
    item = rows["wardrobeitem"]
    page = operator.get(reverse("admin:stylist_wardrobeitem_change", args=[item.pk]))
    assert item.photo.name not in page.content.decode()


def test_messages_have_no_admin_page():
    with pytest.raises(NoReverseMatch):
        reverse("admin:stylist_message_changelist")


@pytest.mark.parametrize("model", [WardrobeItem, ImageTags])
def test_only_failed_jobs_are_retried(operator, rows, shop, model):
    make_item(shop.shop, "coat")
    make_sold(shop.shop, "coat")
    with all_shops():
        failed, done = model.objects.order_by("pk")
        model.objects.filter(pk=failed.pk).update(state="failed", problem={"code": "x"})
    data = {"action": "retry", "_selected_action": [str(failed.pk), str(done.pk)]}
    operator.post(reverse(f"admin:stylist_{model._meta.model_name}_changelist"), data)
    with all_shops():
        states = dict(model.objects.values_list("pk", "state"))
    assert states == {failed.pk: Job.State.PENDING, done.pk: Job.State.DONE}
