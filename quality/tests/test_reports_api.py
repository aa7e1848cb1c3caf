"""The list of reports: filtered, ordered, paged; and its query ceiling."""

import base64

import pytest

from catalog.models import Image
from core.tenancy import shop_scope
from quality.tests.factories import make_report

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/quality/reports/"


@pytest.fixture
def images(shop) -> dict[str, str]:
    """Four images with different reports, created in this order: names by id."""
    poor = make_report(
        shop.shop, score=20, verdict="poor", passed=False, failed_rules=["lit", "fill"]
    )
    fair = make_report(shop.shop, score=50, verdict="fair", passed=False, failed_rules=["lit"])
    good = make_report(shop.shop, score=90, failed_rules=["fill"])
    failed = make_report(
        shop.shop, state="failed", examined={}, score=None, verdict="", passed=None,
        problem={"code": "photo_blank", "detail": "Send another."},
    )  # fmt: skip
    with shop_scope(shop.shop.pk):
        Image.objects.filter(pk=fair.image_id).update(status="held")
    rows = {"poor": poor, "fair": fair, "good": good, "failed": failed}
    return {str(row.image_id): name for name, row in rows.items()}


@pytest.fixture
def ask(shop, images):
    """Return a function that lists names of images, in order."""

    def ask(**query: object) -> list[str]:
        answer = shop.client.get(REPORTS, query)
        assert answer.status_code == 200, answer.content
        return [images[row["image"]] for row in answer.json()["results"]]

    return ask


def test_newest_come_first_or_the_worst_on_request(ask):
    assert ask() == ["failed", "good", "fair", "poor"]
    assert ask(order="worst") == ["poor", "fair", "good"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, ["failed"]),
        ({"state": "pending"}, []),
        ({"verdict": "poor"}, ["poor"]),
        ({"passed": "false"}, ["fair", "poor"]),
        ({"passed": "true"}, ["good"]),
        ({"failed_rule": "lit"}, ["fair", "poor"]),
        ({"failed_rule": "fill", "passed": "true"}, ["good"]),
        ({"failed_rule": "li"}, []),
        ({"held": "true"}, ["fair"]),
        ({"held": "false", "order": "worst"}, ["poor", "good"]),
        ({"order": "worst", "state": "failed"}, []),
    ],
)
def test_list_is_filtered(ask, query, found):
    assert ask(**query) == found


@pytest.mark.parametrize(
    "query",
    [{"order": "best"}, {"state": "lost"}, {"verdict": "fine"}, {"passed": "perhaps"},
     {"failed_rule": "x" * 101}, {"failed_rule": "a\0b"}],
)  # fmt: skip
def test_invalid_query_is_refused_by_field(shop, query):
    answer = shop.client.get(REPORTS, query)
    assert answer.status_code == 400 and set(answer.json()["errors"]) == set(query)


@pytest.mark.parametrize("order", ["newest", "worst"])
def test_pages_contain_each_report_once(shop, images, order):
    for _ in range(3):
        make_report(shop.shop, score=50)
    url, seen = f"{REPORTS}?order={order}&page_size=2", []
    while url:
        page = shop.client.get(url).json()
        seen += [row["image"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == (7 if order == "newest" else 6)


@pytest.mark.parametrize("order", ["newest", "worst"])
@pytest.mark.parametrize("position", ["p=junk", "p=nan", "p=", "o=-1", "o=99999999", "r=1&p=0"])
def test_invented_cursor_is_no_server_error(shop, images, order, position):
    cursor = base64.b64encode(position.encode()).decode()
    answer = shop.client.get(REPORTS, {"order": order, "cursor": cursor})
    assert answer.status_code in {200, 400}


def test_cursor_of_one_order_is_refused_in_the_other(shop, images):
    page = shop.client.get(REPORTS, {"order": "worst", "page_size": 1}).json()
    wrong = page["next"].replace("order=worst", "order=newest")
    assert shop.client.get(wrong).status_code == 400


def test_list_makes_as_many_queries_for_many(shop, images, django_assert_max_num_queries):
    for _ in range(6):
        make_report(shop.shop)
    with django_assert_max_num_queries(6):
        assert len(shop.client.get(REPORTS).json()["results"]) == 10


def test_failed_report_has_no_figures(shop, images):
    (row,) = shop.client.get(REPORTS, {"state": "failed"}).json()["results"]
    assert row["problem"] == {"code": "photo_blank", "detail": "Send another."}
    assert "score" not in row and row["outcome"] is None


def test_another_shops_reports_are_not_listed(images, rival):
    assert rival.client.get(REPORTS).json()["results"] == []
    assert rival.client.get(f"{REPORTS}{next(iter(images))}/").status_code == 404


@pytest.mark.parametrize("pk", ["7", "not-an-id", "018f0000-0000-7000-8000-000000000000"])
def test_unknown_image_has_no_report(shop, pk):
    assert shop.client.get(f"{REPORTS}{pk}/").status_code == 404


def test_report_that_is_older_than_a_measure_has_it_as_unknown(shop):
    report = make_report(shop.shop)
    with shop_scope(shop.shop.pk):
        for part in ("raws", "parts"):
            report.examined[part].popitem()
        report.save()
    answer = shop.client.get(f"{REPORTS}{report.image_id}/")
    assert answer.status_code == 200
    assert "unknown" in {measure["verdict"] for measure in answer.json()["measures"]}
