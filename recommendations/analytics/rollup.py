"""Counts what arrived since the last time into figures by day; see decision 6.

Prompts and events are taken in the order of their ids, which is that of their arrival, a batch
to a transaction with the watermark: whatever is killed half-way was never counted, and nothing
is counted twice. The watermark's row lock keeps two from counting at once.

A row that is still arriving must not be passed. Ids are made shortly before their transaction
writes, so we stay `LAG` behind the clock and behind the oldest transaction that has written.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from core.tenancy import all_shops
from recommendations.analytics import rollup_sql
from recommendations.analytics.counts import count_events, count_prompts
from recommendations.models import Event, Prompt, PromptFigures, Watermark

log = structlog.get_logger(__name__)

BATCH = 50_000
# More than a request waits between an id and its row, and than clocks differ.
LAG = timedelta(seconds=15)
LONG = timedelta(minutes=10)
TOP_PROMPTS = 1_000
DAYS_TO_CUT = timedelta(days=7)


def roll_up(*, up_to: datetime | None = None) -> int:
    """Count all that has arrived; return how many prompts and events that was.

    `up_to` is for who knows that nothing older is still arriving.
    """
    total = 0
    with all_shops():
        Watermark.objects.get_or_create(pk=Watermark.ONLY)
        while counted := _roll_up_batch(up_to):
            total += counted
    return total


def keep_top_prompts(*, today: date) -> int:
    """Forget all but the most asked prompts of the days before; return how many."""
    with all_shops():
        ranked = PromptFigures.objects.filter(day__lt=today, day__gte=today - DAYS_TO_CUT).annotate(
            rank=Window(
                RowNumber(),
                partition_by=[F("shop"), F("day")],
                order_by=[F("asked").desc(), F("no_match").desc(), "text"],
            )
        )
        spare = list(ranked.filter(rank__gt=TOP_PROMPTS).values_list("pk", flat=True))
        return int(PromptFigures.objects.filter(pk__in=spare).delete()[0])


@transaction.atomic
def _roll_up_batch(up_to: datetime | None) -> int:
    """Count a batch of prompts, or of events once all prompts are; return how many rows."""
    mark = Watermark.objects.select_for_update(skip_locked=True).first()
    if mark is None:
        return 0  # somebody else is at it
    ceiling = _lowest_id(up_to or _settled_until())
    counted = 0
    if high := _end_of_batch(Prompt.objects, mark.prompts, ceiling):
        counted = count_prompts(mark.prompts, high)
        mark.prompts = high
    elif high := _end_of_batch(Event.objects, mark.events, ceiling):
        counted = count_events(mark.events, high)
        mark.events = high
    mark.save()
    return counted


def _settled_until() -> datetime:
    """Return the time before which whatever was given an id is there, or never will be."""
    with connection.cursor() as cursor:
        cursor.execute(rollup_sql.OLDEST_WRITER)
        now, oldest = cursor.fetchone()
    if oldest and now - oldest > LONG:
        log.warning("figures_held_up", transaction_since=oldest.isoformat())
    settled: datetime = min(now, oldest or now) - LAG
    return settled


def _lowest_id(moment: datetime) -> UUID:
    """Return what every UUIDv7 of this millisecond lies above, and all earlier ones below."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _end_of_batch(rows: Any, low: UUID, ceiling: UUID) -> UUID | None:
    """Return the id of the last row of the batch after `low`; None when nothing is left."""
    ids = rows.filter(pk__gt=low, pk__lt=ceiling).order_by("pk").values_list("pk", flat=True)
    end: UUID | None = next(iter(ids[BATCH - 1 : BATCH]), None) or ids.last()
    return end
