"""Baselines that search must beat: the same best sellers for everybody, and chance."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from django.db.models import Count

from evaluation.statistics import make_generator
from recommendations.models import Event

POPULARITY, CHANCE = BASELINES = ("popularity", "random")
POSITIVE = (Event.Kind.CLICK, Event.Kind.LIKE, Event.Kind.ADD_TO_CART, Event.Kind.PURCHASE)
NOTHING: Mapping[UUID, int] = MappingProxyType({})


class Baselines:
    """Rankings of the images that ignore the query; the same in every run."""

    def __init__(self, images: Sequence[UUID], events: Mapping[UUID, int]) -> None:
        """Take the images, and the number of positive events of each; 0 may be missing."""
        self._images, self.events = images, events
        self._popular = sorted(images, key=self._popularity(NOTHING), reverse=True)
        self._generator = make_generator()

    def rank(self, count: int, hidden: Mapping[UUID, int] = NOTHING) -> dict[str, list[UUID]]:
        """Return each baseline's first `count` images; `hidden` events do not count."""
        # Hidden events can only lower an image, and for each such image one other may rise.
        best = self._popular[: count + len(hidden)]
        popular = sorted(best, key=self._popularity(hidden), reverse=True)[:count]
        return {POPULARITY: popular, CHANCE: self._sample(count)}

    def _popularity(self, hidden: Mapping[UUID, int]) -> Callable[[UUID], tuple[int, UUID]]:
        """Return the sort key: the number of positive events, then the newest."""
        return lambda image: (self.events.get(image, 0) - hidden.get(image, 0), image)

    def _sample(self, count: int) -> list[UUID]:
        size = min(count, len(self._images))
        rows = self._generator.choice(len(self._images), size, replace=False)
        return [self._images[row] for row in rows]


def read_baselines(images: Sequence[UUID]) -> Baselines:
    """Return the baselines for images of the shop in scope, from its events."""
    positive = Event.objects.filter(kind__in=POSITIVE).order_by().values_list("image")
    return Baselines(images, dict(positive.annotate(count=Count("pk"))))
