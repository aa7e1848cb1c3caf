"""A feed uses what is known about the shopper, never repeats, and learns from each event."""

import pytest
from uuid_utils.compat import uuid4

from core.tenancy import shop_scope
from recommendations.models import ImagePopularity
from recommendations.tests.test_queries_api import cache_prompt, make_image_at

BLUES, REDS = 20, 40


def feed(client, shopper: str = "ada", **params):
    response = client.get(f"/api/v1/shoppers/{shopper}/feed/", {"number_of_images": 10, **params})
    assert response.status_code == 200, response.json()
    return response.json()


def ids(page) -> list[str]:
    return [result["id"] for result in page["results"]]


def send(client, kind: str, *images: str, **fields):
    events = [
        {"event_id": str(uuid4()), "kind": kind, "image": image, **fields} for image in images
    ]
    response = client.post("/api/v1/events/", {"events": events}, "json")
    assert response.json()["accepted"] == len(images)


@pytest.fixture
def stocked(shop):
    """Return a shop with blue dresses and many more red ones, each a little different."""
    shop.blues, shop.reds = (
        [
            str(make_image_at(shop.shop, *axes, 0.2 + number / 60, name=f"{name} {number}").pk)
            for number in range(count)
        ]
        for name, axes, count in (("Blue", (0, 1), BLUES), ("Red", (1, 0), REDS))
    )
    return shop


def test_unknown_shopper_sees_new_images(stocked):
    page = feed(stocked.client)
    assert page["step"] == "new"
    assert len(ids(page)) == 10


def test_popular_images_come_before_new_ones(stocked):
    with shop_scope(stocked.shop.pk):
        ImagePopularity.objects.create(shop=stocked.shop, image_id=stocked.reds[0], score=1.0)
    page = feed(stocked.client)
    assert (page["step"], ids(page)[0]) == ("popular", stocked.reds[0])


def test_events_of_a_session_count_without_a_known_shopper(stocked):
    send(stocked.client, "like", *stocked.blues[:3], session="s-1")
    page = feed(stocked.client, session="s-1")
    assert page["step"] == "session"
    assert len(set(ids(page)) & set(stocked.blues)) >= 6


def test_stated_preferences_come_before_the_session(stocked):
    cache_prompt(stocked.shop, "blue dress", 0, 1, 0)
    stocked.client.put("/api/v1/shoppers/ada/preferences/", {"text": "blue dress"}, "json")
    page = feed(stocked.client)
    assert page["step"] == "stated"
    assert len(set(ids(page)) & set(stocked.blues)) >= 6


def test_ten_likes_of_blue_make_the_feed_more_blue_but_not_only_blue(stocked):
    before = len(set(ids(feed(stocked.client))) & set(stocked.blues))
    send(stocked.client, "like", *stocked.blues[:10], shopper="ada")
    page = feed(stocked.client)
    after = len(set(ids(page)) & set(stocked.blues))
    assert page["step"] == "taste"
    assert before < after < 10


def test_pages_show_the_whole_catalogue_once(stocked):
    send(stocked.client, "like", stocked.blues[0], shopper="ada")
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = feed(stocked.client, number_of_images=25, **({"cursor": cursor} if cursor else {}))
        seen += ids(page)
        cursor, pages = page["next"], pages + 1
    assert len(seen) == len(set(seen)) == BLUES + REDS


def test_a_dislike_hides_the_image_from_the_next_page(stocked):
    first = feed(stocked.client)
    disliked = ids(first)[0]
    send(stocked.client, "dislike", disliked, shopper="ada")
    assert disliked not in ids(feed(stocked.client))


def test_facets_filter_a_feed(stocked):
    make_image_at(stocked.shop, 0, 1, name="Branded", brand="Zorblatt")
    page = feed(stocked.client, brand="Zorblatt")
    assert [result["name"] for result in page["results"]] == ["Branded"]


@pytest.mark.parametrize("cursor", ["x", "018f0000-0000-7000-8000-000000000000"])
def test_refuses_an_unknown_cursor(stocked, cursor):
    response = stocked.client.get("/api/v1/shoppers/ada/feed/", {"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_cursor")


def test_refuses_the_cursor_of_another_shopper(stocked):
    send(stocked.client, "like", stocked.blues[0], shopper="ada")
    send(stocked.client, "like", stocked.blues[0], shopper="eve")
    cursor = feed(stocked.client, number_of_images=5)["next"]
    response = stocked.client.get("/api/v1/shoppers/eve/feed/", {"cursor": cursor})
    assert response.json()["code"] == "unknown_cursor"


def test_rival_sees_no_image_of_the_feed(stocked, rival):
    send(stocked.client, "like", stocked.blues[0], shopper="ada")
    assert ids(feed(rival.client)) == []


def test_an_empty_shop_has_an_empty_feed(shop):
    assert feed(shop.client) | {"id": 0, "timings_ms": 0} == {
        "id": 0,
        "step": "new",
        "results": [],
        "next": None,
        "timings_ms": 0,
    }
