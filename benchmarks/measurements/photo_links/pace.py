"""Photos by link, from the request until search finds them, compared with the same by upload.

The processes are those of production: web, a worker for the encoder, and one for everything else,
which fetches.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Max

from benchmarks.encoders import Subject
from benchmarks.measurements.photo_links.server import serving_photos
from benchmarks.measurements.uploads import BenchShop, accept, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, wait_for
from catalog.models import IndexEntry, Product
from catalog.services import delete_products, request_fetch
from core.tenancy import shop_scope
from demo import processes
from tenants.models import Shop

ROUNDS = 3
WARM_UP = 32
POLL_SECONDS = 0.25
TIMEOUT_SECONDS = 600
SHARE = Goal("≥", 0.80)
ENCODER_QUEUES, OTHER_QUEUES = "gpu,gpu.interactive", "default"
OTHER_THREADS = 4


def measure_photo_links(
    stack: Stack, subject: Subject, photos: list[bytes], report: Report
) -> None:
    """Measure both ways in turn in each round, so that a slower machine affects both."""
    uploads: list[float] = []
    links: list[float] = []
    with _workers_of_production(stack, subject), serving_photos(photos) as urls:
        measured = {
            "uploads": (uploads, lambda shop, count: accept(shop, photos[:count])),
            "links": (links, lambda shop, count: _request_fetches(shop, urls[:count])),
        }
        for _, send in measured.values():
            _measure(stack, subject, send, WARM_UP)
        for number in range(ROUNDS):
            for name, (rates, send) in measured.items():
                print(f"  {subject.title}: {name}, round {number + 1} of {ROUNDS}", flush=True)
                rates.append(_measure(stack, subject, send, len(photos)))
    what = f"{subject.title}: {len(photos)} photos"
    report.add(f"{what} by upload, until indexed", *uploads, unit="images/s")
    report.add(f"{what} by link, until indexed", *links, unit="images/s")
    ratios = [ours / theirs for ours, theirs in zip(links, uploads, strict=True)]
    report.add(f"{what} by link, as a share of uploads", *ratios, unit="", goal=SHARE)


@contextmanager
def _workers_of_production(stack: Stack, subject: Subject) -> Iterator[None]:
    """Run a worker for the encoder and one for the rest in place of the worker for everything."""
    environment = subject.environment
    stack.supervisor.stop("worker")
    try:
        stack.supervisor.start(processes.worker(environment, queues=ENCODER_QUEUES))
        fetcher = processes.worker(
            environment,
            name="fetcher",
            app="benchmarks.measurements.photo_links.worker",
            queues=OTHER_QUEUES,
            threads=OTHER_THREADS,
        )
        stack.supervisor.start(fetcher)
        yield
    finally:
        stack.supervisor.stop("worker", "fetcher")
        stack.supervisor.start(processes.worker(environment))


def _measure(
    stack: Stack, subject: Subject, send: Callable[[BenchShop, int], object], count: int
) -> float:
    """Return the photos that are indexed per second, from the first request on."""
    shop = open_shop(stack, subject)
    stack.wait_until_idle("worker", "fetcher")
    start = time.time()
    send(shop, count)
    seconds = _wait_until_indexed(shop, count) - start
    _delete_catalogue(shop)
    return count / seconds


def _request_fetches(shop: BenchShop, urls: list[str]) -> None:
    """Request them as an import does; the API would refuse links to this machine."""
    with shop_scope(shop.id):
        owner = Shop.objects.get(pk=shop.id)
        for number, url in enumerate(urls):
            request_fetch(shop=owner, url=url, fields={"name": f"Photo {number}"})


def _delete_catalogue(shop: BenchShop) -> None:
    """Delete the photos, so that their reports and facts are not made in the next round."""
    with shop_scope(shop.id):
        delete_products(
            shop_id=shop.id, product_ids=list(Product.objects.values_list("pk", flat=True))
        )


def _wait_until_indexed(shop: BenchShop, count: int) -> float:
    """Return when Postgres recorded the last of the images, in seconds since 1970."""
    with shop_scope(shop.id):
        indexed = IndexEntry.objects.filter(state=IndexEntry.State.INDEXED)
        wait_for(
            "Indexing",
            lambda: indexed.count() >= count,
            seconds=TIMEOUT_SECONDS,
            every=POLL_SECONDS,
        )
        last: datetime = indexed.aggregate(last=Max("updated_at"))["last"]
    return last.timestamp()
