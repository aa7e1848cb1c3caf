"""Report a shop's figures by day, by prompt and by image; needs the shop's scope.

A rate is None where its denominator is 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Sum

from catalog.models import Image
from recommendations.analytics import latency
from recommendations.models import ImageFigures, PromptFigures, ShopFigures
from recommendations.ranking.popularity import ACTION_WEIGHTS, ImageRating, Tally, rate_images

SHOP_FIELDS = (
    *("searches", "similars", "feeds", "no_match", "answers_clicked", "answers_added_to_cart"),
    *("impressions", "clicks", "likes", "dislikes", "add_to_carts", "purchases"),
)
IMAGE_FIELDS = ("answers", "impressions", "expected", *ACTION_WEIGHTS)


class Period(NamedTuple):
    """Days in UTC, from the first to the last, inclusive."""

    first: date
    last: date

    def days(self) -> list[date]:
        length = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(length)]


@dataclass(frozen=True, slots=True)
class Activity:
    """Figures of a day, or of a period where `day` is None."""

    day: date | None
    answers: int
    counts: dict[str, int]
    no_match_rate: float | None
    click_through_rate: float | None
    add_to_cart_rate: float | None
    coverage: float | None
    latency_median_ms: float | None
    latency_p95_ms: float | None


@dataclass(frozen=True, slots=True)
class PromptActivity:
    """Figures of a prompt in a period: how often it was asked, with which outcome."""

    prompt: str
    asked: int
    no_match: int
    clicked: int

    @property
    def no_match_rate(self) -> float | None:
        return compute_rate(self.no_match, self.asked)

    @property
    def click_through_rate(self) -> float | None:
        return compute_rate(self.clicked, self.asked)


@dataclass(frozen=True, slots=True)
class ImageActivity:
    """Figures of an image in a period; `popularity` and `surplus` as in `ImageRating`."""

    id: UUID
    name: str
    sku: str
    counts: dict[str, float]
    click_rate: float | None
    popularity: float
    surplus: float


def compute_rate(part: float, whole: float) -> float | None:
    """Return a rate with four digits; None where `whole` is 0."""
    return round(part / whole, 4) if whole else None


def read_activity(period: Period) -> tuple[list[Activity], Activity]:
    """Return every day of the period, also days without figures, and the total; two queries."""
    rows = list(ShopFigures.objects.filter(day__range=period).order_by("day"))
    by_day = {row.day: [row] for row in rows}
    days = []
    for day in period.days():
        found = by_day.get(day, [])
        days.append(_make_activity(day, found, sum(row.images_shown for row in found)))
    images_shown = (
        ImageFigures.objects.filter(day__range=period)
        .exclude(answers=0, impressions=0)
        .aggregate(number=Count("image_id", distinct=True))
    )
    return days, _make_activity(None, rows, images_shown["number"])


def read_prompts(period: Period, *, order: str, limit: int) -> list[PromptActivity]:
    """Return the prompts with the highest `asked` or `no_match`, as named by `order`; one query."""
    totals = _sum_fields(("asked", "no_match", "clicked"))
    rows = (
        PromptFigures.objects.filter(day__range=period)
        .order_by()
        .values("text")
        .annotate(**totals)
        .filter(**{f"total_{order}__gt": 0})
        .order_by(f"-total_{order}", "text")
        .values_list("text", *totals)
    )
    return [PromptActivity(*row) for row in rows[:limit]]


def read_images(period: Period, *, order: str, limit: int) -> list[ImageActivity]:
    """Return the images of the period in the order "best" or "worst"; two queries.

    The best are the most popular; the worst have the lowest `surplus`, below 0. Older days weigh as
    much as newer ones.
    """
    rows = ImageFigures.objects.filter(day__range=period, image__deleted_at=None).order_by()
    sums = rows.values("image_id").annotate(**_sum_fields(IMAGE_FIELDS))
    figures = {row["image_id"]: row for row in sums}
    ratings = rate_images(
        {
            pk: Tally.of(row["total_expected"], [row[f"total_{name}"] for name in ACTION_WEIGHTS])
            for pk, row in figures.items()
        }
    )
    if order == "worst":
        ranks = {pk: rating.surplus for pk, rating in ratings.items() if rating.surplus < 0}
    else:
        ranks = {pk: -rating.popularity for pk, rating in ratings.items()}
    chosen = sorted(ranks, key=lambda pk: (ranks[pk], pk))[:limit]
    images = Image.objects.live().only("name", "sku").in_bulk(chosen)
    return [
        _make_image_activity(images[pk], figures[pk], ratings[pk]) for pk in chosen if pk in images
    ]


def _sum_fields(names: Iterable[str]) -> dict[str, Sum]:
    return {f"total_{name}": Sum(name) for name in names}


def _make_activity(day: date | None, rows: list[ShopFigures], images_shown: int) -> Activity:
    times = latency.merge_sketches(row.latency for row in rows)
    counts = {name: sum(getattr(row, name) for row in rows) for name in SHOP_FIELDS}
    answers = counts["searches"] + counts["similars"] + counts["feeds"]
    published = rows[-1].images_published if rows else 0
    return Activity(
        day=day,
        answers=answers,
        counts=counts,
        no_match_rate=compute_rate(counts["no_match"], counts["searches"]),
        click_through_rate=compute_rate(counts["answers_clicked"], answers),
        add_to_cart_rate=compute_rate(counts["answers_added_to_cart"], answers),
        coverage=compute_rate(min(images_shown, published), published),
        latency_median_ms=latency.estimate_quantile(times, 0.5),
        latency_p95_ms=latency.estimate_quantile(times, 0.95),
    )


def _make_image_activity(image: Image, row: dict[str, Any], rating: ImageRating) -> ImageActivity:
    return ImageActivity(
        id=image.pk,
        name=image.name,
        sku=image.sku,
        counts={name: row[f"total_{name}"] for name in IMAGE_FIELDS},
        click_rate=compute_rate(row["total_clicks"], row["total_expected"]),
        popularity=round(rating.popularity, 4),
        surplus=round(rating.surplus, 2),
    )
