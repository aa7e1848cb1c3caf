from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import IndexEntry, Variant
from catalog.tests.factories import make_image
from core.tenancy import all_shops
from quality.models import Report
from recommendations.models import Prompt
from tenants.models import ShopAPIKey, User

LISTS = (
    "tenants_shop",
    "tenants_user",
    "tenants_shopapikey",
    "catalog_product",
    "catalog_image",
    "catalog_thumbnails",
    "catalog_photofetch",
    "catalog_duplicatepair",
    "catalog_photohash",
    "catalog_category",
    "catalog_style",
    "catalog_agegroup",
    "catalog_vectorindex",
    "recommendations_prompt",
    "recommendations_event",
    "recommendations_preferences",
    "recommendations_replay",
    "recommendations_synonym",
    "recommendations_synonymsuggestion",
    "recommendations_commonprompt",
    "recommendations_relatedsearches",
    "tenants_shopper",
    "quality_policy",
    "quality_report",
    "quality_comparison",
    "quality_enhancement",
    "stylist_wardrobeitem",
    "stylist_imagetags",
    "stylist_outfit",
    "stylist_conversation",
)


@pytest.fixture
def operator(db, client):
    client.force_login(User.objects.create_superuser("op@atelier.example", "a-long-password"))
    return client


@pytest.fixture
def image(shop, rival):
    with all_shops():
        Prompt.objects.create(
            shop=shop.shop, prompt="red", number_of_images=1, timings_ms={"total": 1.0}
        )
    make_image(rival.shop, "blue")
    image = make_image(shop.shop)
    shop.client.patch("/api/v1/shoppers/ada/preferences/", {"text": "wool"})
    event = {"event_id": "e", "kind": "like", "image": str(image.pk), "shopper": "ada"}
    shop.client.post("/api/v1/events/", event)
    return image


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_for_an_operator(operator, image, name):
    answer = operator.get(reverse(f"admin:{name}_changelist"))
    assert answer.status_code == 200


def test_the_image_list_shows_thumbnail_shop_and_index_state(operator, image):
    page = operator.get(reverse("admin:catalog_image_changelist")).content.decode()
    assert image.photo.url in page and "pending" in page
    assert "Shop" in page and "Rival" in page


@pytest.mark.parametrize("name", LISTS)
def test_lists_need_no_query_for_each_row(
    operator, shop, image, name, django_assert_max_num_queries
):
    for colour in ("green", "yellow", "black", "white"):
        make_image(shop.shop, colour)
    with django_assert_max_num_queries(16):
        operator.get(reverse(f"admin:{name}_changelist"))


def test_failed_images_are_retried_by_an_action(operator, image):
    with all_shops():
        IndexEntry.objects.update(state="failed", reason="encoder_error")
    data = {"action": "retry_indexing", "_selected_action": [str(image.pk)]}
    operator.post(reverse("admin:catalog_image_changelist"), data)
    with all_shops():
        assert image.entries.get().state == "pending"
        assert IndexEntry.objects.filter(state="failed").count() == 1


def test_held_images_are_cleared_by_an_action(operator, shop):
    shop.shop.holds_photos = True
    with all_shops():
        shop.shop.save()
    held = make_image(shop.shop)
    data = {"action": "clear", "_selected_action": [str(held.pk)]}
    operator.post(reverse("admin:catalog_image_changelist"), data)
    with all_shops():
        held.refresh_from_db()
        assert held.status == "published" and held.entries.get().state == "pending"


def test_only_failed_reports_are_retried_by_an_action(operator, image, shop):
    with all_shops():
        failed = Report.objects.create(
            shop=shop.shop, image=image, state="failed", problem={"code": "photo_blank"}
        )
        done = Report.objects.create(shop=shop.shop, image=make_image(shop.shop), state="done")
    data = {"action": "retry", "_selected_action": [str(failed.pk), str(done.pk)]}
    operator.post(reverse("admin:quality_report_changelist"), data)
    with all_shops():
        states = dict(Report.objects.values_list("pk", "state"))
    assert states == {failed.pk: "pending", done.pk: "done"}


def test_deleting_an_image_here_works_as_through_the_api(operator, image):
    operator.post(reverse("admin:catalog_image_delete", args=[image.pk]), {"post": "yes"})
    with all_shops():
        assert image.entries.get().state == "removing"


def test_a_price_changed_here_is_the_price_of_the_images(operator, shop):
    image = make_image(shop.shop, sku="D-1", price=Decimal(10), currency="EUR", brand="Bo")
    with all_shops():
        variant = Variant.objects.get()
    page = reverse("admin:catalog_product_change", args=[image.product_id])
    form = operator.get(page).context["adminform"].form
    values = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    values = {name: "" if value is None else value for name, value in values.items()}
    values |= {"attributes": "{}", "styles": [], "name": "Frock"}
    inline = {
        "variants-TOTAL_FORMS": 1,
        "variants-INITIAL_FORMS": 1,
        "variants-0-id": variant.pk,
        "variants-0-product": image.product_id,
        "variants-0-sku": "D-1",
        "variants-0-position": 0,
        "variants-0-price": "12.50",
        "variants-0-currency": "EUR",
        "variants-0-availability": "in_stock",
    }
    answer = operator.post(page, {**values, **inline})
    assert answer.status_code == 302, answer.context["adminform"].errors
    with all_shops():
        image.refresh_from_db()
        assert (image.name, image.price, image.brand) == ("Frock", Decimal("12.50"), "Bo")


def test_a_key_created_here_shows_its_secret_once_and_works(operator, shop, stranger):
    data = {"shop": str(shop.shop.pk), "name": "till", "kind": "secret", "scopes": "recommend"}
    page = operator.post(reverse("admin:tenants_shopapikey_add"), data, follow=True)
    (message,) = [str(m) for m in page.context["messages"] if "shown only now" in str(m)]
    secret = message.rpartition(" ")[2]
    with all_shops():
        made = ShopAPIKey.objects.get(name="till")
    assert made.scopes == ["recommend"] and made.hashed_key not in page.content.decode()
    answer = stranger.get("/api/v1/images/", HTTP_AUTHORIZATION=f"Api-Key {secret}")
    assert answer.json()["code"] == "insufficient_scope"


def test_keys_are_revoked_and_never_deleted(operator, shop):
    with all_shops():
        key = ShopAPIKey.objects.get(shop=shop.shop)
    data = {"action": "revoke", "_selected_action": [key.pk]}
    operator.post(reverse("admin:tenants_shopapikey_changelist"), data)
    with all_shops():
        key.refresh_from_db()
    assert key.revoked
    assert (
        operator.get(reverse("admin:tenants_shopapikey_delete", args=[key.pk])).status_code == 403
    )


def test_a_member_of_a_shop_is_not_an_operator(client, shop):
    client.force_login(User.objects.create_user("ada@shop.example", "a-long-password"))
    assert client.get(reverse("admin:catalog_image_changelist")).status_code == 302
