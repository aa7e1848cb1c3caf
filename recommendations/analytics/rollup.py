"""Roll up new prompts and events into figures by day; see decision 6.

Prompts and events are counted in the order of their ids, the order of arrival, in batches. The
watermark moves in the same transaction as the figures, so a batch that was interrupted was never
counted, and nothing is counted twice. The lock on the watermark's row allows one roll-up at a time.

The watermark must not pass a row that is still arriving. Ids are created shortly before their
transaction writes, so the roll-up stays `LAG` behind the clock and behind the oldest transaction
that has written.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from catalog.models import Image
from core.tenancy import all_shops
from recommendations.analytics import latency, rollup_sql
from recommendations.models import (
    Event,
    ImageFigures,
    PopularityState,
    Prompt,
    PromptFigures,
    ShopFigures,
    Watermark,
)
from recommendations.models.figures import MAX_TEXT_LENGTH

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
    ceiling = make_lowest_id(up_to or find_settled_time())
    counted = 0
    if high := _find_batch_end(Prompt.objects, mark.prompts, ceiling):
        counted = count_prompts(mark.prompts, high)
        mark.prompts = high
    elif high := _find_batch_end(Event.objects, mark.events, ceiling):
        counted = count_events(mark.events, high)
        mark.events = high
    mark.save()
    return counted


def find_settled_time() -> datetime:
    """Return a time such that no row with an older id can still arrive."""
    with connection.cursor() as cursor:
        cursor.execute(rollup_sql.OLDEST_WRITER)
        now, oldest = cursor.fetchone()
    if oldest and now - oldest > LONG_TRANSACTION:
        log.warning("figures_held_up", transaction_since=oldest.isoformat())
    settled: datetime = min(now, oldest or now) - LAG
    return settled


def make_lowest_id(moment: datetime) -> UUID:
    """Return a UUID below every UUIDv7 of this millisecond, and above all earlier ones."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _find_batch_end(rows: Any, low: UUID, ceiling: UUID) -> UUID | None:
    """Return the id of the last row of the batch after `low`; None if there is no row."""
    ids = rows.filter(pk__gt=low, pk__lt=ceiling).order_by("pk").values_list("pk", flat=True)
    end: UUID | None = next(iter(ids[BATCH - 1 : BATCH]), None) or ids.last()
    return end


# Fields of `ShopFigures` for each source of answers, kind of event, and outcome of answers.
SOURCES = {
    Prompt.Source.SEARCH: "searches",
    Prompt.Source.SIMILAR: "similars",
    Prompt.Source.FEED: "feeds",
    # Agents search for people.
    Prompt.Source.AGENT: "searches",
}
SEARCHES = (Prompt.Source.SEARCH, Prompt.Source.AGENT)
KINDS = {
    Event.Kind.IMPRESSION: "impressions",
    Event.Kind.CLICK: "clicks",
    Event.Kind.LIKE: "likes",
    Event.Kind.DISLIKE: "dislikes",
    Event.Kind.ADD_TO_CART: "add_to_carts",
    Event.Kind.PURCHASE: "purchases",
}
OUTCOMES = {
    Event.Kind.CLICK: "answers_clicked",
    Event.Kind.ADD_TO_CART: "answers_added_to_cart",
}

Day = tuple[UUID, date]  # of a shop
Counts = defaultdict[Day, Counter[str]]


def count_prompts(low: UUID, high: UUID) -> int:
    """Count the prompts after `low`, up to and including `high`; return their number."""
    span = {"low": low, "high": high}
    counts: Counts = defaultdict(Counter)
    times: defaultdict[Day, list[float]] = defaultdict(list)
    texts: defaultdict[tuple[UUID, date, str], list[int]] = defaultdict(lambda: [0, 0])
    with connection.cursor() as cursor:
        cursor.execute(rollup_sql.COUNT_ANSWERS, span)
        cursor.execute(rollup_sql.READ_PROMPTS, span)
        rows = cursor.fetchall()
        for shop_id, day, source, text, is_no_match, milliseconds in rows:
            counts[shop_id, day][SOURCES[source]] += 1
            if milliseconds is not None:
                times[shop_id, day].append(milliseconds)
            if source in SEARCHES:
                counts[shop_id, day]["no_match"] += is_no_match
                text_counts = texts[shop_id, day, normalise_text(text)]
                text_counts[0] += 1
                text_counts[1] += is_no_match
        cursor.executemany(rollup_sql.ADD_TEXTS, [(*key, *asked) for key, asked in texts.items()])
    _add_to_shops(counts, times)
    return len(rows)


def count_events(low: UUID, high: UUID) -> int:
    """Count the events after `low`, up to and including `high`; return their number."""
    span = {"low": low, "high": high}
    counts: Counts = defaultdict(Counter)
    clicks: Counter[tuple[UUID, date, str]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(rollup_sql.COUNT_IMAGES, span)
        cursor.execute(rollup_sql.READ_EVENTS, span)
        for shop_id, day, kind, number in cursor.fetchall():
            counts[shop_id, day][KINDS[kind]] += number
        cursor.execute(rollup_sql.READ_NUMBER, span)
        (total,) = cursor.fetchone()
        cursor.execute(rollup_sql.READ_OUTCOMES, span)
        for shop_id, day, text, kind, number in cursor.fetchall():
            counts[shop_id, day][OUTCOMES[kind]] += number
            if text and kind == Event.Kind.CLICK:
                clicks[shop_id, day, normalise_text(text)] += number
        cursor.executemany(
            rollup_sql.ADD_CLICKS, [(number, *key) for key, number in clicks.items()]
        )
    _add_to_shops(counts, {})
    _mark_changed({shop_id for shop_id, _ in counts})
    return int(total)


def normalise_text(text: str) -> str:
    """Return a prompt's text without differences of case and white space."""
    return " ".join(text.casefold().split())[:MAX_TEXT_LENGTH].rstrip()


def _add_to_shops(counts: Counts, times: Mapping[Day, list[float]]) -> None:
    """Add to the figures of shops by day, and update how many images each day showed."""
    shop_ids, days = {shop_id for shop_id, _ in counts}, {day for _, day in counts}
    span = {"shop_id__in": shop_ids, "day__in": days}
    stored = {(row.shop_id, row.day): row for row in ShopFigures.objects.filter(**span)}
    is_shown = Q(answers__gt=0) | Q(impressions__gt=0)
    images_shown = {
        (shop_id, day): number
        for shop_id, day, number in ImageFigures.objects.filter(is_shown, **span)
        .values_list("shop_id", "day")
        .annotate(number=Count("pk"))
    }
    published = dict(
        Image.objects.searchable()
        .filter(shop_id__in=shop_ids)
        .order_by()
        .values_list("shop_id")
        .annotate(number=Count("pk"))
    )
    rows = []
    for (shop_id, day), added in counts.items():
        row = stored.get((shop_id, day)) or ShopFigures(shop_id=shop_id, day=day, **ZEROS)
        for name, number in added.items():
            setattr(row, name, getattr(row, name) + number)
        sketch = latency.build_sketch(times.get((shop_id, day), ()))
        row.latency = latency.merge_sketches([row.latency, sketch])
        # The number must not fall when an image is deleted with its figures.
        row.images_shown = max(row.images_shown, images_shown.get((shop_id, day), 0))
        if row.pk is None or day == timezone.now().date():
            row.images_published = published.get(shop_id, 0)
        rows.append(row)
    ShopFigures.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["shop", "day"], update_fields=UPDATED
    )


# Database defaults, which a row has only after it was saved.
ZEROS = dict.fromkeys(KINDS.values(), 0)
UPDATED = (
    *(*dict.fromkeys(SOURCES.values()), *KINDS.values(), *OUTCOMES.values(), "no_match"),
    *("images_shown", "images_published", "latency"),
)


def _mark_changed(shop_ids: set[UUID]) -> None:
    """Request that popularity is computed again in these shops."""
    PopularityState.objects.bulk_create(
        [PopularityState(shop_id=shop_id) for shop_id in shop_ids],
        update_conflicts=True,
        unique_fields=["shop"],
        update_fields=["is_changed"],
    )
