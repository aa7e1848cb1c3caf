"""Reports of a shop's figures, as JSON and CSV."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.api.csv import format_csv
from recommendations.tests.figures import (
    count_all,
    make_event,
    make_plain_image,
    make_prompt,
    noon,
)
from tenants.tests.factories import make_key_client

DAYS = "/api/v1/analytics/"
PROMPTS = "/api/v1/analytics/prompts/"
IMAGES = "/api/v1/analytics/images/"
ALL = [DAYS, PROMPTS, IMAGES]
TODAY = timezone.now().date()
YESTERDAY = TODAY - timedelta(days=1)


def read_csv(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode())))


@pytest.fixture
def busy(shop):
    """Return a shop with two days of searches, one of them without a match, clicks and a cart."""
    shop.images = [make_plain_image(shop.shop, f"Dress {n}", sku=f"D-{n}") for n in range(4)]
    first, second, *_ = shop.images
    answer = make_prompt(shop.shop, "Red dress", images=[first, second])
    make_prompt(shop.shop, "red  dress", images=[first])
    make_prompt(shop.shop, "snow boots", found=None)
    make_prompt(shop.shop, "", source="similar", images=[second])
    make_prompt(shop.shop, "blue", created_at=noon(YESTERDAY), timings_ms={"total": 100.0})
    for position, image in enumerate((first, second), start=1):
        make_event(image, "impression", prompt=answer, position=position)
    make_event(first, "click", prompt=answer, position=1)
    make_event(first, "click", prompt=answer, position=1)
    make_event(first, "add_to_cart", prompt=answer)
    count_all()
    return shop


# --- By day ---------------------------------------------------------------------------


def test_days_have_rates_coverage_and_latency(busy):
    body = busy.client.get(DAYS, {"from": YESTERDAY, "to": TODAY}).json()
    assert (body["from"], body["to"]) == (str(YESTERDAY), str(TODAY))
    yesterday, today = body["results"]
    assert yesterday["day"] == str(YESTERDAY)
    assert (today["answers"], today["searches"], today["similars"]) == (4, 3, 1)
    assert today["no_match_rate"] == 0.3333
    assert today["click_through_rate"] == today["add_to_cart_rate"] == 0.25
    assert today["coverage"] == 0.5
    assert today["latency_median_ms"] == pytest.approx(10, rel=0.02)
    assert yesterday["latency_p95_ms"] == pytest.approx(100, rel=0.02)
    assert (today["impressions"], today["clicks"], today["add_to_carts"]) == (2, 2, 1)
    assert body["total"]["answers"] == 5
    assert body["total"]["click_through_rate"] == 0.2
    assert body["total"]["coverage"] == 0.5


def test_shows_the_last_thirty_days_also_those_without_figures(busy):
    body = busy.client.get(DAYS).json()
    days = [row["day"] for row in body["results"]]
    assert days == [str(TODAY - timedelta(days=number)) for number in range(29, -1, -1)]
    quiet = body["results"][0]
    assert quiet["searches"] == 0
    assert quiet["no_match_rate"] is quiet["coverage"] is quiet["latency_median_ms"] is None


def test_shop_without_figures_gets_empty_reports(shop):
    assert shop.client.get(DAYS).json()["total"]["answers"] == 0
    assert shop.client.get(PROMPTS).json()["results"] == []
    assert shop.client.get(IMAGES).json()["results"] == []


@pytest.mark.parametrize("path", ALL)
def test_report_of_a_year_makes_few_queries(busy, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        busy.client.get(path, {"from": TODAY - timedelta(days=365)})


# --- Prompts --------------------------------------------------------------------------


def test_most_frequent_prompts_come_first(busy):
    rows = busy.client.get(PROMPTS).json()["results"]
    assert [row["prompt"] for row in rows] == ["red dress", "blue", "snow boots"]
    assert rows[0] == {
        "prompt": "red dress",
        "asked": 2,
        "no_match": 0,
        "clicked": 1,
        "no_match_rate": 0.0,
        "click_through_rate": 0.5,
    }


def test_only_prompts_without_a_match_can_be_requested(busy):
    rows = busy.client.get(PROMPTS, {"only": "no_match"}).json()["results"]
    assert [(row["prompt"], row["no_match"]) for row in rows] == [("snow boots", 1)]


def test_same_prompt_on_several_days_is_one_row(busy):
    make_prompt(busy.shop, "BLUE")
    make_prompt(busy.shop, "blue")
    count_all()
    rows = busy.client.get(PROMPTS, {"limit": 1}).json()["results"]
    assert [(row["prompt"], row["asked"]) for row in rows] == [("blue", 3)]
    rows = busy.client.get(PROMPTS, {"from": TODAY}).json()["results"]
    assert ("blue", 2) in [(row["prompt"], row["asked"]) for row in rows]


# --- Images ---------------------------------------------------------------------------


def test_best_images_come_first_with_their_figures(busy):
    rows = busy.client.get(IMAGES).json()["results"]
    assert rows[0]["id"] == str(busy.images[0].pk)
    assert (rows[0]["name"], rows[0]["sku"]) == ("Dress 0", "D-0")
    assert (rows[0]["popularity"], rows[0]["answers"], rows[0]["clicks"]) == (1.0, 2, 2)
    assert (rows[0]["expected"], rows[0]["click_rate"]) == (1.0, 2.0)


def test_worst_images_have_the_lowest_surplus(busy):
    for _ in range(5):
        make_event(busy.images[2], "impression", position=1)
        make_event(busy.images[3], "impression", position=30)
    count_all()
    rows = busy.client.get(IMAGES, {"order": "worst"}).json()["results"]
    ids = [row["id"] for row in rows]
    assert ids[:2] == [str(busy.images[2].pk), str(busy.images[3].pk)]
    assert str(busy.images[0].pk) not in ids
    assert rows[0]["surplus"] < rows[1]["surplus"] < 0


def test_deleted_images_are_not_shown(busy):
    assert busy.client.delete(f"{IMAGES.replace('analytics/', '')}{busy.images[0].pk}/")
    rows = busy.client.get(IMAGES).json()["results"]
    assert str(busy.images[0].pk) not in [row["id"] for row in rows]


# --- Access ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_rival_sees_none_of_the_figures(busy, rival, path, form):
    theirs = rival.client.get(path, {"format": form}).content.decode()
    assert "red dress" not in theirs and str(busy.images[0].pk) not in theirs
    if path == DAYS and form == "json":
        assert rival.client.get(path).json()["total"]["answers"] == 0


@pytest.mark.parametrize("path", ALL)
def test_publishable_key_cannot_read_figures(shop, path):
    client = make_key_client(shop.shop, scopes=["recommend"])
    assert client.get(path).status_code == 403


# --- Periods --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize(
    ("query", "at_fault"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "from"),
        ({"from": "2025-01-01", "to": "2026-01-02"}, "from"),
        ({"to": "0001-01-01"}, "to"),
        ({"from": "9999-12-31"}, "from"),
        ({"from": "2026-01-01T00:00:00Z"}, "from"),
        ({"from": "a\0b"}, "from"),
    ],
)
def test_refuses_invalid_days(shop, path, query, at_fault):
    for form in ("json", "csv"):
        response = shop.client.get(path, {**query, "format": form})
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["errors"].keys() == {at_fault}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (PROMPTS, {"only": "match"}),
        (PROMPTS, {"limit": 0}),
        (PROMPTS, {"limit": 10_001}),
        (IMAGES, {"order": "middling"}),
        (IMAGES, {"limit": "x"}),
    ],
)
def test_refuses_other_invalid_parameters(shop, path, query):
    response = shop.client.get(path, query)
    assert response.status_code == 400
    assert response.json()["errors"].keys() == query.keys()


def test_a_leap_year_is_the_longest_period(shop):
    body = shop.client.get(DAYS, {"from": "2024-01-01", "to": "2024-12-31"}).json()
    assert len(body["results"]) == 366
    last = shop.client.get(DAYS, {"to": "9999-12-31", "from": "9999-12-30"})
    assert last.status_code == 200


# --- CSV ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL)
def test_csv_has_the_rows_of_the_report(busy, path):
    rows = busy.client.get(path).json()["results"]
    response = busy.client.get(path, {"format": "csv"})
    names, *lines = read_csv(response)
    assert names == list(rows[0])
    assert len(lines) == len(rows)
    expected = ["" if value is None else str(value) for value in rows[-1].values()]
    assert lines[-1] == expected
    assert response["Content-Disposition"].startswith('attachment; filename="')


def test_accept_header_selects_csv(busy):
    response = busy.client.get(PROMPTS, headers={"Accept": "text/csv"})
    assert read_csv(response)[1][:2] == ["red dress", "2"]


def test_csv_without_rows_has_column_names(shop):
    assert read_csv(shop.client.get(PROMPTS, {"format": "csv"})) == [
        ["prompt", "asked", "no_match", "clicked", "no_match_rate", "click_through_rate"]
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_csv_cell_is_a_formula(sign):
    rows = [{"prompt": f'{sign}HYPERLINK("http://evil.example","a,b")', "surplus": -1.5}]
    (_, (text, number)) = csv.reader(
        io.StringIO(format_csv(["prompt", "surplus"], rows), newline="")
    )
    assert text.startswith(f"'{sign}")
    assert number == "-1.5"


def test_prompts_are_escaped_in_csv_only(shop):
    make_prompt(shop.shop, "=1+1")
    count_all()
    assert read_csv(shop.client.get(PROMPTS, {"format": "csv"}))[1][0] == "'=1+1"
    assert shop.client.get(PROMPTS).json()["results"][0]["prompt"] == "=1+1"
