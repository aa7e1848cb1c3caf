"""The report of photos that contradict the kind or the colour that the shop states."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.facts.statements import list_possible_colours, list_possible_kinds
from catalog.models import Category, Image
from catalog.services import delete_image, update_image
from catalog.tests.factories import make_garment, make_stated_image, record_garments
from core.ml.colours import BASIC_COLOURS
from core.tenancy import all_shops, shop_scope
from tenants.models import AuditEntry, Shop, User

URL = "/api/v1/contradictions/"

pytestmark = pytest.mark.django_db


def make_seen(shop: Shop, *garments: Any, **stated: Any) -> Image:
    """Return an image with a statement, in whose photo these garments were seen."""
    image = make_stated_image(shop, **stated)
    record_garments(image, *garments)
    return image


def find(client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def list_facets(client) -> list[str]:
    return [found["facet"] for row in find(client) for found in row["contradictions"]]


def review(client, image: Image, facet: str = "kind"):
    return client.post(f"{URL}{image.pk}/review/", {"facet": facet})


def test_reports_what_is_stated_and_what_is_seen(shop):
    image = make_seen(shop.shop, make_garment("jeans", "navy"), category="dress", colour="Red")
    (row,) = find(shop.client)
    assert row["image"]["id"] == str(image.pk)
    assert row["image"]["seen"]["kind"]["value"] == "jeans"
    assert row["contradictions"] == [
        {"facet": "kind", "stated": "dress", "seen": "jeans", "confidence": 0.93},
        {"facet": "colour", "stated": "Red", "seen": "navy", "confidence": 0.9},
    ]


def test_is_limited_to_a_facet(shop):
    both = make_seen(shop.shop, make_garment("jeans", "navy"), category="dress", colour="red")
    make_seen(shop.shop, make_garment("jeans", "navy"), category="jeans", colour="red")
    (row,) = find(shop.client, facet="kind")
    assert row["image"]["id"] == str(both.pk)
    assert [found["facet"] for found in row["contradictions"]] == ["kind"]
    assert len(find(shop.client, facet="colour")) == 2
    assert shop.client.get(URL, {"facet": "pattern"}).status_code == 400


@pytest.mark.parametrize(
    ("stated", "garments"),
    [
        ({"category": "jacket"}, [{"kind": "denim jacket"}]),
        ({"category": "jeans"}, [{"kind": "trousers"}]),
        ({"category": "blouse"}, [{"kind": "shirt"}]),
        ({"category": "accessory"}, [{"kind": "jeans"}]),
        ({"category": "New in"}, [{"kind": "jeans"}]),
        ({"category": "Shirts & Blouses"}, [{"kind": "blouse"}]),
        ({"category": "dress"}, [{"kind": "coat"}, {"kind": "dress", "is_kind_sure": False}]),
        ({"category": "dress"}, [{"kind": "coat", "is_kind_sure": False}]),
        ({"category": "dress"}, [{"kind": "kilt"}]),
        ({"category": "dress"}, []),
        ({}, [{"kind": "coat"}]),
        ({"colour": "navy"}, [{"colour": "blue"}]),
        ({"colour": "Beige"}, [{"colour": "cream"}]),
        ({"colour": "multicolour"}, [{"colour": "blue"}]),
        ({"colour": "Multi (red/green)"}, [{"colour": "blue"}]),
        ({"colour": "sunset"}, [{"colour": "blue"}]),
        ({"colour": "red / white"}, [{"colours": (("white", 0.9),)}]),
        ({"colour": "red"}, [{"colours": (("navy", 0.7), ("burgundy", 0.3))}]),
        ({"colour": "red"}, [{"colour": "navy"}, {"colour": "red"}]),
        ({"colour": "red"}, [{"colour": "navy", "is_colour_sure": False}]),
        ({}, [{"colour": "navy"}]),
    ],
)
def test_what_agrees_or_cannot_be_compared_is_not_reported(shop, stated, garments):
    make_seen(shop.shop, *(make_garment(**garment) for garment in garments), **stated)
    assert find(shop.client) == []


@pytest.mark.parametrize(
    ("stated", "garments"),
    [
        ({"category": "skirt"}, [{"kind": "coat"}, {"kind": "boots"}]),
        ({"category": "Dresses"}, [{"kind": "jeans"}]),
        ({"colour": "red"}, [{"colours": (("navy", 0.9), ("red", 0.1))}]),
        ({"colour": "light blue"}, [{"colour": "yellow"}]),
    ],
)
def test_what_disagrees_is_reported(shop, stated, garments):
    make_seen(shop.shop, *(make_garment(**garment) for garment in garments), **stated)
    assert len(find(shop.client)) == 1


def test_every_basic_colour_agrees_with_itself_and_contradicts_another():
    for colour in BASIC_COLOURS:
        possible = list_possible_colours(colour)
        assert colour in possible
        assert set(BASIC_COLOURS) - possible


def test_pieces_of_a_set_agree_with_it():
    assert {"suit", "trousers", "blazer"} <= list_possible_kinds("Suits")
    assert "jeans" not in list_possible_kinds("dress")


def test_deleted_images_and_older_photos_are_not_reported(shop):
    image = make_seen(shop.shop, make_garment("jeans"), category="dress")
    deleted = make_seen(shop.shop, make_garment("jeans"), category="dress")
    with shop_scope(shop.shop.pk):
        delete_image(image=deleted)
        assert len(find(shop.client)) == 1
        Image.objects.filter(pk=image.pk).update(version=image.version + 1)
    assert find(shop.client) == []


def test_a_reviewed_contradiction_is_left_out_until_the_statement_changes(shop):
    image = make_seen(shop.shop, make_garment("jeans", "navy"), category="dress", colour="red")
    assert review(shop.client, image).status_code == 204
    assert list_facets(shop.client) == ["colour"]
    assert review(shop.client, image).status_code == 204
    with all_shops():
        category = Category.objects.get(name="skirt")
    with shop_scope(shop.shop.pk):
        update_image(image=image, fields={"category": category})
    assert list_facets(shop.client) == ["kind", "colour"]


def test_a_reviewed_contradiction_comes_back_with_another_photo(shop):
    image = make_seen(shop.shop, make_garment("jeans"), category="dress")
    review(shop.client, image)
    assert find(shop.client) == []
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=image.pk).update(version=image.version + 1)
    image.version += 1
    record_garments(image, make_garment("jeans"))
    assert list_facets(shop.client) == ["kind"]


def test_only_a_contradiction_can_be_reviewed(shop):
    image = make_seen(shop.shop, make_garment("dress"), category="dress")
    refused = review(shop.client, image)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_contradiction")
    assert review(shop.client, image, "price").status_code == 400


def test_reviews_of_members_are_in_the_audit_log(shop, colleague):
    image = make_seen(shop.shop, make_garment("jeans"), category="dress")
    assert review(colleague.client, image).status_code == 204
    with all_shops():
        entry = AuditEntry.objects.get(action="contradiction.reviewed")
    assert (entry.target_id, entry.changes) == (str(image.pk), ["facet"])


def test_a_rival_sees_and_reviews_nothing(shop, rival):
    image = make_seen(shop.shop, make_garment("jeans"), category="dress")
    assert find(rival.client) == []
    assert review(rival.client, image).status_code == 404
    assert len(find(shop.client)) == 1


def test_pages_have_few_queries_at_any_length(shop):
    for _ in range(3):
        make_seen(shop.shop, make_garment("jeans", "navy"), category="dress", colour="red")
    shop.client.get(URL)
    with CaptureQueriesContext(connection) as queries:
        page = shop.client.get(URL, {"page_size": 2}).json()
    assert len(page["results"]) == 2
    assert len(queries) <= 11
    rest = shop.client.get(page["next"]).json()
    assert len(rest["results"]) == 1 and rest["next"] is None


def test_operators_see_and_confirm_contradictions_of_all_shops(shop, rival, client):
    client.force_login(User.objects.create_superuser("op@atelier.example", "a-long-password"))
    for owner in (shop, rival):
        make_seen(
            owner.shop,
            make_garment("jeans", "navy"),
            category="dress",
            name=f"of {owner.shop.name}",
        )
    agreeing = make_seen(shop.shop, make_garment("jeans", "navy"), name="agrees")
    path = "/admin/catalog/image/"
    page = client.get(path, {"contradicts": "kind"}).content.decode()
    assert "navy plain jeans" in page
    assert f"of {rival.shop.name}" in page and "agrees" not in page
    with all_shops():
        chosen = [str(pk) for pk in Image.objects.values_list("pk", flat=True)]
    assert str(agreeing.pk) in chosen
    answer = client.post(path, {"action": "confirm", "_selected_action": chosen})
    assert answer.status_code == 302
    assert find(shop.client) == find(rival.client) == []
    with all_shops():
        assert AuditEntry.objects.filter(action="admin.image.confirm", shop=shop.shop).exists()
