"""Categories are a tree: shops put theirs below the defaults, and filters find narrower ones."""

import pytest
from django.db.models import RestrictedError
from django.urls import reverse

from catalog.models import Category, CategoryAlias
from catalog.search.filters import FacetFilter
from catalog.taxonomy.tree import MAX_DEPTH, list_narrower
from catalog.tests.factories import make_image
from core.tenancy import all_shops, shop_scope
from tenants.models import User

URL = "/api/v1/categories/"


def make(client, name, parent=None, **fields):
    response = client.post(URL, {"name": name, "parent": parent, **fields})
    assert response.status_code == 201, response.content
    return response.json()


def names(response):
    assert response.status_code == 200, response.content
    return sorted(row["name"] for row in response.json()["results"])


def test_defaults_are_a_tree_with_their_old_names(shop):
    rows = shop.client.get(URL, {"page_size": 200}).json()["results"]
    paths = {row["name"]: row["path"] for row in rows}
    assert paths["jeans"] == ["clothing", "trousers", "jeans"]
    assert paths["boots"] == ["shoes", "boots"]
    assert {path[0] for path in paths.values()} == {"clothing", "shoes", "accessory"}
    by_id = {row["id"]: row for row in rows}
    assert all(by_id[row["parent"]]["path"] == row["path"][:-1] for row in rows if row["parent"])


def test_own_category_is_placed_moved_and_taken_out(shop):
    kimono = make(shop.client, "Kimono", "Outerwears")
    assert kimono["path"] == ["clothing", "outerwear", "Kimono"]
    address = f"{URL}{kimono['id']}/"
    assert shop.client.patch(address, {"parent": "dress"}).json()["path"][1:] == ["dress", "Kimono"]
    assert shop.client.patch(address, {"name": "Robe"}).json()["path"][-1] == "Robe"
    assert shop.client.patch(address, {"parent": None}).json()["path"] == ["Robe"]
    assert shop.client.get(address).json()["parent"] is None


def test_list_is_filtered_by_place(shop):
    make(shop.client, "Kimono", "dress")
    own = make(shop.client, "Homeware")
    make(shop.client, "Cushions", own["id"])
    assert names(shop.client.get(URL, {"parent": own["id"]})) == ["Cushions"]
    assert names(shop.client.get(URL, {"parent": "shoes"})) == ["boots", "sandals"]
    assert names(shop.client.get(URL, {"within": "dresses"})) == ["Kimono", "dress"]
    assert names(shop.client.get(URL, {"parent": "spaceship"})) == []
    top = names(shop.client.get(URL, {"is_top": "true"}))
    assert top == ["Homeware", "accessory", "clothing", "shoes"]
    assert "Cushions" in names(shop.client.get(URL, {"is_top": "false", "page_size": 200}))


def test_refuses_cycles(shop):
    first = make(shop.client, "First")
    second = make(shop.client, "Second", "First")
    third = make(shop.client, "Third", "Second")
    for parent in (first, second, third):
        response = shop.client.patch(f"{URL}{first['id']}/", {"parent": parent["id"]})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["parent"])
        assert response.json()["errors"]["parent"][0]["code"] == "category_misplaced"
    with shop_scope(shop.shop.pk):
        assert Category.objects.get(pk=first["id"]).parent_id is None


def test_limits_the_depth_of_new_and_of_moved_categories(shop):
    parent = None
    for level in range(MAX_DEPTH):
        parent = make(shop.client, f"Level {level}", parent and parent["id"])
    assert len(parent["path"]) == MAX_DEPTH
    response = shop.client.post(URL, {"name": "Too deep", "parent": parent["id"]})
    assert list(response.json()["errors"]) == ["parent"]
    with shop_scope(shop.shop.pk):
        first = Category.objects.get(name="Level 0")
    response = shop.client.patch(f"{URL}{first.pk}/", {"parent": "dress"})
    assert list(response.json()["errors"]) == ["parent"]


def test_another_shops_category_is_no_parent(shop, rival):
    theirs = make(rival.client, "Secret")
    mine = make(shop.client, "Mine")
    for parent in (theirs["id"], "Secret"):
        for response in (
            shop.client.post(URL, {"name": "New", "parent": parent}),
            shop.client.patch(f"{URL}{mine['id']}/", {"parent": parent}),
        ):
            assert (response.status_code, list(response.json()["errors"])) == (400, ["parent"])
    assert names(shop.client.get(URL, {"parent": theirs["id"]})) == []


def test_a_category_with_narrower_ones_is_not_deleted(shop):
    wide = make(shop.client, "Wide")
    narrow = make(shop.client, "Narrow", "Wide")
    response = shop.client.delete(f"{URL}{wide['id']}/")
    assert (response.status_code, response.json()["code"]) == (409, "category_has_narrower")
    with shop_scope(shop.shop.pk), pytest.raises(RestrictedError):
        Category.objects.get(pk=wide["id"]).delete()
    assert shop.client.delete(f"{URL}{narrow['id']}/").status_code == 204
    assert shop.client.delete(f"{URL}{wide['id']}/").status_code == 204


def test_categories_of_other_shops_are_in_no_subtree(shop, rival):
    make(rival.client, "Secret", "dress")
    with shop_scope(shop.shop.pk):
        dress = Category.objects.get(name="dress")
        assert list_narrower([dress.pk]) == [dress.pk]
    with shop_scope(rival.shop.pk):
        assert len(list_narrower([dress.pk])) == 2


def test_images_of_narrower_categories_are_listed(shop):
    make(shop.client, "Kimono", "dress")
    with shop_scope(shop.shop.pk):
        found = {name: Category.objects.get(name=name) for name in ("dress", "Kimono", "boots")}
    for name, category in found.items():
        make_image(shop.shop, name=f"A {name}", category=category)
    images = "/api/v1/images/"
    assert names(shop.client.get(images, {"category": "dress"})) == ["A Kimono", "A dress"]
    assert len(names(shop.client.get(images, {"category": "clothing"}))) == 2
    exact = {"category": "dress", "exact_category": "true"}
    assert names(shop.client.get(images, exact)) == ["A dress"]
    (row,) = shop.client.get(images, {"category": "Kimono"}).json()["results"]
    assert row["category_path"] == ["clothing", "dress", "Kimono"]


def test_chroma_gets_all_narrower_categories(shop):
    make(shop.client, "Kimono", "dress")
    with shop_scope(shop.shop.pk):
        dress, kimono = (Category.objects.get(name=name).pk for name in ("dress", "Kimono"))
        where = FacetFilter(categories=tuple(list_narrower([dress]))).where()
    assert set(where["category"]["$in"]) == {str(dress), str(kimono)}


# --- The admin ------------------------------------------------------------------------


@pytest.fixture
def operator(db, client):
    client.force_login(User.objects.create_superuser("op@atelier.example", "a-long-password"))
    return client


def admin_form(name, parent, shop="", alias=""):
    return {
        "name": name,
        "description": "",
        "shop": shop,
        "parent": parent,
        "aliases-TOTAL_FORMS": "1",
        "aliases-INITIAL_FORMS": "0",
        "aliases-0-text": alias,
    }


def test_operators_change_the_default_tree_and_its_aliases(operator, shop):
    with all_shops():
        dress = Category.objects.get(shop=None, name="dress")
    page = reverse("admin:catalog_category_change", args=[dress.pk])
    assert operator.get(page).status_code == 200
    answer = operator.post(page, admin_form("dress", "", alias="Frocks"))
    assert answer.status_code == 302, answer.content.decode()
    with all_shops():
        dress.refresh_from_db()
        assert dress.parent_id is None
        alias = CategoryAlias.objects.get(facet=dress)
        assert (alias.shop_id, alias.key) == (None, "frock")
    address = f"/api/v1/images/{make_image(shop.shop).pk}/"
    assert shop.client.patch(address, {"category": "frock"}).json()["category"] == "dress"
    assert operator.post(page, admin_form("dress", "", alias="frock")).status_code == 200


def test_operators_cannot_break_the_tree(operator, shop):
    own = make(shop.client, "Own", "dress")
    with all_shops():
        dress = Category.objects.get(shop=None, name="dress")
    page = reverse("admin:catalog_category_change", args=[dress.pk])
    for parent in (own["id"], dress.pk):
        answer = operator.post(page, admin_form("dress", str(parent)))
        assert answer.status_code == 200 and "cannot be below" in answer.content.decode()
