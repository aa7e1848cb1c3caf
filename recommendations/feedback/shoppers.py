"""Who shops there, known by the shop's own id: made on first use, understood, and erased."""

from collections.abc import Mapping, Set
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core.errors import DomainError
from recommendations.models import Event, Preferences
from tenants.models import Shop, Shopper

LONGEST_ID = 200
# What no segment of an address can hold, and what clients take out of addresses.
FORBIDDEN, UNREACHABLE = frozenset("/\0"), frozenset((".", ".."))
OPINIONS = (Event.Kind.LIKE, Event.Kind.DISLIKE)
# That something was shown says nothing of who saw it.
TELLING = tuple(kind for kind in Event.Kind if kind != Event.Kind.IMPRESSION)


class InvalidShopperId(DomainError):
    """No shopper can have this id, since no address could name them."""

    code = "invalid_shopper_id"

    def __init__(self) -> None:
        super().__init__(f"A shopper's id has 1 to {LONGEST_ID} characters, and no slash or NUL.")


def is_shopper_id(text: str) -> bool:
    """Say whether a shopper may have this external id."""
    is_possible = 0 < len(text) <= LONGEST_ID and text not in UNREACHABLE
    return is_possible and FORBIDDEN.isdisjoint(text)


def find_shopper(shop: Shop, external_id: str) -> Shopper | None:
    """Return the shop's shopper of this id, if there is one."""
    if not is_shopper_id(external_id):
        return None
    shopper: Shopper | None = Shopper.objects.filter(shop=shop, external_id=external_id).first()
    return shopper


def get_or_create_shopper(*, shop: Shop, external_id: str) -> tuple[Shopper, bool]:
    """Return the shopper of this id, and whether they are new; raises `InvalidShopperId`.

    In a transaction nobody can erase them until it ends.
    """
    if not is_shopper_id(external_id):
        raise InvalidShopperId
    with transaction.atomic():
        shoppers = Shopper.objects.select_for_update(no_key=True)
        found: tuple[Shopper, bool] = shoppers.get_or_create(shop=shop, external_id=external_id)
    return found


def get_or_create_shoppers(*, shop: Shop, external_ids: Set[str]) -> dict[str, UUID]:
    """Return the shoppers of these ids: one query, and two more when some of them are new.

    The ids must be ones that shoppers may have.
    """
    known = _ids_of(external_ids)
    # In one order, so that two who bring the same new shoppers do not wait for each other.
    if new := sorted(external_ids - known.keys()):
        shoppers = [Shopper(shop=shop, external_id=external_id) for external_id in new]
        Shopper.objects.bulk_create(shoppers, ignore_conflicts=True)
        known |= _ids_of(set(new))
    return known


def erase_shopper(*, shopper: Shopper) -> None:
    """Delete a shopper with their preferences, their events and what they asked."""
    with transaction.atomic():
        # Events that arrive now wait, and then make the shopper anew.
        for erased in Shopper.objects.select_for_update().filter(pk=shopper.pk):
            erased.delete()


def preferences_of(shopper: Shopper | None) -> Preferences:
    """Return a shopper's stated preferences; empty ones, not saved, where there are none."""
    stated = Preferences.objects.filter(shopper=shopper).first() if shopper else None
    return stated or Preferences()


def set_preferences(*, shop: Shop, external_id: str, fields: Mapping[str, Any]) -> Preferences:
    """Change the preferences that `fields` names; the shopper is made if they are new.

    Raises `InvalidShopperId`.
    """
    with transaction.atomic():
        shopper, _ = get_or_create_shopper(shop=shop, external_id=external_id)
        preferences: Preferences = Preferences.objects.update_or_create(
            shopper=shopper, defaults=fields, create_defaults={**fields, "shop": shop}
        )[0]
    return preferences


def disliked_images(shopper_id: UUID) -> set[UUID]:
    """Return the images of which the shopper's latest opinion is a dislike; makes one query."""
    latest = (
        Event.objects.filter(shopper=shopper_id, kind__in=OPINIONS)
        .order_by("image_id", "-occurred_at", "-id")
        .distinct("image_id")
        .values_list("image_id", "kind")
    )
    return {image_id for image_id, kind in latest if kind == Event.Kind.DISLIKE}


def recent_events(shopper_id: UUID | None, session: str, limit: int = 200) -> list[Event]:
    """Return what tells of a shopper's taste, the newest first; makes one query.

    That is what the shopper did, and what was done in the session by nobody named.
    """
    whose = Q(shopper=shopper_id) if shopper_id else Q()
    if session:
        whose |= Q(shopper=None, session=session)
    if not whose:
        return []
    events = Event.objects.filter(whose, kind__in=TELLING)
    return list(events.order_by("-occurred_at", "-id")[:limit])


def _ids_of(external_ids: Set[str]) -> dict[str, UUID]:
    found = Shopper.objects.filter(external_id__in=external_ids)
    return dict(found.values_list("external_id", "pk"))
