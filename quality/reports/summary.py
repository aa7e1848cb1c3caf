"""Summarise a shop's reports: scores, failed rules, outliers."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Func, IntegerField, QuerySet
from django.db.models.functions import Cast, Floor, Least

from catalog.models import Image
from quality.measure.scales import Verdict
from quality.models import Report
from quality.reports.consistency import Outlier, find_outliers

MAX_OUTLIERS = 100
MAX_RULES = 50
TENS = 10


@dataclass(frozen=True, slots=True)
class ImageOutlier:
    image: Image
    outlier: Outlier


class Unnest(Func):
    function = "unnest"
    set_returning = True


def summarise() -> dict[str, Any]:
    """Return figures over all live images of the scope's shop, as `SummaryOutput` renders them."""
    reports = Report.objects.filter(image__deleted_at=None)
    done = reports.done()
    states = dict(reports.values_list("state").annotate(count=Count("pk")).order_by())
    return {
        "images": sum(states.values()),
        "measured": states.get("done", 0),
        "pending": states.get("pending", 0),
        "failed": states.get("failed", 0),
        "passed": done.filter(passed=True).count(),
        "held": reports.filter(image__status=Image.Status.HELD).count(),
        "mean_score": done.aggregate(mean=Avg("score"))["mean"],
        "scores": _histogram(done),
        "verdicts": {
            **{verdict.value: 0 for verdict in Verdict if verdict is not Verdict.UNKNOWN},
            **dict(done.values_list("verdict").annotate(count=Count("pk")).order_by()),
        },
        "failed_rules": _failed_rules(done),
        "breaches": _find_outliers(done),
    }


def _histogram(done: QuerySet[Report]) -> list[dict[str, int]]:
    """Return the number of scores in each range of ten; 100 is in the last one."""
    ten = Least(Cast(Floor(F("score") / TENS), IntegerField()), TENS - 1)
    counted = dict(done.values_list(ten).annotate(count=Count("pk")).order_by())
    return [
        {"from": place * TENS, "to": (place + 1) * TENS, "images": counted.get(place, 0)}
        for place in range(TENS)
    ]


def _failed_rules(done: QuerySet[Report]) -> list[dict[str, Any]]:
    rules = done.annotate(rule=Unnest(F("failed_rules"))).values("rule")
    counted = rules.annotate(images=Count("pk", distinct=True)).order_by("-images", "rule")
    return [dict(row) for row in counted[:MAX_RULES]]


def _find_outliers(done: QuerySet[Report]) -> list[ImageOutlier]:
    """Return images that differ from the shop's usual ones, the farthest first."""
    rows = list(done.exclude(look=None).order_by("pk").values_list("image_id", "look"))
    outliers = find_outliers([look or [] for _, look in rows])[:MAX_OUTLIERS]
    images = Image.objects.defer("search").in_bulk([rows[found.place][0] for found in outliers])
    return [
        ImageOutlier(images[rows[found.place][0]], found)
        for found in outliers
        if rows[found.place][0] in images
    ]
