"""Photos accepted per second over HTTP, with the worker paused."""

from dataclasses import dataclass
from uuid import UUID

from django.test import override_settings

from benchmarks.client import Address, send_all, upload_request
from benchmarks.encoders import Subject
from benchmarks.report import Report
from benchmarks.stack import Stack
from catalog.indexing.indexes import get_live_index
from catalog.indexing.repair import repair_index
from core.tenancy import shop_scope
from tenants.services import create_shop

CLIENTS = 8
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class BenchShop:
    """A shop to measure in, with its address and key."""

    id: UUID
    address: Address


def measure_uploads(stack: Stack, subject: Subject, photos: list[bytes], report: Report) -> None:
    rates = []
    for number in range(ROUNDS):
        print(f"  {subject.title}: uploads, round {number + 1} of {ROUNDS}", flush=True)
        with stack.worker_paused():
            rates.append(accept(open_shop(stack, subject), photos))
        stack.wait_until_idle("worker")
    add_rate(report, subject, rates)


def add_rate(report: Report, subject: Subject, rates: list[float]) -> None:
    name = f"{subject.title}: uploads accepted, {CLIENTS} clients"
    report.add(name, *rates, unit="images/s")


def open_shop(stack: Stack, subject: Subject) -> BenchShop:
    """Create a shop with its collection."""
    shop, key = create_shop(name="Benchmark")
    with shop_scope(shop.pk), override_settings(DEFAULT_ENCODER=subject.name):
        repair_index(get_live_index(shop.pk))
    return BenchShop(shop.pk, Address(stack.port, key))


def accept(shop: BenchShop, photos: list[bytes]) -> float:
    """Upload photos from 8 clients; return the photos accepted per second."""
    requests = [
        upload_request(shop.address, f"Photo {number}", photo)
        for number, photo in enumerate(photos)
    ]
    answers, seconds = send_all(shop.address.port, requests, clients=CLIENTS)
    return len(answers) / seconds
