"""The summary of a shop's reports, against figures computed manually."""

import pytest

from catalog.models import Image
from catalog.services import delete_image
from core.tenancy import shop_scope
from quality.tests.factories import make_image, make_report

pytestmark = pytest.mark.django_db
SUMMARY = "/api/v1/quality/reports/summary/"


def get_summary(member) -> dict:
    answer = member.client.get(SUMMARY)
    assert answer.status_code == 200
    return answer.json()


def read_scores(summary: dict) -> dict[int, int]:
    return {each["from"]: each["images"] for each in summary["scores"] if each["images"]}


def test_new_shop_has_zeros(shop):
    payload = get_summary(shop)
    assert (payload["images"], payload["measured"], payload["mean_score"]) == (0, 0, None)
    assert [each["from"] for each in payload["scores"]] == list(range(0, 100, 10))
    assert payload["verdicts"] == {"good": 0, "fair": 0, "poor": 0}
    assert (payload["failed_rules"], payload["breaches"]) == ([], [])


def test_figures_cover_every_live_image(shop, rival):
    member = shop.shop
    make_report(member, score=0, verdict="poor", passed=False, failed_rules=["lit", "fill"])
    make_report(member, score=9.99, verdict="poor", passed=False, failed_rules=["lit"])
    held = make_report(member, score=10, verdict="poor", passed=False, failed_rules=["lit"])
    make_report(member, score=100, failed_rules=["fill", "fill"])
    lost = make_report(member, state="failed", score=None, verdict="", passed=None)
    make_report(member, state="pending", score=None, verdict="", passed=None)
    gone = make_report(member, score=1, failed_rules=["lit"])
    make_report(rival.shop, score=1, failed_rules=["foreign"])
    with shop_scope(member.pk):
        Image.objects.filter(pk__in=[held.image_id, lost.image_id]).update(status="held")
        delete_image(image=gone.image)
    payload = get_summary(shop)
    counted = {
        name: payload[name] for name in ("images", "measured", "pending", "failed", "passed")
    }
    assert counted == {"images": 6, "measured": 4, "pending": 1, "failed": 1, "passed": 1}
    assert payload["held"] == 2, "a photo that cannot be measured may be held as well"
    assert payload["mean_score"] == 30.0
    assert read_scores(payload) == {0: 2, 10: 1, 90: 1}
    assert payload["verdicts"] == {"good": 1, "fair": 0, "poor": 3}
    assert payload["failed_rules"] == [{"rule": "lit", "images": 3}, {"rule": "fill", "images": 2}]


def test_outlier_of_the_shops_photos_is_listed(shop, rival):
    usual = [1.0, 0.0, 0.0, 0.8, 0.05, 0.2, 1.0]
    for _ in range(8):
        make_report(shop.shop, look=usual)
    image = make_image(shop.shop, name="The odd one")
    make_report(shop.shop, image=image, look=[0.5, 0.0, 0.0, 0.8, 0.05, -2.0, 1.0])
    make_report(rival.shop, look=[0.0, 0.0, 0.0, 0.1, 0.5, -3.0, 9.0])
    (breach,) = get_summary(shop)["breaches"]
    assert (breach["image"], breach["name"]) == (str(image.pk), "The odd one")
    assert breach["groups"] == ["background", "light"]
    assert breach["looks"] == ["background_lightness", "exposure"]
    assert breach["distance"] == round(0.6745 * 0.5 / 0.02, 2)
    assert get_summary(rival)["breaches"] == []
