"""What answers have to beat: the same best sellers for everybody, and blind chance."""

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
    """Rankings of the same images without looking at what is asked; each run draws the same."""

    def __init__(self, images: Sequence[UUID], events: Mapping[UUID, int]) -> None:
        """Take the images, and how many positive events each has; those without may be missing."""
        self._images, self.events = images, events
        self._popular = sorted(images, key=self._popularity(NOTHING), reverse=True)
        self._draws = make_generator()

    def rank(self, count: int, hidden: Mapping[UUID, int] = NOTHING) -> dict[str, list[UUID]]:
        """Return each baseline's first `count`; `hidden` events are not to be known."""
        # What is hidden can only sink: for each image that does, one more may come up.
        able = self._popular[: count + len(hidden)]
        popular = sorted(able, key=self._popularity(hidden), reverse=True)[:count]
        return {POPULARITY: popular, CHANCE: self._drawn(count)}

    def _popularity(self, hidden: Mapping[UUID, int]) -> Callable[[UUID], tuple[int, UUID]]:
        """Return what to sort by: the most positive events, and among equals the newest."""
        return lambda image: (self.events.get(image, 0) - hidden.get(image, 0), image)

    def _drawn(self, count: int) -> list[UUID]:
        most = min(count, len(self._images))
        rows = self._draws.choice(len(self._images), most, replace=False)
        return [self._images[row] for row in rows]


def read_baselines(images: Sequence[UUID]) -> Baselines:
    """Return the baselines of these images of the scope's shop, by its events."""
    positive = Event.objects.filter(kind__in=POSITIVE).order_by().values_list("image")
    return Baselines(images, dict(positive.annotate(count=Count("pk"))))
