"""Held-back events: would a shopper's feed have shown what they went on to choose?

Of each shopper with enough positive events the last is hidden, with all else they did with that
image, and the feed is asked as if they had not been there yet (leave-one-out).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from evaluation.search.baselines import POSITIVE
from evaluation.search.catalogue import Catalogue
from evaluation.search.systems import Answer, Feed, rolled_back
from evaluation.statistics import sample
from recommendations.models import Event
from tenants.models import Shopper

HELD_OUT = "held-back event"
MIN_EVENTS = 5


@dataclass(frozen=True, slots=True)
class HeldOutEvent:
    """A shopper, the image of their last positive event, and how many such they had with it."""

    shopper: Shopper
    image: UUID
    events: int


def find_held_out(catalogue: Catalogue, *, most: int) -> Iterator[HeldOutEvent]:
    """Yield what can be held back of at most so many shoppers of the scope's shop.

    A shopper who would be left without events, or whose images are all gone, is passed over.
    """
    positive = Event.objects.filter(kind__in=POSITIVE, shopper__isnull=False)
    counted = positive.order_by().values("shopper").annotate(count=Count("pk"))
    keen = counted.filter(count__gte=MIN_EVENTS).values("shopper")
    shoppers = list(Shopper.objects.filter(pk__in=keen).order_by("pk"))
    for shopper in sample(shoppers, most):
        history = positive.filter(shopper=shopper).order_by("-occurred_at", "-pk")
        images = list(history.values_list("image", flat=True))
        last = next((image for image in images if image in catalogue.listings), None)
        if last and len(set(images)) > 1:
            yield HeldOutEvent(shopper, last, images.count(last))


def ask_without(held: HeldOutEvent, feed: Feed, count: int) -> Answer:
    """Return what the feed answers while the held-back events are hidden; they come back."""
    with rolled_back():
        Event.objects.filter(shopper=held.shopper, image=held.image).delete()
        return feed(held.shopper, count)
