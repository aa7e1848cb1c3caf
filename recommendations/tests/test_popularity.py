"""Popularity does not depend on positions, nor on a few lucky events."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.search.filters import FacetFilter, VariantFilter
from core.tenancy import all_shops, shop_scope
from recommendations.models import ImagePopularity
from recommendations.ranking.popularity import (
    ACTION_WEIGHTS,
    ImageDay,
    compute_popularity,
    find_most_popular,
    refresh_popularity,
)
from recommendations.tests.figures import count_all, make_event, make_plain_image

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
A, B, C, D = (UUID(int=number) for number in range(1, 5))


def make_day(image: UUID, expected: float, *, ago: int = 0, **counts: int) -> ImageDay:
    return ImageDay(image, NOW.date() - timedelta(days=ago), expected, **counts)


def ranked(*rows: ImageDay) -> list[UUID]:
    found = compute_popularity(rows, NOW)
    return sorted(found, key=lambda image: -found[image])


def test_more_clicks_with_equal_looks_are_more_popular():
    assert ranked(make_day(A, 100, clicks=5), make_day(B, 100, clicks=20)) == [B, A]


@pytest.mark.parametrize("kind", ["clicks", "likes", "add_to_carts", "purchases"])
def test_one_action_on_one_look_is_no_best_seller(kind):
    steady = make_day(A, 1_000, clicks=200, **({kind: 40} if kind != "clicks" else {}))
    assert ranked(make_day(B, 1, **{kind: 1}), steady)[0] == A


def test_position_does_not_change_popularity():
    """Half the clicks are worth more at a position where fewer shoppers look."""
    assert ranked(make_day(A, 100, clicks=20), make_day(B, 28.9, clicks=10)) == [B, A]


def test_stronger_actions_weigh_more():
    rows = [
        make_day(image, 100, clicks=10, likes=10, add_to_carts=10, purchases=10)
        for image in (A, B, C, D)
    ]
    kinds = ("purchases", "add_to_carts", "likes", "clicks")
    more = [
        row._replace(**{kind: getattr(row, kind) + 5})
        for row, kind in zip(rows, kinds, strict=True)
    ]
    assert ranked(*more) == [A, B, C, D]


def test_dislikes_lower_popularity():
    liked, disliked = make_day(A, 100, clicks=10), make_day(B, 100, clicks=10, dislikes=5)
    assert ranked(disliked, liked) == [A, B]


def test_image_with_only_dislikes_has_no_popularity():
    assert compute_popularity([make_day(A, 10, dislikes=3)], NOW) == {A: 0.0}


def test_clicks_lose_half_their_weight_in_a_half_life():
    rows = [make_day(A, 100, ago=28, clicks=20), make_day(B, 100, clicks=20)]
    found = compute_popularity(rows, NOW)
    assert found[A] < found[B] == 1.0
    assert compute_popularity(rows, NOW, half_life_days=1)[A] < found[A]


def test_days_of_an_image_add_up():
    parts = [make_day(A, 50, clicks=5), make_day(A, 50, clicks=5), make_day(B, 100, clicks=3)]
    whole = [make_day(A, 100, clicks=10), make_day(B, 100, clicks=3)]
    assert compute_popularity(parts, NOW) == compute_popularity(whole, NOW)


def test_without_impressions_more_clicks_are_more_popular():
    assert ranked(make_day(A, 0, clicks=5), make_day(B, 0, clicks=50)) == [B, A]


def test_no_figures_have_no_popularity():
    assert compute_popularity([], NOW) == {}


counts = st.integers(0, 50)
days = st.lists(
    st.builds(
        ImageDay,
        st.sampled_from([A, B, C, D]),
        st.dates(NOW.date() - timedelta(days=90), NOW.date() + timedelta(days=1)),
        st.floats(0, 1_000),
        *[counts] * len(ACTION_WEIGHTS),
    ),
    max_size=30,
)


@given(days)
@settings(max_examples=100)
def test_popularity_is_between_0_and_1_and_the_highest_is_1(rows):
    found = compute_popularity(rows, NOW)
    assert found.keys() == {row.image_id for row in rows}
    assert all(0 <= score <= 1 for score in found.values())
    assert not found or max(found.values()) in {0.0, 1.0}


@given(days, st.sampled_from(["clicks", "likes", "add_to_carts", "purchases"]))
@settings(max_examples=100)
def test_one_more_good_action_never_lowers_a_rank(rows, kind):
    # With so many looks, one more action does not change the number of looks.
    rows = [*rows, make_day(A, 5_000, clicks=1)]
    more = [*rows, make_day(A, 0, **{kind: 1})]
    was, now = compute_popularity(rows, NOW), compute_popularity(more, NOW)
    for other in was.keys() - {A}:
        assert not (was[A] > was[other] + 1e-9 and now[A] < now[other] - 1e-9)


# --- Store and read -------------------------------------------------------------------


@pytest.fixture
def images(shop):
    """Return three images with ten impressions each, and 0, 3 and 6 clicks."""
    made = [make_plain_image(shop.shop, f"Dress {n}", price=Decimal(10 * n)) for n in range(3)]
    for number, image in enumerate(made):
        for _ in range(10):
            make_event(image, "impression", position=1)
        for _ in range(3 * number):
            make_event(image, "click", position=1)
    return made


def refresh() -> None:
    count_all()
    with all_shops():
        refresh_popularity()


def read_popularity() -> dict[UUID, float]:
    return dict(ImagePopularity.objects.values_list("image_id", "score"))


def test_refresh_stores_popularity(shop, images):
    refresh()
    with shop_scope(shop.shop.pk):
        found = read_popularity()
    assert found.keys() == {images[1].pk, images[2].pk}
    assert 0 < found[images[1].pk] < found[images[2].pk] == 1.0


def test_most_popular_images_come_first_and_can_be_filtered(shop, images):
    refresh()
    with shop_scope(shop.shop.pk):
        assert find_most_popular(5) == [images[2].pk, images[1].pk]
        assert find_most_popular(1) == [images[2].pk]
        with connection.cursor() as cursor:
            cursor.execute("SELECT adopt_images(3)")
        cheap = VariantFilter(price_max=Decimal(10), currencies=("",))
        assert find_most_popular(5, FacetFilter(variants=cheap)) == [images[1].pk]
