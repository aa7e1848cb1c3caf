"""Roll up new prompts and events into figures by day; see decision 6.

Prompts and events are counted in the order of their ids, the order of arrival, in batches. The
watermark moves in the same transaction as the figures, so a batch that was interrupted was never
counted, and nothing is counted twice. The lock on the watermark's row allows one roll-up at a time.

The watermark must not pass a row that is still arriving. Ids are created shortly before their
transaction writes, so the roll-up stays `LAG` behind the clock and behind the oldest transaction
that has written.
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
# Longer than a request takes between an id and its row, and than clocks differ.
LAG = timedelta(seconds=15)
LONG_TRANSACTION = timedelta(minutes=10)
MAX_PROMPTS_A_DAY = 1_000
DAYS_TO_CHECK = timedelta(days=7)


def roll_up(*, up_to: datetime | None = None) -> int:
    """Count everything that has arrived; return the number of prompts and events.

    Pass `up_to` only if no older row can still arrive.
    """
    total = 0
    with all_shops():
        Watermark.objects.get_or_create(pk=Watermark.ONLY)
        while counted := _roll_up_batch(up_to):
            total += counted
    return total


def delete_rare_prompts(*, today: date) -> int:
    """Delete the figures of all but the most frequent prompts of past days; return how many."""
    with all_shops():
        ranked = PromptFigures.objects.filter(
            day__lt=today, day__gte=today - DAYS_TO_CHECK
        ).annotate(
            rank=Window(
                RowNumber(),
                partition_by=[F("shop"), F("day")],
                order_by=[F("asked").desc(), F("no_match").desc(), "text"],
            )
        )
        rare = list(ranked.filter(rank__gt=MAX_PROMPTS_A_DAY).values_list("pk", flat=True))
        return int(PromptFigures.objects.filter(pk__in=rare).delete()[0])


@transaction.atomic
def _roll_up_batch(up_to: datetime | None) -> int:
    """Count a batch of prompts, or of events once no prompt is left; return the number of rows."""
    mark = Watermark.objects.select_for_update(skip_locked=True).first()
    if mark is None:
        return 0  # another process holds the lock
    ceiling = _make_lowest_id(up_to or _find_settled_time())
    counted = 0
    if high := _find_batch_end(Prompt.objects, mark.prompts, ceiling):
        counted = count_prompts(mark.prompts, high)
        mark.prompts = high
    elif high := _find_batch_end(Event.objects, mark.events, ceiling):
        counted = count_events(mark.events, high)
        mark.events = high
    mark.save()
    return counted


def _find_settled_time() -> datetime:
    """Return a time such that no row with an older id can still arrive."""
    with connection.cursor() as cursor:
        cursor.execute(rollup_sql.OLDEST_WRITER)
        now, oldest = cursor.fetchone()
    if oldest and now - oldest > LONG_TRANSACTION:
        log.warning("figures_held_up", transaction_since=oldest.isoformat())
    settled: datetime = min(now, oldest or now) - LAG
    return settled


def _make_lowest_id(moment: datetime) -> UUID:
    """Return a UUID below every UUIDv7 of this millisecond, and above all earlier ones."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _find_batch_end(rows: Any, low: UUID, ceiling: UUID) -> UUID | None:
    """Return the id of the last row of the batch after `low`; None if there is no row."""
    ids = rows.filter(pk__gt=low, pk__lt=ceiling).order_by("pk").values_list("pk", flat=True)
    end: UUID | None = next(iter(ids[BATCH - 1 : BATCH]), None) or ids.last()
    return end
