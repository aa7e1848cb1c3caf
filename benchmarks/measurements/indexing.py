"""Indexing rate, compared with the encoder alone and with one task per image."""

import time
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from benchmarks.encoders import BareEncoder, Subject
from benchmarks.measurements.baseline import QUEUE, embed_image
from benchmarks.measurements.uploads import BenchShop, accept, add_rate, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, wait_for
from catalog.models import Image, IndexEntry
from core.tenancy import shop_scope
from demo import processes

ROUNDS = 3
# The rate of one task per image does not depend on how many there are.
BASELINE_PHOTOS = 96
WARM_UP = 32
POLL_SECONDS = 0.25
SHARE = Goal("≥", 0.80)
SPEED_UP = Goal("≥", 4)


@dataclass(slots=True)
class Rates:
    """Photos per second, one figure for each round."""

    uploads: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    pipeline: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)

    def ratios(self, others: list[float]) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.pipeline, others, strict=True)]


def measure_indexing(stack: Stack, subject: Subject, photos: list[bytes], report: Report) -> None:
    """Measure all in turn in each round, so that a slower machine affects all."""
    bare, rates = BareEncoder(subject, photos), Rates()
    baseline = processes.worker(
        subject.environment,
        name="baseline",
        app="benchmarks.measurements.baseline",
        queues=QUEUE,
        threads=1,
    )
    stack.supervisor.start(baseline)
    try:
        _warm_up(stack, subject, photos[:WARM_UP])
        for number in range(ROUNDS):
            print(f"  {subject.title}: indexing, round {number + 1} of {ROUNDS}", flush=True)
            _measure_round(stack, open_shop(stack, subject), photos, bare, rates)
    finally:
        stack.supervisor.stop("baseline")
    _add_rows(report, subject, bare, rates)


def _add_rows(report: Report, subject: Subject, bare: BareEncoder, rates: Rates) -> None:
    name, unit = subject.title, "images/s"
    add_rate(report, subject, rates.uploads)
    report.add(f"{name}: bare encoder, batches of 16", *rates.bare, unit=unit)
    report.add(f"{name}: one task per image, float32", *rates.baseline, unit=unit)
    report.add(f"{name}: indexing, whole pipeline", *rates.pipeline, unit=unit)
    report.add(
        f"{name}: indexing as a share of the bare encoder",
        *rates.ratios(rates.bare),
        unit="",
        goal=SHARE,
    )
    report.add(
        f"{name}: indexing against one task per image",
        *rates.ratios(rates.baseline),
        unit="x",
        goal=SPEED_UP if bare.is_bfloat16 else None,
    )


def _warm_up(stack: Stack, subject: Subject, photos: list[bytes]) -> None:
    shop = open_shop(stack, subject)
    accept(shop, photos)
    _wait_until_indexed(shop)
    _index_with_baseline(shop, len(photos))
    stack.wait_until_idle("worker")


def _measure_round(
    stack: Stack, shop: BenchShop, photos: list[bytes], bare: BareEncoder, rates: Rates
) -> None:
    with stack.worker_paused():
        rates.uploads.append(accept(shop, photos))
        rates.bare.append(bare.measure_rate())
        start = time.time()
    rates.pipeline.append(len(photos) / (_wait_until_indexed(shop) - start))
    stack.wait_until_idle("worker")
    rates.baseline.append(_index_with_baseline(shop, BASELINE_PHOTOS))


def _wait_until_indexed(shop: BenchShop) -> float:
    """Wait for the shop's last image; return when Postgres recorded it, in seconds since 1970.

    Polls rarely, because polling takes time from the worker.
    """
    with shop_scope(shop.id):
        waiting = IndexEntry.objects.exclude(state=IndexEntry.State.INDEXED)
        wait_for("Indexing", lambda: not waiting.exists(), every=POLL_SECONDS)
        last: datetime = IndexEntry.objects.aggregate(last=Max("updated_at"))["last"]
    return last.timestamp()


def _index_with_baseline(shop: BenchShop, count: int) -> float:
    """Send one task for each of the shop's first images; return the images done per second."""
    with shop_scope(shop.id):
        began_at = timezone.now()
        for pk in Image.objects.order_by("id").values_list("pk", flat=True)[:count]:
            embed_image.delay(image_id=str(pk))
        done = IndexEntry.objects.filter(updated_at__gt=began_at)
        wait_for("The baseline", lambda: done.count() >= count, every=POLL_SECONDS)
        last: datetime = done.aggregate(last=Max("updated_at"))["last"]
    return count / (last - began_at).total_seconds()
