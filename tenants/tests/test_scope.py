"""The tenancy scope fails closed, limits every query, and ends with the request."""

import threading
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from catalog.indexing.indexes import get_live_index
from catalog.models import Category, Image, IndexEntry, VectorIndex
from core.tenancy import UnscopedQueryError, all_shops, scoped_shop_id, shop_scope
from core.web.middleware import OperatorScopeMiddleware
from recommendations.models import Prompt
from tenants.models import IdempotencyRecord, Shop, User

OWNED = [Image, IndexEntry, VectorIndex, Prompt, IdempotencyRecord]


def make_image(shop: Shop, name: str = "Dress"):
    with shop_scope(shop.pk):
        image = Image.objects.create(shop=shop, name=name, width=1, height=1, digest="0" * 64)
        IndexEntry.objects.create(shop=shop, index=get_live_index(shop.pk), image=image)
    return image


def current_scope() -> UUID | None:
    try:
        return scoped_shop_id()
    except UnscopedQueryError:
        return None


@pytest.mark.parametrize("model", OWNED)
@pytest.mark.parametrize(
    "ask",
    [
        lambda model: list(model.objects.all()),
        lambda model: model.objects.count(),
        lambda model: model.objects.filter(pk=UUID(int=0)).exists(),
        lambda model: model.objects.update(shop=None),
        lambda model: model.objects.all().delete(),
        lambda model: model.objects.first(),
    ],
    ids=["list", "count", "exists", "update", "delete", "first"],
)
def test_query_without_a_scope_is_an_error(db, model, ask):
    with pytest.raises(UnscopedQueryError):
        ask(model)


def test_every_table_with_a_shop_fails_closed(db):
    """A table with a shop column has a tenant manager, or is listed here with the reason."""
    from django.apps import apps

    facets = {"Category", "Style", "AgeGroup"}
    open_tables = {"Membership", "ShopAPIKey", *facets, *(f"{name}Alias" for name in facets)}
    for model in apps.get_models():
        fields = {field.name for field in model._meta.get_fields()}
        if "shop" in fields and model.__name__ not in open_tables:
            with pytest.raises(UnscopedQueryError):
                model._default_manager.count()


def test_facets_cannot_be_queried_without_a_scope(db):
    with pytest.raises(UnscopedQueryError):
        Category.objects.visible()


def test_scope_limits_queries_to_its_shop(shop, rival):
    mine, theirs = make_image(shop.shop), make_image(rival.shop)
    with shop_scope(shop.shop.pk):
        assert list(Image.objects.all()) == [mine]
        assert not Image.objects.filter(pk=theirs.pk).exists()
        assert list(IndexEntry.objects.waiting().values_list("image", flat=True)) == [mine.pk]
    with shop_scope(rival.shop.pk):
        assert list(Image.objects.all()) == [theirs]


def test_update_and_delete_affect_only_the_scopes_rows(shop, rival):
    make_image(shop.shop)
    theirs = make_image(rival.shop)
    with shop_scope(shop.shop.pk):
        Image.objects.update(name="Taken")
        Image.objects.all().delete()
    with all_shops():
        assert list(Image.objects.values_list("pk", "name")) == [(theirs.pk, "Dress")]


def test_related_managers_are_limited_and_fail_closed(shop, rival):
    theirs = make_image(rival.shop)
    with pytest.raises(UnscopedQueryError):
        theirs.entries.count()
    with shop_scope(shop.shop.pk):
        assert theirs.entries.count() == 0
    with shop_scope(rival.shop.pk):
        assert theirs.entries.count() == 1
        assert theirs.entries.filter(state=IndexEntry.State.PENDING).count() == 1


def test_prefetch_is_limited(shop, rival):
    make_image(shop.shop)
    with shop_scope(shop.shop.pk):
        (image,) = Image.objects.prefetch_related("entries")
    # Rows that were fetched inside the scope may be read outside of it.
    assert len(image.entries.all()) == 1


def test_queryset_returns_nothing_in_another_scope(shop, rival):
    make_image(shop.shop), make_image(rival.shop)
    with shop_scope(shop.shop.pk):
        mine = Image.objects.all()
    with shop_scope(rival.shop.pk):
        assert list(mine.all()) == []
    assert list(mine.all()) == []
    with all_shops():
        assert {image.shop_id for image in mine} == {shop.shop.pk}


def test_all_shops_queries_all_shops_but_is_no_shops_scope(shop, rival):
    make_image(shop.shop), make_image(rival.shop)
    with all_shops():
        assert Image.objects.count() == 2
        with pytest.raises(UnscopedQueryError):
            scoped_shop_id()


def test_scopes_nest_and_end_with_an_error_too(shop, rival):
    with shop_scope(shop.shop.pk):
        with pytest.raises(ZeroDivisionError), shop_scope(rival.shop.pk):
            assert current_scope() == rival.shop.pk
            raise ZeroDivisionError
        assert current_scope() == shop.shop.pk
    assert current_scope() is None


def test_scope_does_not_exist_in_another_thread(shop):
    seen: list[UUID | None] = []
    with shop_scope(shop.shop.pk):
        thread = threading.Thread(target=lambda: seen.append(current_scope()))
        thread.start()
        thread.join()
    assert seen == [None]


@pytest.mark.parametrize("path", ["images/", "images/nonsense/", "images/?price_min=x", "shop/"])
def test_scope_ends_with_the_request(shop, path):
    shop.client.get(f"/api/v1/{path}")
    assert current_scope() is None
    with pytest.raises(UnscopedQueryError):
        Image.objects.count()


def test_scope_ends_with_a_request_that_fails(shop, monkeypatch):
    monkeypatch.setattr("tenants.api.accounts.ShopSerializer", lambda _: 1 / 0)
    shop.client.raise_request_exception = False
    assert shop.client.get("/api/v1/shop/").status_code == 500
    assert current_scope() is None


def test_scope_does_not_leak_to_the_next_request(shop, rival, stranger):
    mine, theirs = make_image(shop.shop), make_image(rival.shop)
    for client, own in [(shop.client, mine), (rival.client, theirs)] * 2:
        ids = [image["id"] for image in client.get("/api/v1/images/").json()["results"]]
        assert ids == [str(own.pk)]
        assert stranger.get("/api/v1/images/").status_code == 401


@pytest.mark.parametrize(
    ("path", "user", "is_open"),
    [
        ("/admin/", User(is_staff=True, is_active=True), True),
        ("/admin/catalog/image/", User(is_staff=True, is_active=True), True),
        ("/admin/", User(is_staff=True, is_active=False), False),
        ("/admin/", User(is_staff=False, is_active=True), False),
        ("/admin/", AnonymousUser(), False),
        ("/api/v1/images/", User(is_staff=True, is_active=True), False),
        ("/administration/", User(is_staff=True, is_active=True), False),
        ("/media/admin/", User(is_staff=True, is_active=True), False),
    ],
)
def test_only_staff_in_the_admin_can_query_all_shops(db, path, user, is_open):
    def view(request):
        try:
            Image.objects.count()
        except UnscopedQueryError:
            return HttpResponse("closed")
        return HttpResponse("open")

    request = RequestFactory().get(path)
    request.user = user
    answer = OperatorScopeMiddleware(view)(request).content
    assert answer == (b"open" if is_open else b"closed")


def test_an_operators_session_is_refused_by_the_api(client, db):
    client.force_login(User.objects.create_superuser("root@atelier.example", "x"))
    assert client.get("/api/v1/images/").status_code == 401
