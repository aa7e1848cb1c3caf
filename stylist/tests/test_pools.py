"""The pool of a shop's images: cached for seconds, read again after a change, one per shop."""

import pytest

from core.shop_cache import ShopCache
from core.tenancy import UnscopedQueryError, shop_scope
from stylist.outfits import catalog_pool
from stylist.outfits.catalog_pool import get_pool
from stylist.tests.factories import make_sold, tag_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clear_pools() -> None:
    catalog_pool._cache.clear()


@pytest.fixture
def inside(shop):
    """The shop, in its scope."""
    with shop_scope(shop.shop.pk):
        yield shop


@pytest.fixture
def later(monkeypatch):
    """A function that makes all cached pools stale."""
    clock = {"now": 1_000.0}
    monkeypatch.setattr(catalog_pool.time, "monotonic", lambda: clock["now"])

    def wait() -> None:
        clock["now"] += catalog_pool.MAX_AGE_SECONDS

    return wait


def test_pool_contains_every_tagged_image(inside):
    jeans, dress = make_sold(inside.shop, "jeans"), make_sold(inside.shop, "dress", "red")
    pool = get_pool(inside.shop.pk)
    kinds = dict(zip(pool.ids.tolist(), pool.kinds.tolist(), strict=True))
    assert kinds == {jeans.pk: "jeans", dress.pk: "dress"}
    assert set(pool.basic_colours.tolist()) == {"navy", "red"}


def test_shop_without_images_has_an_empty_pool(inside):
    assert len(get_pool(inside.shop.pk)) == 0


def test_fresh_pool_makes_no_query(inside, django_assert_num_queries):
    make_sold(inside.shop)
    first = get_pool(inside.shop.pk)
    with django_assert_num_queries(0):
        assert get_pool(inside.shop.pk) is first


def test_unchanged_pool_is_not_read_again(inside, later, django_assert_num_queries):
    make_sold(inside.shop)
    first = get_pool(inside.shop.pk)
    later()
    with django_assert_num_queries(1):
        assert get_pool(inside.shop.pk) is first


@pytest.mark.parametrize("change", ["added", "retagged", "removed"])
def test_changes_are_found_after_some_seconds(inside, later, change):
    image = make_sold(inside.shop, "jeans")
    get_pool(inside.shop.pk)
    if change == "added":
        make_sold(inside.shop, "coat")
    elif change == "retagged":
        tag_image(image, "dress", "red")
    else:
        image.delete()
    expected = {"added": {"jeans", "coat"}, "retagged": {"dress"}, "removed": set()}[change]
    later()
    assert set(get_pool(inside.shop.pk).kinds.tolist()) == expected


def test_pools_are_never_shared_between_shops(shop, rival):
    make_sold(shop.shop, "jeans")
    make_sold(rival.shop, "coat")
    for _ in range(2):
        for member, kind in ((shop, "jeans"), (rival, "coat")):
            with shop_scope(member.shop.pk):
                assert get_pool(member.shop.pk).kinds.tolist() == [kind]


def test_only_the_latest_pools_are_cached(shop, rival, monkeypatch):
    monkeypatch.setattr(catalog_pool, "_cache", ShopCache(1))
    for member in (shop, rival):
        with shop_scope(member.shop.pk):
            get_pool(member.shop.pk)
    assert catalog_pool._cache.get(shop.shop.pk) is None
    assert catalog_pool._cache.get(rival.shop.pk) is not None


def test_pool_outside_a_shops_scope_is_an_error(shop):
    with pytest.raises(UnscopedQueryError):
        get_pool(shop.shop.pk)
