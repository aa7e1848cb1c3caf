"""Photos that are nearly the same never stand side by side in an answer."""

import io
import itertools
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.tests.factories import make_pair
from core.tests.factories import make_photo
from recommendations.ranking.rank import separate
from recommendations.tests.test_queries_api import cache_prompt, make_image_at

ASK = "/api/v1/recommendations/"

pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20)


@given(count=st.integers(0, 10), pairs=pairs)
def test_no_two_near_duplicates_are_next_to_each_other(count, pairs):
    ids = [UUID(int=number) for number in range(count)]
    near: dict[UUID, frozenset[UUID]] = {}
    for one, other in pairs:
        for first, second in ((one, other), (other, one)):
            if first != second:
                pk = UUID(int=first)
                near[pk] = near.get(pk, frozenset()) | {UUID(int=second)}
    placed = separate(ids, near)
    assert placed[:1] == ids[:1]
    assert len(set(placed)) == len(placed) and set(placed) <= set(ids)
    assert not any(two in near.get(one, ()) for one, two in itertools.pairwise(placed))


@pytest.fixture
def stocked(shop):
    """Return a shop whose two best dresses have nearly the same photo.

    Their vectors differ in float16, too.
    """
    cache_prompt(shop.shop, "red", 1, 0, 0)
    shop.best = make_image_at(shop.shop, 1, 0, 0, name="best")
    shop.copy = make_image_at(shop.shop, 1, 0.05, 0, name="copy")
    shop.other = make_image_at(shop.shop, 1, 0.5, 0, name="other")
    return shop


def ask(client, **query) -> list[str]:
    answer = client.post(ASK, {"prompt": "red", "diversity": 0, **query}, "json")
    assert answer.status_code == 201, answer.content
    return [result["name"] for result in answer.json()["results"]]


def test_a_near_duplicate_of_a_better_result_is_left_out(stocked):
    assert ask(stocked.client) == ["best", "copy", "other"]
    make_pair(stocked.best, stocked.copy)
    assert ask(stocked.client) == ["best", "other"]


def test_without_groups_near_duplicates_are_apart(stocked):
    make_pair(stocked.best, stocked.copy)
    assert ask(stocked.client, group_by="none") == ["best", "other", "copy"]


def test_the_same_bytes_are_left_out_before_a_worker_compared_them(stocked):
    make_image_at(stocked.shop, 1, 0.1, 0, name="first", jpeg=make_photo())
    make_image_at(stocked.shop, 1, 0.15, 0, name="second", jpeg=make_photo())
    assert ask(stocked.client) == ["best", "copy", "first", "other"]


def test_dismissed_pairs_are_shown_side_by_side(stocked):
    pair = make_pair(stocked.best, stocked.copy)
    assert stocked.client.post(f"/api/v1/duplicates/{pair.pk}/dismiss/").status_code == 204
    assert ask(stocked.client) == ["best", "copy", "other"]


def test_a_pair_of_an_earlier_photo_does_not_count(stocked):
    make_pair(stocked.best, stocked.copy)
    photo = io.BytesIO(make_photo("blue"))
    photo.name = "new.jpg"
    url = f"/api/v1/images/{stocked.copy.pk}/"
    assert stocked.client.patch(url, {"photo": photo}, format="multipart").status_code == 200
    assert "copy" in ask(stocked.client)


def test_similar_images_lack_near_duplicates_of_the_image(stocked):
    make_pair(stocked.best, stocked.copy)
    answer = stocked.client.get(f"/api/v1/images/{stocked.best.pk}/similar/")
    assert [result["name"] for result in answer.json()["results"]] == ["other"]


def test_a_feed_lacks_near_duplicates(stocked):
    make_pair(stocked.best, stocked.copy)
    answer = stocked.client.get("/api/v1/shoppers/ada/feed/", {"number_of_images": 10})
    names = [result["name"] for result in answer.json()["results"]]
    assert len(names) == 2 and not {"best", "copy"} <= set(names)
