"""What a shop reads of its figures: by day, by prompt and by image. Needs the shop's scope.

A rate of nothing is None.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from catalog.models import Image
from recommendations.analytics import latency
from recommendations.models import ImageFigures, PromptFigures, ShopFigures
from recommendations.ranking.popularity import WEIGHTS, Standing, Tally, standings

ADDED_UP = (
    *("searches", "similars", "feeds", "no_match", "answers_clicked", "answers_added_to_cart"),
    *("impressions", "clicks", "likes", "dislikes", "add_to_carts", "purchases"),
)
OF_AN_IMAGE = ("answers", "impressions", "expected", *WEIGHTS)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, from the first to the last, both included."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[date, date]:
        return self.first, self.last

    def days(self) -> list[date]:
        length = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(length)]


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened on a day, or in a period where `day` is None."""

    day: date | None
    counts: dict[str, int]
    images_shown: int
    images_published: int
    latency_median_ms: float | None
    latency_p95_ms: float | None

    @property
    def answers(self) -> int:
        return self.counts["searches"] + self.counts["similars"] + self.counts["feeds"]

    @property
    def no_match_rate(self) -> float | None:
        return rate(self.counts["no_match"], self.counts["searches"])

    @property
    def click_through_rate(self) -> float | None:
        return rate(self.counts["answers_clicked"], self.answers)

    @property
    def add_to_cart_rate(self) -> float | None:
        return rate(self.counts["answers_added_to_cart"], self.answers)

    @property
    def coverage(self) -> float | None:
        return rate(min(self.images_shown, self.images_published), self.images_published)


@dataclass(frozen=True, slots=True)
class PromptActivity:
    """How often a prompt was asked in a period, and what came of it."""

    prompt: str
    asked: int
    no_match: int
    clicked: int

    @property
    def no_match_rate(self) -> float | None:
        return rate(self.no_match, self.asked)

    @property
    def click_through_rate(self) -> float | None:
        return rate(self.clicked, self.asked)


@dataclass(frozen=True, slots=True)
class ImageActivity:
    """How an image did in a period; `popularity` and `surplus` as in `popularity.Standing`."""

    id: UUID
    name: str
    sku: str
    counts: dict[str, float]
    popularity: float
    surplus: float

    @property
    def click_rate(self) -> float | None:
        """Clicks over the times the image was looked at, wherever it stood."""
        return rate(self.counts["clicks"], self.counts["expected"])


def rate(part: float, whole: float) -> float | None:
    """Return a share of 1 with four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def read_activity(period: Period) -> tuple[list[Activity], Activity]:
    """Return every day of the period, quiet ones too, and the whole of it. Two queries."""
    rows = list(ShopFigures.objects.filter(day__range=period.bounds).order_by("day"))
    by_day = {row.day: row for row in rows}
    days = []
    for day in period.days():
        mine = [by_day[day]] if day in by_day else []
        days.append(_activity(day, mine, sum(row.images_shown for row in mine)))
    shown = (
        ImageFigures.objects.filter(day__range=period.bounds)
        .exclude(answers=0, impressions=0)
        .aggregate(number=Count("image_id", distinct=True))
    )
    return days, _activity(None, rows, shown["number"])


def read_prompts(period: Period, *, only_no_match: bool, limit: int) -> list[PromptActivity]:
    """Return the prompts asked most, or those most often without a good match. One query."""
    order = "total_no_match" if only_no_match else "total_asked"
    names = ("asked", "no_match", "clicked")
    rows = (
        PromptFigures.objects.filter(day__range=period.bounds)
        .order_by()
        .values("text")
        .annotate(**_sums(names))
        .filter(**{f"{order}__gt": 0})
        .order_by(f"-{order}", "text")
        .values_list("text", *_sums(names))
    )
    return [PromptActivity(*row) for row in rows[:limit]]


def read_images(period: Period, *, worst: bool, limit: int) -> list[ImageActivity]:
    """Return the images that did best, or those furthest below the average. Two queries.

    The best are the most popular of the period, without decay. The worst were looked at most
    for the least: what they lack is what an average image would have had in their place.
    """
    figures = {row["image_id"]: row for row in _sum_images(period)}
    found = standings(
        {
            image_id: Tally.of(row["total_expected"], [row[f"total_{name}"] for name in WEIGHTS])
            for image_id, row in figures.items()
        }
    )
    if worst:
        below = [image_id for image_id in found if found[image_id].surplus < 0]
        chosen = sorted(below, key=lambda image_id: (found[image_id].surplus, image_id))[:limit]
    else:
        seen = sorted(found, key=lambda image_id: (-found[image_id].popularity, image_id))
        chosen = seen[:limit]
    images = Image.objects.live().only("name", "sku").in_bulk(chosen)
    return [
        _image_activity(images[image_id], figures[image_id], found[image_id])
        for image_id in chosen
        if image_id in images
    ]


def _sum_images(period: Period) -> Iterable[dict[str, Any]]:
    rows: Iterable[dict[str, Any]] = (
        ImageFigures.objects.filter(day__range=period.bounds, image__deleted_at=None)
        .order_by()
        .values("image_id")
        .annotate(**_sums(OF_AN_IMAGE))
    )
    return rows


def _sums(names: Iterable[str]) -> dict[str, Sum]:
    return {f"total_{name}": Sum(name) for name in names}


def _activity(day: date | None, rows: list[ShopFigures], images_shown: int) -> Activity:
    times = latency.add_up(row.latency for row in rows)
    return Activity(
        day=day,
        counts={name: sum(getattr(row, name) for row in rows) for name in ADDED_UP},
        images_shown=images_shown,
        images_published=rows[-1].images_published if rows else 0,
        latency_median_ms=latency.quantile(times, 0.5),
        latency_p95_ms=latency.quantile(times, 0.95),
    )


def _image_activity(image: Image, row: dict[str, Any], standing: Standing) -> ImageActivity:
    return ImageActivity(
        id=image.pk,
        name=image.name,
        sku=image.sku,
        counts={name: row[f"total_{name}"] for name in OF_AN_IMAGE},
        popularity=round(standing.popularity, 4),
        surplus=round(standing.surplus, 2),
    )
