"""Shoppers by the shop's own ids: create, read, export and erase them, with their preferences."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.errors import DomainError
from core.redaction import redact
from recommendations.models import AffinityState, Event, Preferences, Prompt
from tenants.models import MAX_SHOPPER_ID_LENGTH, Shop, Shopper, is_shopper_id

OPINIONS = (Event.Kind.LIKE, Event.Kind.DISLIKE)


class InvalidShopperId(DomainError):
    """No URL could contain this id."""

    code = "invalid_shopper_id"

    def __init__(self) -> None:
        super().__init__(
            f"A shopper's id has 1 to {MAX_SHOPPER_ID_LENGTH} characters, without slashes and NULs."
        )


def find_shopper(shop: Shop, external_id: str) -> Shopper | None:
    """Return the shop's shopper with this id, if there is one."""
    if not is_shopper_id(external_id):
        return None
    shopper: Shopper | None = Shopper.objects.filter(shop=shop, external_id=external_id).first()
    return shopper


def get_or_create_shopper(*, shop: Shop, external_id: str) -> tuple[Shopper, bool]:
    """Return the shopper with this id, and whether they are new; raises `InvalidShopperId`.

    In a transaction, the row is locked: nobody can erase the shopper until the transaction ends.
    """
    if not is_shopper_id(external_id):
        raise InvalidShopperId
    with transaction.atomic():
        shoppers = Shopper.objects.select_for_update(no_key=True)
        found: tuple[Shopper, bool] = shoppers.get_or_create(shop=shop, external_id=external_id)
    return found


def get_or_create_shoppers(*, shop: Shop, external_ids: Set[str]) -> dict[str, UUID]:
    """Return the shoppers of valid ids: one query, and two more if some of them are new."""
    known = _find_ids(external_ids)
    # Sorted, so that two requests with the same new shoppers cannot deadlock.
    if new := sorted(external_ids - known.keys()):
        shoppers = [Shopper(shop=shop, external_id=external_id) for external_id in new]
        Shopper.objects.bulk_create(shoppers, ignore_conflicts=True)
        known |= _find_ids(set(new))
    return known


def erase_shopper(*, shopper: Shopper) -> None:
    """Delete a shopper with their preferences, events and prompts.

    The next run computes the affinity of products again, without them.
    """
    with transaction.atomic():
        # Events that arrive now wait for the lock, and then create the shopper again.
        for erased in Shopper.objects.select_for_update().filter(pk=shopper.pk):
            erased.delete()
        states = AffinityState.objects.filter(shop_id=shopper.shop_id)
        states.update(erased_at=timezone.now())


def read_preferences(shopper: Shopper | None) -> Preferences:
    """Return a shopper's stated preferences, or empty ones that are not saved."""
    stated = Preferences.objects.filter(shopper=shopper).first() if shopper else None
    return stated or Preferences()


def set_preferences(*, shop: Shop, external_id: str, fields: Mapping[str, Any]) -> Preferences:
    """Change the preferences in `fields`, redacted; creates the shopper if they are new.

    Raises `InvalidShopperId`.
    """
    fields = {name: redact(value) if name == "text" else value for name, value in fields.items()}
    with transaction.atomic():
        shopper, _ = get_or_create_shopper(shop=shop, external_id=external_id)
        preferences: Preferences = Preferences.objects.update_or_create(
            shopper=shopper, defaults=fields, create_defaults={**fields, "shop": shop}
        )[0]
    return preferences


def find_disliked_images(shopper_id: UUID) -> set[UUID]:
    """Return the images that the shopper's latest opinion dislikes; makes one query."""
    latest = (
        Event.objects.filter(shopper=shopper_id, kind__in=OPINIONS)
        .order_by("image_id", "-occurred_at", "-id")
        .distinct("image_id")
        .values_list("image_id", "kind")
    )
    return {image_id for image_id, kind in latest if kind == Event.Kind.DISLIKE}


def read_taste_events(shopper_id: UUID | None, session: str, limit: int = 200) -> list[Event]:
    """Return the events that show a shopper's taste, newest first; makes one query.

    These are the shopper's own events and the session's anonymous ones, without impressions.
    """
    owner = Q(shopper=shopper_id) if shopper_id else Q()
    if session:
        owner |= Q(shopper=None, session=session)
    if not owner:
        return []
    kinds = [kind for kind in Event.Kind if kind != Event.Kind.IMPRESSION]
    events = Event.objects.filter(owner, kind__in=kinds)
    return list(events.order_by("-occurred_at", "-id")[:limit])


def _find_ids(external_ids: Set[str]) -> dict[str, UUID]:
    found = Shopper.objects.filter(external_id__in=external_ids)
    return dict(found.values_list("external_id", "pk"))


PAGE = 500

# Data of the packages above this one, by name: each function returns plain data of a shopper.
Section = Callable[[Shopper], Any]
_sections: dict[str, Section] = {}


def register_section(name: str, section: Section) -> None:
    """Add a section to every export; its rows must be deleted together with the shopper."""
    _sections[name] = section


@dataclass(frozen=True, slots=True)
class Export:
    """A shopper, with a page of their events and prompts, newest first.

    Ids are in order of arrival, so one id ends the page of both. Older rows follow on the page
    `before` that id; `before` is None on the last page.
    """

    shopper: Shopper
    preferences: Preferences
    events: list[Event]
    prompts: list[Prompt]
    before: UUID | None

    @property
    def more(self) -> dict[str, Any]:
        """Return the sections of the packages above."""
        return {name: section(self.shopper) for name, section in _sections.items()}


def export_shopper(*, shopper: Shopper, before: UUID | None = None) -> Export:
    """Return what is stored about a shopper, with the events and prompts before an id, if given."""
    events = _read_newest(Event.objects.select_related("shopper"), shopper, before)
    prompts = _read_newest(Prompt.objects.all(), shopper, before)
    end = max((rows[PAGE - 1].pk for rows in (events, prompts) if len(rows) > PAGE), default=None)
    return Export(
        shopper,
        read_preferences(shopper),
        [event for event in events if end is None or event.pk >= end],
        [prompt for prompt in prompts if end is None or prompt.pk >= end],
        end,
    )


def _read_newest(rows: QuerySet[Any], shopper: Shopper, before: UUID | None) -> list[Any]:
    """Return a page of a shopper's rows, and one row more if there are older ones."""
    rows = rows.filter(shopper=shopper).order_by("-id")
    return list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
