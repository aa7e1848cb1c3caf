"""The buying list: what shoppers asked for and the shop does not sell, grouped by meaning."""

import csv
import io

import pytest

from recommendations.analytics.reports import PromptActivity
from recommendations.demand.buying_list import Want, group_prompts
from recommendations.tests.figures import count_all, make_event, make_plain_image, make_prompt
from tenants.tests.factories import make_key_client

BUYING_LIST = "/api/v1/analytics/buying-list/"


def group(*texts: str) -> list[list[str]]:
    """Return the groups of prompts, each asked three times without a click."""
    activities = [PromptActivity(text, 3, 3, 0) for text in texts]
    return [want.prompts for want in group_prompts(activities, encoder="mini")]


def find(*texts: str) -> Want:
    (want,) = group_prompts([PromptActivity(text, 3, 3, 1) for text in texts], encoder="mini")
    return want


@pytest.mark.parametrize(
    "texts",
    [
        ("snow boots", "boots for snow", "snow boot"),
        ("snow boots", "snowboots", "snow-boots"),
        ("snow boots", "sonw boots", "snow bots"),
        ("snow boots", "red snow boots", "snow boots in black", "snow boots under 50 euros"),
        ("leather trousers", "lederhose", "pantalon en cuir"),
        ("tuxedo", "a tuxedo please"),
    ],
)
def test_prompts_that_want_the_same_are_one_group(texts):
    assert group(*texts) == [list(texts)]


@pytest.mark.parametrize(
    "texts",
    [
        ("snow boots", "snow jacket"),
        ("snow boots", "boots"),
        ("shirt", "skirt"),
        ("leather shirt", "leather skirt"),
        ("bikini", "bicycle"),
    ],
)
def test_prompts_that_want_different_things_are_not(texts):
    assert group(*texts) == [[text] for text in texts]


def test_prompts_without_words_want_nothing():
    assert group("", "?!", "42", "for the") == []


def test_a_group_names_its_kinds_and_colours_and_what_was_lost():
    want = find("snow boots", "red snow boots", "snow boots, black and red")
    assert want.kinds == ("boots",)
    assert want.colours.most_common() == [("red", 6), ("black", 3)]
    assert (want.asked, want.no_match, want.lost) == (9, 9, 6)


def test_a_colour_alone_is_a_wish():
    assert group("turquoise", "red and black") == [["turquoise"], ["red and black"]]


def test_the_list_has_only_prompts_without_a_match_in_the_period(shop, rival):
    image = make_plain_image(shop.shop)
    for text in ("snow boots", "snow boots", "red snow boots"):
        make_prompt(shop.shop, text, found="none")
    clicked = make_prompt(shop.shop, "snowboots", found="none")
    make_event(image, prompt=clicked)
    make_prompt(shop.shop, "tuxedo", found=None)
    make_prompt(shop.shop, "dress")
    make_prompt(rival.shop, "kimono", found=None)
    count_all()
    answer = shop.client.get(BUYING_LIST).json()
    boots, tuxedo = answer["results"]
    assert boots == {
        "prompt": "snow boots",
        "kinds": ["boots"],
        "colours": ["red"],
        "asked": 4,
        "no_match": 4,
        "lost": 3,
        "prompts": ["snow boots", "red snow boots", "snowboots"],
    }
    assert (tuxedo["prompt"], tuxedo["lost"]) == ("tuxedo", 1)
    assert len(shop.client.get(BUYING_LIST, {"limit": 1}).json()["results"]) == 1
    past = shop.client.get(BUYING_LIST, {"from": "2026-01-01", "to": "2026-01-31"})
    assert past.json()["results"] == []


def test_as_a_table_no_cell_is_a_formula(shop):
    for text in ("=snow boots", "snow boots", "snow boots red and black"):
        make_prompt(shop.shop, text, found=None)
    count_all()
    response = shop.client.get(BUYING_LIST, {"format": "csv"})
    assert response["Content-Disposition"].startswith('attachment; filename="buying-list-')
    (row,) = csv.DictReader(io.StringIO(response.content.decode()))
    assert row["prompt"] == "'=snow boots"
    assert row["prompts"] == "'=snow boots; snow boots; snow boots red and black"
    assert (row["colours"], row["kinds"], row["asked"]) == ("red; black", "boots", "3")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "many"}, {"from": "2027"}, {"page": 1}])
def test_refuses_invalid_parameters(shop, query):
    assert shop.client.get(BUYING_LIST, query).status_code == 400


def test_reading_needs_its_scope(shop):
    client = make_key_client(shop.shop, scopes=["recommend"])
    assert client.get(BUYING_LIST).json()["code"] == "insufficient_scope"
