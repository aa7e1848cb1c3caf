"""Latency of a prompt beyond encoder and index, and answers per second."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from statistics import median
from typing import TypeVar

from benchmarks.client import Connection, prompt_request, send_all
from benchmarks.encoders import Subject
from benchmarks.measurements.synthetic.catalogue import fill_shop
from benchmarks.measurements.uploads import BenchShop, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack
from catalog.models import VectorIndex
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings, Encoder, get_encoder
from core.ml.vector_store import get_vector_store
from demo.processes import web
from demo.services import free_port
from recommendations.ranking.candidate_pool import OVERFETCH, SPARE

T = TypeVar("T")
VECTORS = 5_000
COUNT = 10
REPEATED = "a red dress"
REQUESTS = 150
CLIENTS = 16
REPEATED_REQUESTS, NEW_REQUESTS = 800, 480
LIMIT, PAIR_RATE = Goal("≤", 10), Goal("≥", 130)
PAIR = "web-second"


def measure_search(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  {subject.title}: search, in a shop of {VECTORS:,} images", flush=True)
    shop, encoder = open_shop(stack, subject), get_encoder(subject.name)
    index = fill_shop(shop, count=VECTORS, dimensions=encoder.dimensions)
    stack.wait_until_idle("postgres", "chroma", "worker")
    new = new_prompts()
    _measure_alone(subject, shop, BareParts(encoder, index), new, report)
    for what, prompts in (
        ("cached", [REPEATED] * REPEATED_REQUESTS),
        ("uncached", list(islice(new, NEW_REQUESTS))),
    ):
        rate = _measure_rate(shop, prompts)
        name = f"{subject.title}: {what} prompts, {CLIENTS} clients"
        report.add(name, rate, unit="requests/s")
    _measure_pair(stack, subject, shop, report)


@dataclass(frozen=True, slots=True)
class BareParts:
    """The two parts that every answer needs: encoding the prompt and querying the index."""

    encoder: Encoder
    index: VectorIndex

    def encode(self, prompt: str) -> Embeddings:
        return self.encoder.encode_texts([prompt])

    def query(self, vector: Embeddings) -> None:
        store = get_vector_store(self.index.node)
        store.query(self.index.collection, vector, count=COUNT * OVERFETCH + SPARE)


def new_prompts() -> Iterator[str]:
    """Yield distinct prompts of the usual length."""
    occasions = ("a wedding", "the office", "a winter walk", "the beach", "a party", "school")
    looks = ("striped", "plain", "floral", "checked", "dotted", "elegant", "loose", "warm")
    kinds = ("dress", "shirt", "skirt", "coat", "pair of shoes", "sweater", "jacket", "hat")
    words = product(occasions, looks, BASIC_COLOURS, kinds)
    return (f"a {look} {colour} {kind} for {occasion}" for occasion, look, colour, kind in words)


def _measure_alone(
    subject: Subject, shop: BenchShop, bare: BareParts, new: Iterator[str], report: Report
) -> None:
    """Send one prompt at a time over one connection."""
    line = Connection(shop.address.port)
    for prompt in (REPEATED, next(new)):
        _ask(line, shop, prompt)
    repeated = [_ask(line, shop, REPEATED) for _ in range(REQUESTS)]
    times = [_measure_parts(line, shop, bare, prompt) for prompt in islice(new, REQUESTS)]
    line.close()
    whole, encode, query = (median(part) for part in zip(*times, strict=True))
    name = subject.title
    report.add(f"{name}: cached prompt, median", median(repeated), unit="ms", goal=LIMIT)
    report.add(f"{name}: uncached prompt, median", whole, unit="ms")
    report.add(f"{name}: bare encode of a prompt, median", encode, unit="ms")
    report.add(f"{name}: bare query of the index, median", query, unit="ms")
    above = whole - encode - query
    report.add(f"{name}: uncached prompt above the bare two", above, unit="ms", goal=LIMIT)


def _measure_parts(
    line: Connection, shop: BenchShop, bare: BareParts, prompt: str
) -> tuple[float, float, float]:
    """Return milliseconds of a prompt's answer, of only encoding it and of only the query."""
    whole = _ask(line, shop, prompt)
    vectors, encode = _timed(lambda: bare.encode(prompt))
    _, query = _timed(lambda: bare.query(vectors[0]))
    return whole, encode, query


def _ask(line: Connection, shop: BenchShop, prompt: str) -> float:
    return line.ask(prompt_request(shop.address, prompt, count=COUNT)).seconds * 1000


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1000


def _measure_pair(stack: Stack, subject: Subject, shop: BenchShop, report: Report) -> None:
    """Measure two web processes, as behind a proxy that shares out the connections."""
    port = free_port()
    stack.supervisor.start(web(port, subject.environment, name=PAIR))
    try:
        stack.supervisor.wait_until_ready(PAIR)
        _measure_rate(shop, [REPEATED] * REQUESTS, port)
        rate = _measure_rate(shop, [REPEATED] * REPEATED_REQUESTS, port)
    finally:
        stack.supervisor.stop(PAIR)
    name = f"{subject.title}: cached prompts, {CLIENTS} clients, two web processes"
    report.add(name, rate, unit="requests/s", goal=PAIR_RATE)


def _measure_rate(shop: BenchShop, prompts: list[str], *other_ports: int) -> float:
    requests = [prompt_request(shop.address, prompt, count=COUNT) for prompt in prompts]
    answers, seconds = send_all(
        shop.address.port, requests, clients=CLIENTS, other_ports=other_ports
    )
    return len(answers) / seconds
