"""Suggested synonyms: words without a match, and those that the same people tried next."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Image
from recommendations.tests.figures import make_plain_image
from recommendations.tests.sessions import make_retry, make_searches, refresh
from recommendations.tests.test_synonyms_api import SYNONYMS, add
from tenants.tests.factories import make_key_client

SUGGESTIONS = f"{SYNONYMS}suggestions/"


@pytest.fixture
def image(shop) -> Image:
    return make_plain_image(shop.shop)


def read(shop) -> list[tuple[str, str, int]]:
    refresh(shop.shop)
    rows = shop.client.get(SUGGESTIONS).json()["results"]
    return [(row["phrase"], row["meaning"], row["shoppers"]) for row in rows]


def test_words_that_several_people_replaced_with_success_are_suggested(shop, image):
    make_retry(shop.shop, "a", "pram suit", "snowsuit", image)
    make_retry(shop.shop, "b", "Red pram suits", "red snowsuits", image)
    make_retry(shop.shop, "c", "red wellies", "red rain boots", image)
    make_retry(shop.shop, "d", "wellies", "rain boots", image)
    make_retry(shop.shop, "e", "wellies", "rain boots", image)
    make_retry(shop.shop, "f", "galoshes", "overshoes", image)
    assert read(shop) == [("wellies", "rain boots", 3), ("pram suit", "snowsuit", 2)]


def test_one_person_suggests_nothing(shop, image):
    for _ in range(3):
        make_retry(shop.shop, "a", "pram suit", "snowsuit", image)
    assert read(shop) == []


def test_only_searches_soon_after_count(shop, image):
    for session in "ab":
        make_retry(shop.shop, session, "pram suit", "snowsuit", image, minutes=6)
    assert read(shop) == []


def test_a_search_without_a_click_is_no_success(shop):
    for session in "ab":
        make_searches(shop.shop, session, "pram suit", found=None)
        make_searches(shop.shop, session, "snowsuit")
    assert read(shop) == []


def test_another_wish_is_no_synonym(shop, image):
    for session in "ab":
        make_retry(shop.shop, session, "cheap blue garden chair set", "red dress", image)
        make_retry(shop.shop, session, "dress red", "red dresses", image)
        make_retry(shop.shop, session, "ann@example.com suit", "snowsuit", image)
    assert read(shop) == []


def test_a_suggestion_that_is_a_synonym_leaves_the_list(shop, image):
    for session in "ab":
        make_retry(shop.shop, f"{session} 1", "pram suit", "snowsuit", image)
        make_retry(shop.shop, f"{session} 2", "sweater", "jumper", image)
    assert len(read(shop)) == 2
    assert add(shop.client).status_code == 201
    add(shop.client, phrase="Jumpers", meaning="sweater", is_two_way=True)
    assert read(shop) == []


def test_a_rival_sees_none_of_it_and_reading_needs_its_scope(shop, rival, image):
    for session in "ab":
        make_retry(shop.shop, session, "pram suit", "snowsuit", image)
    assert len(read(shop)) == 1
    assert rival.client.get(SUGGESTIONS).json() == {"results": []}
    client = make_key_client(shop.shop, scopes=["recommend"])
    assert client.get(SUGGESTIONS).json()["code"] == "insufficient_scope"


def test_the_list_is_read_with_few_queries(shop, image):
    for session in "ab":
        make_retry(shop.shop, f"{session} 1", "pram suit", "snowsuit", image)
        make_retry(shop.shop, f"{session} 2", "wellies", "rain boots", image)
    read(shop)
    with CaptureQueriesContext(connection) as queries:
        shop.client.get(SUGGESTIONS)
    assert len(queries) <= 3
