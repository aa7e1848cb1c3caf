"""What shoppers did, taken in by the hundred: whatever is new is written at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from catalog.models import Image
from recommendations.feedback.shoppers import get_or_create_shoppers
from recommendations.models import Event, Prompt
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it was sent; `recommendation` is the id of the answer that showed the image."""

    event_id: str
    kind: str
    image: UUID
    occurred_at: datetime
    shopper: str = ""
    session: str = ""
    recommendation: UUID | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one event is not taken: the field at fault, a stable code, and a word for people."""

    field: str
    code: str
    detail: str


UNKNOWN_IMAGE = Refusal("image", "unknown_image", "There is no such image.")
UNKNOWN_RECOMMENDATION = Refusal(
    "recommendation", "unknown_recommendation", "There is no such recommendation."
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the events sent; `refused` by their number.

    The same event sent twice at the same instant may count as accepted twice; it is kept once.
    """

    accepted: int
    duplicates: int
    refused: dict[int, Refusal]


@dataclass(frozen=True, slots=True)
class _Known:
    """What events may refer to: the shop's live images, and its answers' results."""

    images: frozenset[UUID]
    answers: dict[UUID, list[dict[str, Any]]]

    def refusal_of(self, event: NewEvent) -> Refusal | None:
        if event.image not in self.images:
            return UNKNOWN_IMAGE
        if event.recommendation and event.recommendation not in self.answers:
            return UNKNOWN_RECOMMENDATION
        return None

    def position_of(self, event: NewEvent) -> int | None:
        """Return where an event's image stood, from 1: as it was told, or in the answer."""
        if event.position or not event.recommendation:
            return event.position
        results = enumerate(self.answers[event.recommendation], start=1)
        image = str(event.image)
        return next((place for place, result in results if result["id"] == image), None)


def record_events(*, shop: Shop, events: Mapping[int, NewEvent]) -> Receipt:
    """Write the events whose ids are new, all that are in order or none.

    Whoever shopped for the first time becomes a shopper. Five queries, whatever the number of
    events, and two more for new shoppers.
    """
    try:
        return _record(shop, events)
    except IntegrityError:
        # An image, an answer or a shopper went meanwhile: the second look does not find it.
        return _record(shop, events)


def _record(shop: Shop, events: Mapping[int, NewEvent]) -> Receipt:
    with transaction.atomic():
        new = _new_ones(events)
        known = _look_up(new.values())
        refused = {n: refusal for n, event in new.items() if (refusal := known.refusal_of(event))}
        taken = [event for number, event in new.items() if number not in refused]
        _write(shop, taken, known)
    return Receipt(len(taken), len(events) - len(new), refused)


def _new_ones(events: Mapping[int, NewEvent]) -> dict[int, NewEvent]:
    """Return the events that were not sent before; of those with the same id, the first."""
    ids = {event.event_id for event in events.values()}
    seen = set(Event.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    new: dict[int, NewEvent] = {}
    for number, event in events.items():
        if event.event_id not in seen:
            seen.add(event.event_id)
            new[number] = event
    return new


def _look_up(events: Iterable[NewEvent]) -> _Known:
    images, answers = set(), set()
    for event in events:
        images.add(event.image)
        answers.add(event.recommendation)
    live = Image.objects.live().filter(pk__in=images).values_list("pk", flat=True)
    given = Prompt.objects.filter(pk__in=answers - {None}).values_list("pk", "results")
    return _Known(frozenset(live), dict(given))


def _write(shop: Shop, events: list[NewEvent], known: _Known) -> None:
    external_ids = {event.shopper for event in events if event.shopper}
    shoppers = get_or_create_shoppers(shop=shop, external_ids=external_ids)
    rows = [
        Event(
            shop=shop,
            event_id=event.event_id,
            kind=event.kind,
            image_id=event.image,
            shopper_id=shoppers.get(event.shopper),
            session=event.session,
            prompt_id=event.recommendation,
            position=known.position_of(event),
            occurred_at=event.occurred_at,
        )
        for event in events
    ]
    # In one order, so that two who send the same events do not wait for each other.
    rows.sort(key=lambda row: row.event_id)
    Event.objects.bulk_create(rows, ignore_conflicts=True)
    # References are else checked on commit, which may be beyond our reach.
    connection.check_constraints()
