"""Compute and store how popular each image is in its shop.

What shoppers do depends on an image's position in answers. Actions are therefore divided by the
number of times that shoppers are expected to have looked at the image (`ImageFigures.expected`):
clicks over expected clicks (Zhang and Jones, WWW 2007, "Comparing click logs and editorial
labels"). Each kind of action is compared with its own average in the shop, since purchases are
rarer than clicks. A Gamma prior worth `PRIOR_EVENTS` of the kind pulls scores towards zero: an
image is unpopular until enough events show otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.models import Image
from catalog.search.filters import FacetFilter
from recommendations.models import ImageFigures, ImagePopularity, PopularityState

ACTION_WEIGHTS = {
    "purchases": 8.0,
    "add_to_carts": 4.0,
    "likes": 2.0,
    "clicks": 1.0,
    "dislikes": -4.0,
}
PRIOR_EVENTS = 5.0
HALF_LIFE_DAYS = 14.0
# Older days weigh less than a sixtieth and are not read.
MAX_HALF_LIVES = 6
MIN_REFRESH_INTERVAL = timedelta(minutes=10)
# Without new events too, because figures age.
MAX_REFRESH_INTERVAL = timedelta(days=1)


class ImageDay(NamedTuple):
    """The figures of one image on one day; a tuple, because there are many."""

    image_id: UUID
    day: date
    expected: float
    purchases: int = 0
    add_to_carts: int = 0
    likes: int = 0
    clicks: int = 0
    dislikes: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an image was looked at, and its actions in the order of `ACTION_WEIGHTS`."""

    looks: float
    actions: tuple[float, ...]

    @classmethod
    def of(cls, expected: float, actions: Sequence[float]) -> Self:
        """Count at least one look for each action, with or without an impression."""
        return cls(max(expected, *actions), tuple(actions))


@dataclass(frozen=True, slots=True)
class ImageRating:
    """An image compared with the others of its shop.

    `popularity`: 0 to 1. `surplus`: weighted actions beyond those of an average image with as many
    looks.
    """

    popularity: float
    surplus: float


def compute_popularity(
    rows: Iterable[ImageDay], now: datetime, half_life_days: float = HALF_LIFE_DAYS
) -> dict[UUID, float]:
    """Return the popularity of every image that has figures; the most popular has 1.

    The figures of a day weigh half as much after `half_life_days`.
    """
    today = now.date()
    sums: defaultdict[UUID, list[float]] = defaultdict(lambda: [0.0] * (1 + len(ACTION_WEIGHTS)))
    for image_id, day, *figures in rows:
        weight = 0.5 ** (max((today - day).days, 0) / half_life_days)
        total = sums[image_id]
        for place, figure in enumerate(figures):
            total[place] += weight * figure
    tallies = {image_id: Tally.of(total[0], total[1:]) for image_id, total in sums.items()}
    return {image_id: rating.popularity for image_id, rating in rate_images(tallies).items()}


def rate_images(tallies: Mapping[UUID, Tally]) -> dict[UUID, ImageRating]:
    """Compare every image's actions with the shop's average for as many looks."""
    looks = sum(tally.looks for tally in tallies.values()) or 1.0
    averages = [
        sum(tally.actions[place] for tally in tallies.values()) / looks
        for place in range(len(ACTION_WEIGHTS))
    ]
    rated = {image_id: _rate(tally, averages) for image_id, tally in tallies.items()}
    highest = max([0.0, *(score for score, _ in rated.values())]) or 1.0
    return {
        image_id: ImageRating(max(score, 0.0) / highest, surplus)
        for image_id, (score, surplus) in rated.items()
    }


def find_most_popular(limit: int, facets: FacetFilter | None = None) -> list[UUID]:
    """Return the most popular searchable images that have the facets."""
    images = Image.objects.searchable()
    if facets:
        images = images.filter(facets.condition())
    rows = ImagePopularity.objects.filter(image__in=images)
    return list(rows.order_by("-score", "pk").values_list("image_id", flat=True)[:limit])


def list_popular_and_new(limit: int, facets: FacetFilter) -> list[UUID]:
    """Return up to `limit` searchable images with the facets: popular ones, then the newest."""
    popular = find_most_popular(limit, facets)
    if len(popular) == limit:
        return popular
    images = Image.objects.searchable().filter(facets.condition()).exclude(pk__in=popular)
    newest = images.order_by("-pk").values_list("pk", flat=True)
    return [*popular, *newest[: limit - len(popular)]]


def refresh_popularity() -> None:
    """Compute popularity again in shops with new events, or with old scores.

    Needs the scope of all shops.
    """
    now = timezone.now()
    changed = Q(is_changed=True, refreshed_at__lt=now - MIN_REFRESH_INTERVAL)
    due = Q(refreshed_at=None) | changed | Q(refreshed_at__lt=now - MAX_REFRESH_INTERVAL)
    states = PopularityState.objects.filter(due)
    for shop_id in list(states.values_list("pk", flat=True)):
        with transaction.atomic():
            # A roll-up running at the same time waits for the lock, then marks the shop again.
            if state := states.filter(pk=shop_id).select_for_update(skip_locked=True).first():
                state.is_changed, state.refreshed_at = False, now
                state.save(update_fields=["is_changed", "refreshed_at"])
                _refresh_shop(shop_id, now)


def _rate(tally: Tally, averages: Sequence[float]) -> tuple[float, float]:
    """Return an image's score and its surplus, as in `ImageRating`, before scaling."""
    parts = [
        (weight, count, tally.looks * average)
        for weight, count, average in zip(
            ACTION_WEIGHTS.values(), tally.actions, averages, strict=True
        )
    ]
    score = sum(weight * count / (mean + PRIOR_EVENTS) for weight, count, mean in parts)
    surplus = sum(weight * (count - mean) for weight, count, mean in parts)
    return score, surplus


def _refresh_shop(shop_id: UUID, now: datetime) -> None:
    """Write the scores that differ from the stored ones."""
    oldest = now.date() - timedelta(days=MAX_HALF_LIVES * HALF_LIFE_DAYS)
    days = ImageFigures.objects.filter(
        shop_id=shop_id, day__gte=oldest, image__deleted_at=None
    ).values_list(*ImageDay._fields)
    popularity = compute_popularity((ImageDay(*row) for row in days.iterator()), now)
    rounded = {image_id: round(score, 4) for image_id, score in popularity.items()}
    scores = {image_id: score for image_id, score in rounded.items() if score}
    rows = ImagePopularity.objects.filter(shop_id=shop_id)
    stored = dict(rows.values_list("image_id", "score"))
    rows.filter(pk__in=stored.keys() - scores.keys()).delete()
    ImagePopularity.objects.bulk_create(
        [
            ImagePopularity(image_id=image_id, shop_id=shop_id, score=score)
            for image_id, score in scores.items()
            if stored.get(image_id) != score
        ],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["image"],
        update_fields=["score"],
    )
