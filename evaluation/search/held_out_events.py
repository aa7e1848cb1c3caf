"""Held-out events: does a shopper's feed contain the image that they chose next?

The last image that a shopper chose is hidden with all their events on it, and the feed is requested
without these events (leave-one-out). Only shoppers with enough positive events count.
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
    """A shopper, the image of their last positive event, and their positive events on it."""

    shopper: Shopper
    image: UUID
    events: int


def find_held_out(catalogue: Catalogue, *, maximum: int) -> Iterator[HeldOutEvent]:
    """Yield an event to hold out for each of at most `maximum` shoppers of the shop in scope.

    Skips shoppers without other events, and those whose images are all deleted.
    """
    positive = Event.objects.filter(kind__in=POSITIVE, shopper__isnull=False)
    counted = positive.order_by().values("shopper").annotate(count=Count("pk"))
    active = counted.filter(count__gte=MIN_EVENTS).values("shopper")
    shoppers = list(Shopper.objects.filter(pk__in=active).order_by("pk"))
    for shopper in sample(shoppers, maximum):
        history = positive.filter(shopper=shopper).order_by("-occurred_at", "-pk")
        images = list(history.values_list("image", flat=True))
        last = next((image for image in images if image in catalogue.listings), None)
        if last and len(set(images)) > 1:
            yield HeldOutEvent(shopper, last, images.count(last))


def ask_without(held: HeldOutEvent, feed: Feed, count: int) -> Answer:
    """Return the feed's answer without the held-out events; they are restored."""
    with rolled_back():
        Event.objects.filter(shopper=held.shopper, image=held.image).delete()
        return feed(held.shopper, count)
