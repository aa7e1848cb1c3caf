"""Record what shoppers did, many events at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.crypto import salted_hmac

from catalog.models import Image
from recommendations.feedback.shoppers import get_or_create_shoppers
from recommendations.models import Event, Prompt
from tenants.models import Shop

SESSIONS_PER_ADDRESS = 10


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as received; `recommendation` is the id of the answer that showed the image.

    `address` is that of the client, which is not stored, if a page sent the event for a visitor
    whom the shop has not named.
    """

    event_id: str
    kind: str
    image: UUID
    occurred_at: datetime
    shopper: str = ""
    session: str = ""
    recommendation: UUID | None = None
    position: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why an event is rejected: the field, a stable code, and a text for people."""

    field: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


UNKNOWN_IMAGE = Refusal("image", "unknown_image", "There is no such image.")
UNKNOWN_RECOMMENDATION = Refusal(
    "recommendation", "unknown_recommendation", "There is no such recommendation."
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of recording events; `refused` by their number.

    If the same event is sent twice at the same moment, both receipts may count it as accepted; it
    is stored once.
    """

    accepted: int
    duplicates: int
    refused: dict[int, Refusal]


@dataclass(frozen=True, slots=True)
class _References:
    """The rows that events may refer to: the shop's live images, and the results of its answers."""

    images: frozenset[UUID]
    answers: dict[UUID, list[dict[str, Any]]]

    def check(self, event: NewEvent) -> Refusal | None:
        if event.image not in self.images:
            return UNKNOWN_IMAGE
        if event.recommendation and event.recommendation not in self.answers:
            return UNKNOWN_RECOMMENDATION
        return None

    def find_position(self, event: NewEvent) -> int | None:
        """Return the image's position, from 1: as sent, or as found in the answer."""
        if event.position or not event.recommendation:
            return event.position
        results = enumerate(self.answers[event.recommendation], start=1)
        image = str(event.image)
        return next((place for place, result in results if result["id"] == image), None)


def record_events(*, shop: Shop, events: Mapping[int, NewEvent]) -> Receipt:
    """Store all valid events with new ids in one transaction, and create new shoppers.

    Makes five queries for any number of events, and two more for new shoppers.
    """
    try:
        return _record(shop, events)
    except IntegrityError:
        # An image, an answer or a shopper was deleted in the meantime: check again without it.
        return _record(shop, events)


def _record(shop: Shop, events: Mapping[int, NewEvent]) -> Receipt:
    with transaction.atomic():
        new = _select_new(events)
        references = _read_references(new.values())
        refused = {n: refusal for n, event in new.items() if (refusal := references.check(event))}
        accepted = [event for number, event in new.items() if number not in refused]
        _write(shop, accepted, references)
    return Receipt(len(accepted), len(events) - len(new), refused)


def _select_new(events: Mapping[int, NewEvent]) -> dict[int, NewEvent]:
    """Return the events that were not sent before; the first of those with the same id."""
    ids = {event.event_id for event in events.values()}
    seen = set(Event.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    new: dict[int, NewEvent] = {}
    for number, event in events.items():
        if event.event_id not in seen:
            seen.add(event.event_id)
            new[number] = event
    return new


def _read_references(events: Collection[NewEvent]) -> _References:
    images = Image.objects.live().filter(pk__in={event.image for event in events})
    answers = Prompt.objects.filter(pk__in={event.recommendation for event in events} - {None})
    return _References(
        frozenset(images.values_list("pk", flat=True)), dict(answers.values_list("pk", "results"))
    )


def name_visitor(shop: Shop, event: NewEvent) -> str:
    """Return the name under which an event without a shopper counts once an image, kind and day.

    This is the session. A page can make up sessions, so those of one address count as at most
    `SESSIONS_PER_ADDRESS`; the name of an address changes every day.
    """
    if event.address:
        day = event.occurred_at.astimezone(UTC).date()
        number = int(_digest(event.session), 16) % SESSIONS_PER_ADDRESS
        return f"address:{_digest(f'{shop.pk} {day} {event.address}')}:{number}"
    return f"session:{_digest(event.session)}" if event.session else ""


def _digest(text: str) -> str:
    """Return a keyed digest, from which nobody can find the address by trying all."""
    return salted_hmac("visitor", text, algorithm="sha256").hexdigest()[:32]


def _write(shop: Shop, events: list[NewEvent], references: _References) -> None:
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
            visitor="" if event.shopper else name_visitor(shop, event),
            prompt_id=event.recommendation,
            position=references.find_position(event),
            occurred_at=event.occurred_at,
        )
        for event in events
    ]
    # Sorted, so that two requests with the same events cannot deadlock.
    rows.sort(key=lambda row: row.event_id)
    Event.objects.bulk_create(rows, ignore_conflicts=True)
    # Foreign keys would otherwise be checked on commit, after this function has returned.
    connection.check_constraints()
