"""Events accepted per second over HTTP in batches, and the latency of a single event."""

from collections.abc import Iterator
from itertools import cycle, islice
from statistics import median
from typing import TypeAlias

from uuid_utils.compat import uuid7

from benchmarks.client import Connection, events_request, send_all
from benchmarks.encoders import Subject
from benchmarks.measurements.uploads import BenchShop, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack
from catalog.models import Image
from core.tenancy import shop_scope
from recommendations.models import Event, Prompt

Sent: TypeAlias = dict[str, object]
IMAGES, ANSWERS, SHOPPERS = 1_000, 200, 2_000
RESULTS = 10
BATCH, BATCHES, ROUNDS = 500, 24, 3
CLIENTS = 4
SINGLE = 150
RATE = Goal("≥", 3_000)
LIMIT = Goal("≤", 25)


def measure_events(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  {subject.title}: events, in batches of {BATCH}", flush=True)
    shop = open_shop(stack, subject)
    events = _events(shop)
    _accept(shop, events, batches=2)
    rates = [_accept(shop, events, batches=BATCHES) for _ in range(ROUNDS)]
    name = f"{subject.title}: events accepted, batches of {BATCH}, {CLIENTS} clients"
    report.add(name, *rates, unit="events/s", goal=RATE)
    line = Connection(shop.address.port)
    times = [
        line.ask(events_request(shop.address, [event])).seconds * 1000
        for event in islice(events, SINGLE)
    ]
    line.close()
    report.add(f"{subject.title}: one event, median", median(times), unit="ms", goal=LIMIT)


def _accept(shop: BenchShop, events: Iterator[Sent], *, batches: int) -> float:
    """Send batches of new events; return the events accepted per second."""
    requests = [events_request(shop.address, list(islice(events, BATCH))) for _ in range(batches)]
    answers, seconds = send_all(shop.address.port, requests, clients=CLIENTS)
    return len(answers) * BATCH / seconds


def _events(shop: BenchShop) -> Iterator[Sent]:
    """Yield distinct events like those of a busy shop."""
    answers = _answers(shop)
    kinds = cycle(Event.Kind.values)
    for number in cycle(range(ANSWERS * RESULTS)):
        answer = answers[number % ANSWERS]
        yield {
            "event_id": str(uuid7()),
            "kind": next(kinds),
            "image": answer.results[number % RESULTS]["id"],
            "shopper": f"customer-{number % SHOPPERS}",
            "session": f"session-{number % SHOPPERS}",
            "recommendation": str(answer.pk),
        }


def _answers(shop: BenchShop) -> list[Prompt]:
    """Create images, and answers that contain them."""
    images = [
        Image(shop_id=shop.id, photo=f"{number}.jpg", width=400, height=533, name="Garment")
        for number in range(IMAGES)
    ]
    shown = cycle(str(image.pk) for image in images)
    answers = [
        Prompt(
            shop_id=shop.id,
            prompt="a red dress",
            number_of_images=RESULTS,
            results=[{"id": pk, "score": 0.3, "match": None} for pk in islice(shown, RESULTS)],
        )
        for _ in range(ANSWERS)
    ]
    with shop_scope(shop.id):
        Image.objects.bulk_create(images)
        Prompt.objects.bulk_create(answers)
    return answers
