"""Summarise a shop's reports: scores, failed rules, and photos that differ from the usual ones.

A photo is an outlier if it is far from the shop's median in background, framing or light, relative
to the median absolute deviation: the modified z-score of Iglewicz and Hoaglin, "How to Detect and
Handle Outliers", 1993. A look is a list of figures in the order of `LOOK`; background colours are
OKLab.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Avg, Count, F, Func, IntegerField, QuerySet
from django.db.models.functions import Cast, Floor, Least
from numpy.typing import NDArray

from catalog.models import Image
from quality.measure.assessment import Assessment
from quality.measure.scales import SCALES, Verdict
from quality.models import Report

# Figures of a look, each with the smallest visible deviation in its own unit. In a shop with nearly
# equal photos, smaller deviations do not make an outlier.
LOOK = {
    "background_lightness": 0.02,
    "background_green_red": 0.01,
    "background_blue_yellow": 0.01,
    "subject_fill": 0.03,
    "centring": 0.02,
    "exposure": 0.1,
    "colour_cast": 0.4,
}
GROUPS = {
    "background_lightness": "background",
    "background_green_red": "background",
    "background_blue_yellow": "background",
    "subject_fill": "framing",
    "centring": "framing",
    "exposure": "light",
    "colour_cast": "light",
}
MIN_PHOTOS = 8  # fewer photos do not show what is usual
FAR = 3.5
TO_DEVIATION = 0.6745  # the median absolute deviation of the standard normal distribution
MAX_OUTLIERS = 100
MAX_RULES = 50
TENS = 10


@dataclass(frozen=True, slots=True)
class Outlier:
    """A photo that is far from the usual ones.

    `place` is its index in the list, `distance` its largest modified z-score, `looks` the names of
    all figures above `FAR`, `groups` their groups: background, framing, light.
    """

    place: int
    distance: float
    looks: tuple[str, ...]
    groups: tuple[str, ...]


def read_look(assessment: Assessment) -> list[float | None]:
    """Return a photo's look, with None for unknown figures."""
    background = assessment.background or (None, None, None)
    return [*background, *(assessment.raws[name] for name in LOOK if name in SCALES)]


def find_outliers(looks: Sequence[Sequence[float | None]]) -> list[Outlier]:
    """Return the outliers, the farthest first; none below `MIN_PHOTOS` photos."""
    if len(looks) < MIN_PHOTOS:
        return []
    figures = np.array(looks, dtype=np.float64)
    columns = zip(figures.T, LOOK.values(), strict=True)
    distances = np.stack([_distances(*column) for column in columns])
    names = list(LOOK)
    breaches = []
    for place in np.flatnonzero((distances > FAR).any(axis=0)):
        far = [names[row] for row in np.flatnonzero(distances[:, place] > FAR)]
        groups = tuple(dict.fromkeys(GROUPS[name] for name in far))
        breaches.append(Outlier(int(place), float(distances[:, place].max()), tuple(far), groups))
    return sorted(breaches, key=lambda breach: -breach.distance)


def _distances(column: NDArray[np.float64], min_spread: float) -> NDArray[np.float64]:
    """Return modified z-scores; 0 for an unknown figure, or with too few known ones."""
    known = column[~np.isnan(column)]
    if len(known) < MIN_PHOTOS:
        return np.zeros_like(column)
    middle = np.median(known)
    spread = max(float(np.median(np.abs(known - middle))), min_spread)
    return np.nan_to_num(TO_DEVIATION * np.abs(column - middle) / spread)


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


def _find_outliers(done: QuerySet[Report]) -> list[dict[str, Any]]:
    """Return images that differ from the shop's usual ones, the farthest first."""
    rows = list(done.exclude(look=None).order_by("pk").values_list("image_id", "look"))
    outliers = find_outliers([look or [] for _, look in rows])[:MAX_OUTLIERS]
    shown = Image.objects.select_related("thumbnails")
    images = shown.in_bulk([rows[found.place][0] for found in outliers])
    return [
        {"image": images[rows[found.place][0]], "outlier": found}
        for found in outliers
        if rows[found.place][0] in images
    ]
