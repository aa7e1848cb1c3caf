"""Latency of recommendations in a shop of 100,000 images: ranking, similar items, feed."""

import time
from statistics import median
from uuid import UUID

import numpy as np
from django.utils import timezone

from benchmarks.client import Connection, get_request
from benchmarks.encoders import Subject
from benchmarks.measurements.synthetic.catalogue import fill_shop
from benchmarks.measurements.uploads import BenchShop, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack
from catalog.models import Image, Variant
from catalog.search.public_images import ImageFacts
from core.ml.encoder import get_encoder
from core.tenancy import shop_scope
from recommendations.models import Event
from recommendations.query.synonyms import SynonymTable, find_phrases
from recommendations.ranking.rank import Candidate, rank
from recommendations.steering.synonyms import MAX_SYNONYMS
from recommendations.steering.weights import Weights
from tenants.models import Shopper

VECTORS = 100_000
CANDIDATES, RESULTS = 300, 20
RANKINGS, REQUESTS = 200, 100
SHOPPERS, LIKES = 20, 30
RANKING, SIMILAR, FEED = Goal("≤", 5), Goal("≤", 25), Goal("≤", 40)
SYNONYMS = Goal("≤", 0.1)


def measure_recommendations(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  {subject.title}: recommending, in a shop of {VECTORS:,} images", flush=True)
    dimensions = get_encoder(subject.name).dimensions
    name = subject.title
    ranking = _time_ranking(dimensions)
    report.add(f"{name}: ranking of {CANDIDATES} candidates", ranking, unit="ms", goal=RANKING)
    title = f"{name}: synonyms of a prompt, among {MAX_SYNONYMS:,}"
    report.add(title, _time_synonyms(), unit="ms", goal=SYNONYMS)
    shop = open_shop(stack, subject)
    fill_shop(shop, count=VECTORS, dimensions=dimensions)
    stack.wait_until_idle("postgres", "chroma", "worker")
    with shop_scope(shop.id):
        images = list(Image.objects.order_by("?").values_list("pk", flat=True)[: REQUESTS * LIKES])
        shoppers = _shoppers(shop, images)
    similar = [f"/api/v1/images/{pk}/similar/" for pk in images[:REQUESTS]]
    feeds = [f"/api/v1/shoppers/{shoppers[n % SHOPPERS]}/feed/" for n in range(REQUESTS)]
    for what, paths, goal in (("similar items", similar, SIMILAR), ("a feed", feeds, FEED)):
        report.add(f"{name}: {what}, median", _ask(shop, paths), unit="ms", goal=goal)


def _time_ranking(dimensions: int) -> float:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(CANDIDATES, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    candidates = [
        Candidate(
            ImageFacts(
                id=UUID(int=number),
                item=str(number // 2),
                category="dress",
                styles=frozenset(),
                age_group="",
                brand="",
                colour="",
                gender="",
                availability=Variant.Availability.IN_STOCK,
                price=None,
            ),
            relevance=float(rng.random()),
            similarity=float(rng.random()),
            taste=float(rng.random()),
        )
        for number in range(CANDIDATES)
    ]
    times = []
    for _ in range(RANKINGS):
        start = time.perf_counter()
        rank(candidates, vectors, weights=Weights(), count=RESULTS)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def _time_synonyms() -> float:
    """Return the median milliseconds of finding the synonyms of a prompt, with the table read."""
    table = SynonymTable.of(
        (("word", str(n)), ("meaning", str(n)), f"meaning {n}") for n in range(MAX_SYNONYMS)
    )
    times = []
    for number in range(RANKINGS):
        start = time.perf_counter()
        find_phrases(f"red word {number} with floral patterns, under 50 euros", table)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def _shoppers(shop: BenchShop, images: list[UUID]) -> list[str]:
    """Create shoppers with many likes; return their ids."""
    shoppers = Shopper.objects.bulk_create(
        [Shopper(shop_id=shop.id, external_id=f"shopper-{n}") for n in range(SHOPPERS)]
    )
    Event.objects.bulk_create(
        [
            Event(
                shop_id=shop.id,
                event_id=f"like-{number}-{like}",
                kind=Event.Kind.LIKE,
                image_id=images[number * LIKES + like],
                shopper=shopper,
                occurred_at=timezone.now(),
            )
            for number, shopper in enumerate(shoppers)
            for like in range(LIKES)
        ]
    )
    return [shopper.external_id for shopper in shoppers]


def _ask(shop: BenchShop, paths: list[str]) -> float:
    """Return the median milliseconds of a response, one request at a time, after a warm-up."""
    line = Connection(shop.address.port)
    requests = [get_request(shop.address, path) for path in paths]
    for request in requests[:5]:
        line.ask(request)
    times = [line.ask(request).seconds * 1000 for request in requests]
    line.close()
    return median(times)
