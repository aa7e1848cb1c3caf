"""Everything that is kept about one shopper, to be handed to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from recommendations.feedback.shoppers import preferences_of
from recommendations.models import Event, Preferences, Prompt
from tenants.models import Shopper

PAGE = 500

# What the rooms above keep about shoppers, by name: each makes plain data of a shopper.
Section = Callable[[Shopper], Any]
_sections: dict[str, Section] = {}


def register_section(name: str, section: Section) -> None:
    """Have something more told in every export; its rows go when the shopper's does."""
    _sections[name] = section


@dataclass(frozen=True, slots=True)
class Export:
    """A shopper, and a page of their events and prompts, the newest first.

    Ids are in the order of arrival, so one id ends the page for both: what is older comes
    `before` it. `before` is None when nothing older is left.
    """

    shopper: Shopper
    preferences: Preferences
    events: list[Event]
    prompts: list[Prompt]
    before: UUID | None

    @property
    def more(self) -> dict[str, Any]:
        """What the rooms above keep, by name."""
        return {name: section(self.shopper) for name, section in _sections.items()}


def export_shopper(*, shopper: Shopper, before: UUID | None = None) -> Export:
    """Return what is kept about a shopper; of events and prompts those before an id, if given."""
    events = _newest(Event.objects.select_related("shopper"), shopper, before)
    prompts = _newest(Prompt.objects.all(), shopper, before)
    ends = [rows[PAGE - 1].pk for rows in (events, prompts) if len(rows) > PAGE]
    if not ends:
        return Export(shopper, preferences_of(shopper), events, prompts, None)
    end = max(ends)
    return Export(
        shopper,
        preferences_of(shopper),
        [event for event in events if event.pk >= end],
        [prompt for prompt in prompts if prompt.pk >= end],
        end,
    )


def _newest(rows: QuerySet[Any], shopper: Shopper, before: UUID | None) -> list[Any]:
    """Return a page of a shopper's rows, and one more where there are more."""
    rows = rows.filter(shopper=shopper).order_by("-id")
    return list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
