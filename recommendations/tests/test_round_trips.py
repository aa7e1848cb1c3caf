"""Answers make few round trips to PostgreSQL, which are half of their time."""

from core.tests.trips import recorded_trips
from recommendations.tests.test_recommendations_api import ask, cache_prompt, make_indexed

MAX_TRIPS = 7


def test_a_cached_prompt_makes_few_round_trips(shop):
    cache_prompt(shop.shop)
    for number in range(3):
        make_indexed(shop.shop, 0.9 - number / 10, name=f"dress {number}")
    ask(shop.client)
    with recorded_trips() as trips:
        answer = ask(shop.client)
    assert len(answer.json()["results"]) == 3
    assert len(trips) <= MAX_TRIPS, trips
