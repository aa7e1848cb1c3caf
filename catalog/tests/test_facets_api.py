"""Every shop reads the default values, and changes only its own values."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from catalog.models import AgeGroup, Category, Style
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from tenants.tests.factories import make_client

KINDS = [
    ("categories", Category, "dress"),
    ("styles", Style, "casual"),
    ("age-groups", AgeGroup, "adult"),
]
UNKNOWN_ID = "018f0000-0000-7000-8000-000000000000"

pytestmark = pytest.mark.parametrize(
    ("route", "model", "default"), KINDS, ids=[kind[0] for kind in KINDS]
)


def url(route: str, pk: object = "") -> str:
    return f"/api/v1/{route}/{pk}/" if pk else f"/api/v1/{route}/"


def listed(client, route: str) -> dict[str, bool]:
    """Return name -> `is_default` of every value that a shop sees."""
    found: dict[str, bool] = {}
    address = f"{url(route)}?page_size=20"
    while address:
        page = client.get(address).json()
        found |= {facet["name"]: facet["is_default"] for facet in page["results"]}
        address = page["next"]
    return found


def test_lists_default_values_for_every_shop(shop, rival, route, model, default):
    for client in (shop.client, rival.client):
        found = listed(client, route)
        with all_shops():
            assert len(found) == model.objects.filter(shop=None).count() > 0
        assert found[default] is True
        assert set(found.values()) == {True}


def test_default_value_is_read_only(shop, route, model, default):
    with all_shops():
        facet = model.objects.get(shop=None, name=default)
    address = url(route, facet.pk)
    body = shop.client.get(address).json()
    assert (body["id"], body["name"]) == (str(facet.pk), default)
    assert (body["description"], body["is_default"]) == (facet.description, True)
    for method in ("put", "patch", "delete"):
        assert getattr(shop.client, method)(address, {"name": "Taken"}).status_code == 404
    with all_shops():
        facet.refresh_from_db()
    assert facet.name == default


def test_own_value_has_aliases_in_any_spelling(shop, route, model, default):
    texts = ["Soirée & Gala", "gala-soiree", "SOIREE AND GALA"]
    made = shop.client.post(url(route), {"name": "Festive", "aliases": texts}).json()
    assert made["aliases"] == ["Soirée & Gala", "gala-soiree"]
    field = {"categories": "category", "styles": "styles", "age-groups": "age_group"}[route]
    address = f"/api/v1/images/{make_image(shop.shop).pk}/"
    for text in ("soiree and galas", "Festives", made["id"]):
        value = [text] if field == "styles" else text
        answer = shop.client.patch(address, {field: value})
        assert answer.status_code == 200, answer.content
        assert answer.json()[field] == (["Festive"] if field == "styles" else "Festive")
    for text in ("Soirée & Gala", "festive", "FESTIVES", made["id"]):
        assert len(shop.client.get("/api/v1/images/", {field: text}).json()["results"]) == 1


def test_aliases_are_replaced_and_stay_if_they_are_not_sent(shop, route, model, default):
    made = shop.client.post(url(route), {"name": "Festive", "aliases": ["Gala", "Ball"]}).json()
    address = url(route, made["id"])
    assert shop.client.put(address, {"name": "Fest"}).json()["aliases"] == ["Ball", "Gala"]
    assert shop.client.patch(address, {"aliases": ["Prom"]}).json()["aliases"] == ["Prom"]
    assert shop.client.patch(address, {"aliases": []}).json()["aliases"] == []


def test_default_value_has_aliases_of_each_shop(shop, rival, route, model, default):
    with all_shops():
        pk = model.objects.get(shop=None, name=default).pk
    before = shop.client.get(url(route, pk)).json()["aliases"]
    changed = shop.client.patch(url(route, pk), {"aliases": [*before, "Özel"]})
    assert changed.status_code == 200
    assert set(changed.json()["aliases"]) == {*before, "Özel"}
    assert rival.client.get(url(route, pk)).json()["aliases"] == before
    assert rival.client.patch(url(route, pk), {"aliases": ["Ozel"]}).status_code == 200
    both = {"aliases": ["Özel"], "name": "Taken"}
    assert shop.client.patch(url(route, pk), both).status_code == 404
    assert set(shop.client.patch(url(route, pk), {"aliases": []}).json()["aliases"]) == set(before)


def test_an_alias_names_one_value(shop, route, model, default):
    shop.client.post(url(route), {"name": "Festive", "aliases": ["Gala"]})
    other = shop.client.post(url(route), {"name": "Other"}).json()
    for fields in ({"aliases": ["GALAS"]}, {"aliases": ["festive"]}, {"name": "gala"}):
        for response in (
            shop.client.patch(url(route, other["id"]), fields),
            shop.client.post(url(route), {"name": "Third", **fields}),
        ):
            assert response.status_code == 400
            assert list(response.json()["errors"]) == list(fields)


@pytest.mark.parametrize("aliases", ["Gala", [""], ["★"], ["x" * 201], ["a\0b"], [["a"]], None])
def test_refuses_aliases_that_are_no_names(shop, route, model, default, aliases):
    response = shop.client.post(url(route), {"name": "Festive", "aliases": aliases})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["aliases"])


def test_the_shops_own_alias_of_a_default_value_comes_before_its_name(shop, route, model, default):
    own = shop.client.post(url(route), {"name": "Festive", "aliases": [default]}).json()
    with shop_scope(shop.shop.pk):
        assert str(model.objects.find(default.upper()).pk) == own["id"]


def test_own_value_is_created_read_changed_and_deleted(shop, route, model, default):
    made = shop.client.post(url(route), {"name": " Festive ", "description": "For parties"})
    assert made.status_code == 201
    facet = made.json()
    assert (facet["name"], facet["description"], facet["is_default"]) == (
        "Festive",
        "For parties",
        False,
    )
    address = url(route, facet["id"])
    assert shop.client.get(address).json() == facet
    assert listed(shop.client, route)["Festive"] is False

    assert shop.client.patch(address, {"name": "Solemn"}).json()["description"] == "For parties"
    assert shop.client.put(address, {"name": "Gala"}).json()["name"] == "Gala"

    assert shop.client.delete(address).status_code == 204
    assert shop.client.get(address).status_code == 404
    assert "Gala" not in listed(shop.client, route)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": None},
        {"name": "x" * 61},
        {"name": "a\0b"},
        {"name": ["a"]},
        {"name": "x", "description": "x" * 301},
        {"name": "x", "description": "a\0b"},
    ],
)
def test_refuses_an_invalid_name(shop, route, model, default, fields):
    response = shop.client.post(url(route), fields)
    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"
    with all_shops():
        assert not model.objects.filter(shop=shop.shop).exists()


@pytest.mark.parametrize("name", ["Festive", "FESTIVE", " festive "])
def test_refuses_the_same_name_twice_in_any_case(shop, route, model, default, name):
    shop.client.post(url(route), {"name": "Festive"})
    other = shop.client.post(url(route), {"name": "Other"}).json()
    for response in (
        shop.client.post(url(route), {"name": name}),
        shop.client.patch(url(route, other["id"]), {"name": name}),
    ):
        assert response.status_code == 400
        assert list(response.json()["errors"]) == ["name"]
    with all_shops():
        assert model.objects.filter(shop=shop.shop).count() == 2


def test_accepts_names_that_only_look_alike(shop, route, model, default):
    """A long s is an s in capitals and none in small letters."""
    statuses = [
        shop.client.post(url(route), {"name": name}).status_code
        for name in ("maß", "ſ", "s", "ı", "i", "İ")
    ]
    assert set(statuses) <= {201, 400}


def test_value_may_keep_its_own_name(shop, route, model, default):
    made = shop.client.post(url(route), {"name": "Festive"}).json()
    response = shop.client.put(url(route, made["id"]), {"name": "FESTIVE"})
    assert response.status_code == 200
    assert response.json()["name"] == "FESTIVE"


def test_two_shops_may_use_the_same_name(shop, rival, route, model, default):
    for client in (shop.client, rival.client):
        assert client.post(url(route), {"name": "Festive"}).status_code == 201
        assert client.post(url(route), {"name": default}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_create_a_name_once(shop, route, model, default):
    def make(_: int) -> int:
        try:
            client = make_client(f"Api-Key {shop.key}")
            client.raise_request_exception = False
            return client.post(url(route), {"name": "Festive"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(make, range(8)))

    assert statuses.count(201) == 1
    assert statuses.count(400) == 7
    with all_shops():
        assert model.objects.filter(shop=shop.shop).count() == 1


def test_value_in_use_cannot_be_deleted(shop, route, model, default):
    made = shop.client.post(url(route), {"name": "Festive"}).json()
    image = make_image(shop.shop)
    field = {"categories": "category", "styles": "styles", "age-groups": "age_group"}[route]
    address = f"/api/v1/images/{image.pk}/"
    value = ["Festive"] if field == "styles" else "Festive"
    assert shop.client.patch(address, {field: value}).status_code == 200

    response = shop.client.delete(url(route, made["id"]))
    assert response.status_code == 409
    assert response.json()["code"] == "facet_in_use"
    assert shop.client.get(address).json()[field] == value

    shop.client.patch(address, {field: [] if field == "styles" else None})
    assert shop.client.delete(url(route, made["id"])).status_code == 204


def test_hides_values_of_another_shop(shop, rival, route, model, default):
    theirs = rival.client.post(url(route), {"name": "Secret"}).json()
    assert "Secret" not in listed(shop.client, route)
    address = url(route, theirs["id"])
    assert shop.client.get(address).status_code == 404
    for method in ("put", "patch", "delete"):
        assert getattr(shop.client, method)(address, {"name": "Taken"}).status_code == 404
    assert rival.client.get(address).json() == theirs


def test_cannot_create_a_value_for_another_shop_or_for_all(shop, rival, route, model, default):
    for field in ({"shop": str(rival.shop.pk)}, {"is_default": True}, {"id": UNKNOWN_ID}):
        made = shop.client.post(url(route), {"name": "For others", **field})
        assert (made.status_code, made.json()["code"]) == (400, "unknown_field")
    for owner in (shop.shop.pk, rival.shop.pk):
        with shop_scope(owner):
            assert not model.objects.visible().filter(name="For others").exists()
