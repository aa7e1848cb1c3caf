"""Values of shops in memory: which are kept, and which are dropped."""

from uuid import UUID

from core.shop_cache import ShopCache

ADA, BEA, EVE = (UUID(int=number) for number in range(3))


def test_a_shop_gets_its_own_value_only() -> None:
    cache: ShopCache[str] = ShopCache(2)
    cache.set(ADA, "a")
    assert cache.get(ADA) == "a"
    assert cache.get(BEA) is None


def test_the_value_that_was_used_longest_ago_is_dropped() -> None:
    cache: ShopCache[str] = ShopCache(2)
    cache.set(ADA, "a")
    cache.set(BEA, "b")
    cache.get(ADA)
    cache.set(EVE, "e")
    assert [cache.get(shop) for shop in (ADA, BEA, EVE)] == ["a", None, "e"]


def test_values_are_dropped_by_their_size_but_one_is_always_kept() -> None:
    cache: ShopCache[str] = ShopCache(5, measure=len)
    cache.set(ADA, "aa")
    cache.set(BEA, "bb")
    cache.set(EVE, "e")
    assert [cache.get(shop) for shop in (ADA, BEA, EVE)] == ["aa", "bb", "e"]
    cache.set(EVE, "eeeeee")
    assert [cache.get(shop) for shop in (ADA, BEA, EVE)] == [None, None, "eeeeee"]
