"""How popular an image is in its shop: counted, corrected for where it stood, and kept.

What shoppers do depends on where an image stands, so actions are held against the number of
times it will have been looked at (`ImageFigures.expected`): clicks over expected clicks (Zhang
and Jones, WWW 2007, "Comparing click logs and editorial labels"). Each kind of action is held
against its own average in the shop, since purchases are rarer than clicks. A Gamma prior worth
`PRIOR_EVENTS` of the kind shrinks towards nothing: an image is unpopular until shown otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from catalog.indexing.facets import FacetFilter
from catalog.models import Image
from core.tenancy import scoped_shop_id
from recommendations.models import ImageFigures, ImagePopularity, PopularityState

WEIGHTS = {"purchases": 8.0, "add_to_carts": 4.0, "likes": 2.0, "clicks": 1.0, "dislikes": -4.0}
PRIOR_EVENTS = 5.0
HALF_LIFE_DAYS = 14.0
# Older days count less than a sixtieth, and are not read.
REMEMBERED_HALF_LIVES = 6
REFRESH_AFTER = timedelta(minutes=10)
# Without events, too: figures age.
REFRESH_AT_LEAST = timedelta(days=1)
PRECISION = 4


class ImageDay(NamedTuple):
    """An image's figures of a day; a tuple, since there are many."""

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
    """How often an image was looked at, and its actions in the order of `WEIGHTS`."""

    examined: float
    actions: tuple[float, ...]

    @classmethod
    def of(cls, expected: float, actions: Sequence[float]) -> Tally:
        """Whoever acts on an image has looked at it, told of or not."""
        return cls(max(expected, *actions), tuple(actions))


@dataclass(frozen=True, slots=True)
class Standing:
    """An image among its shop's: its popularity from 0 to 1, and what it has over the average.

    `surplus` is the weighted actions beyond those of an average image looked at as often.
    """

    popularity: float
    surplus: float


def popularity(
    rows: Iterable[ImageDay], now: datetime, half_life_days: float = HALF_LIFE_DAYS
) -> dict[UUID, float]:
    """Return the popularity of every image that has figures, the most popular being 1.

    A day's figures count half as much every `half_life_days`.
    """
    found = standings(tally(rows, now=now, half_life_days=half_life_days))
    return {image_id: standing.popularity for image_id, standing in found.items()}


def tally(rows: Iterable[ImageDay], *, now: datetime, half_life_days: float) -> dict[UUID, Tally]:
    """Add up each image's days, the old ones for less."""
    today = now.date()
    sums: defaultdict[UUID, list[float]] = defaultdict(lambda: [0.0] * (1 + len(WEIGHTS)))
    for image_id, day, *figures in rows:
        worth = 0.5 ** (max((today - day).days, 0) / half_life_days)
        mine = sums[image_id]
        for place, figure in enumerate(figures):
            mine[place] += worth * figure
    return {image_id: Tally.of(mine[0], mine[1:]) for image_id, mine in sums.items()}


def standings(tallies: Mapping[UUID, Tally]) -> dict[UUID, Standing]:
    """Hold every image's actions against what is usual in the shop."""
    examined = sum(mine.examined for mine in tallies.values()) or 1.0
    usual = [
        sum(mine.actions[place] for mine in tallies.values()) / examined
        for place in range(len(WEIGHTS))
    ]
    scores = {image_id: _score(mine, usual) for image_id, mine in tallies.items()}
    highest = max([*scores.values(), 0.0]) or 1.0
    return {
        image_id: Standing(max(scores[image_id], 0.0) / highest, _surplus(mine, usual))
        for image_id, mine in tallies.items()
    }


def _score(mine: Tally, usual: list[float]) -> float:
    return sum(
        weight * count / (mine.examined * rate + PRIOR_EVENTS)
        for weight, count, rate in zip(WEIGHTS.values(), mine.actions, usual, strict=True)
    )


def _surplus(mine: Tally, usual: list[float]) -> float:
    return sum(
        weight * (count - mine.examined * rate)
        for weight, count, rate in zip(WEIGHTS.values(), mine.actions, usual, strict=True)
    )


def most_popular(limit: int, facets: FacetFilter | None = None) -> list[UUID]:
    """Return the searchable images that are most popular, of those that have the facets."""
    images = Image.objects.searchable()
    if facets:
        images = images.filter(facets.condition())
    rows = ImagePopularity.objects.filter(image__in=images)
    return list(rows.order_by("-score", "pk").values_list("image_id", flat=True)[:limit])


def popularity_of(ids: Sequence[UUID]) -> dict[UUID, float]:
    """Return how popular those of the images are that are popular at all, up to 1."""
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [list(ids), scoped_shop_id()])
        return dict(cursor.fetchall())


_SCORES = """
    SELECT image_id, score FROM recommendations_imagepopularity
    WHERE image_id = ANY(%s) AND shop_id = %s
"""


def refresh_popularity() -> None:
    """Count anew the popularity in shops that had events, or whose figures have aged.

    Needs the scope of all shops. A shop waits `REFRESH_AFTER` between two times.
    """
    now = timezone.now()
    changed = Q(is_changed=True, refreshed_at__lt=now - REFRESH_AFTER)
    due = Q(refreshed_at=None) | changed | Q(refreshed_at__lt=now - REFRESH_AT_LEAST)
    states = PopularityState.objects.filter(due)
    for shop_id in list(states.values_list("pk", flat=True)):
        with transaction.atomic():
            # A count that goes on meanwhile waits for the lock, and marks the shop once more.
            if state := states.filter(pk=shop_id).select_for_update(skip_locked=True).first():
                state.is_changed, state.refreshed_at = False, now
                state.save(update_fields=["is_changed", "refreshed_at"])
                _refresh_shop(shop_id, now)


def _refresh_shop(shop_id: UUID, now: datetime) -> None:
    """Write those scores that differ from what is kept."""
    oldest = now.date() - timedelta(days=REMEMBERED_HALF_LIVES * HALF_LIFE_DAYS)
    days = ImageFigures.objects.filter(
        shop_id=shop_id, day__gte=oldest, image__deleted_at=None
    ).values_list(*ImageDay._fields)
    found = popularity((ImageDay(*row) for row in days.iterator()), now)
    rounded = {image_id: round(score, PRECISION) for image_id, score in found.items()}
    scores = {image_id: score for image_id, score in rounded.items() if score}
    mine = ImagePopularity.objects.filter(shop_id=shop_id)
    kept = dict(mine.values_list("image_id", "score"))
    mine.filter(pk__in=kept.keys() - scores.keys()).delete()
    ImagePopularity.objects.bulk_create(
        [
            ImagePopularity(image_id=image_id, shop_id=shop_id, score=score)
            for image_id, score in scores.items()
            if kept.get(image_id) != score
        ],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["image"],
        update_fields=["score"],
    )
