"""Export everything that is stored about one shopper."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from recommendations.feedback.shoppers import read_preferences
from recommendations.models import Event, Preferences, Prompt
from tenants.models import Shopper

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
