"""What a prompt costs beyond the encoder and the index, and how many are answered a second."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from statistics import median
from typing import TypeVar

from benchmarks.client import Line, prompt_request, send_all
from benchmarks.encoders import Subject
from benchmarks.filling import fill_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack
from benchmarks.uploads import BenchShop, open_shop
from catalog.models import VectorIndex
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings, Encoder, get_encoder
from core.ml.vector_store import get_vector_store
from recommendations.ranking.candidate_pool import OVERFETCH, SPARE

T = TypeVar("T")
VECTORS = 5_000
COUNT = 10
REPEATED = "a red dress"
ASKED = 150
AT_ONCE = 16
REPEATED_AT_ONCE, NEW_AT_ONCE = 800, 480
LIMIT = Goal("≤", 15)


def measure_search(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  {subject.title}: search, in a shop of {VECTORS:,} images", flush=True)
    shop, encoder = open_shop(stack, subject), get_encoder(subject.name)
    index = fill_shop(shop, count=VECTORS, dimensions=encoder.dimensions)
    stack.wait_until_idle("postgres", "chroma", "worker")
    new = new_prompts()
    _measure_alone(subject, shop, Bare(encoder, index), new, report)
    for what, prompts in (
        ("cached", [REPEATED] * REPEATED_AT_ONCE),
        ("uncached", list(islice(new, NEW_AT_ONCE))),
    ):
        rate = _answered_a_second(shop, prompts)
        name = f"{subject.title}: {what} prompts, {AT_ONCE} clients"
        report.add(name, rate, unit="requests/s")


@dataclass(frozen=True, slots=True)
class Bare:
    """The two parts of an answer that no server can save: the encoder's pass and the query."""

    encoder: Encoder
    index: VectorIndex

    def encode(self, prompt: str) -> Embeddings:
        return self.encoder.encode_texts([prompt])

    def query(self, vector: Embeddings) -> None:
        store = get_vector_store(self.index.node)
        store.query(self.index.collection, vector, count=COUNT * OVERFETCH + SPARE)


def new_prompts() -> Iterator[str]:
    """Yield prompts, each once, as long as a shopper's."""
    occasions = ("a wedding", "the office", "a winter walk", "the beach", "a party", "school")
    looks = ("striped", "plain", "floral", "checked", "dotted", "elegant", "loose", "warm")
    kinds = ("dress", "shirt", "skirt", "coat", "pair of shoes", "sweater", "jacket", "hat")
    words = product(occasions, looks, BASIC_COLOURS, kinds)
    return (f"a {look} {colour} {kind} for {occasion}" for occasion, look, colour, kind in words)


def _measure_alone(
    subject: Subject, shop: BenchShop, bare: Bare, new: Iterator[str], report: Report
) -> None:
    """Ask one prompt at a time, over one connection."""
    line = Line(shop.address.port)
    for prompt in (REPEATED, next(new)):
        _ask(line, shop, prompt)
    repeated = [_ask(line, shop, REPEATED) for _ in range(ASKED)]
    times = [_take_apart(line, shop, bare, prompt) for prompt in islice(new, ASKED)]
    line.close()
    whole, encode, query = (median(part) for part in zip(*times, strict=True))
    name = subject.title
    report.add(f"{name}: cached prompt, median", median(repeated), unit="ms", goal=LIMIT)
    report.add(f"{name}: uncached prompt, median", whole, unit="ms")
    report.add(f"{name}: bare encode of a prompt, median", encode, unit="ms")
    report.add(f"{name}: bare query of the index, median", query, unit="ms")
    above = whole - encode - query
    report.add(f"{name}: uncached prompt above the bare two", above, unit="ms", goal=LIMIT)


def _take_apart(line: Line, shop: BenchShop, bare: Bare, prompt: str) -> tuple[float, float, float]:
    """Return milliseconds of a prompt's answer, and of its bare encode and query next to it."""
    whole = _ask(line, shop, prompt)
    vectors, encode = _timed(lambda: bare.encode(prompt))
    _, query = _timed(lambda: bare.query(vectors[0]))
    return whole, encode, query


def _ask(line: Line, shop: BenchShop, prompt: str) -> float:
    return line.ask(prompt_request(shop.address, prompt, count=COUNT)).seconds * 1000


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1000


def _answered_a_second(shop: BenchShop, prompts: list[str]) -> float:
    requests = [prompt_request(shop.address, prompt, count=COUNT) for prompt in prompts]
    answers, seconds = send_all(shop.address.port, requests, clients=AT_ONCE)
    return len(answers) / seconds
