"""Suggestions while a shopper types, in a shop of 100,000 products."""

import time
from collections.abc import Iterator
from statistics import median, quantiles
from urllib.parse import urlencode
from uuid import UUID

import numpy as np

from benchmarks.client import Connection, get_request
from benchmarks.encoders import Subject
from benchmarks.measurements.synthetic.shop_names import choose_words, describe, make_word
from benchmarks.measurements.uploads import BenchShop, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, vacuum
from catalog.models import Category, Image, Product
from catalog.products.search_copy import write_missing
from catalog.products.word_counts import count_words
from core.tenancy import shop_scope
from recommendations.demand.relations import MAX_PROMPTS
from recommendations.models import CommonPrompt, ImagePopularity, Prompt
from tenants.models import Shopper

PRODUCTS, BRANDS, WORDS, OWN_PROMPTS = 100_000, 5_000, 20_000, 500
BATCH = 1_000
REPEATS = 60
LATENCY = Goal("≤", 8)
SHOPPER = "typing"
TYPED = {
    "a letter": "d",
    "a beginning of 12,500 names": "dre",
    "three words": "red linen dre",
    "a misspelt beginning": "drss",
    "misspelt words": "rde linnen swaeter jakcet drss",
    "a word that no name has": "umbrella",
}


def measure_suggestions(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  Suggestions, in a shop of {PRODUCTS:,} products", flush=True)
    shop = open_shop(stack, subject)
    with stack.worker_paused(), shop_scope(shop.id):
        _fill(shop)
        vacuum()
        for title, text in TYPED.items():
            times = _ask(shop, {"q": text})
            report.add(f"suggestions: {title}, median", median(times), unit="ms", goal=LATENCY)
            report.add(f"suggestions: {title}, 95 %", quantiles(times, n=20)[-1], unit="ms")
        times = _ask(shop, {"q": "red dre", "shopper": SHOPPER})
        report.add("suggestions: of a shopper, median", median(times), unit="ms", goal=LATENCY)


def _ask(shop: BenchShop, parameters: dict[str, str]) -> list[float]:
    """Return the milliseconds of requests on one connection, with the words in memory."""
    request = get_request(shop.address, f"/api/v1/suggestions/?{urlencode(parameters)}")
    connection = Connection(shop.address.port)
    try:
        for _ in range(REPEATS):  # every process of the server reads the words
            connection.ask(request)
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            connection.ask(request)
            times.append((time.perf_counter() - start) * 1000)
    finally:
        connection.close()
    return times


def _fill(shop: BenchShop) -> None:
    categories = list(Category.objects.visible().values_list("pk", flat=True))
    for start in range(0, PRODUCTS, BATCH):
        products = list(_make_products(shop, categories, start))
        Product.objects.bulk_create(products)
        images = [
            Image(
                shop_id=shop.id,
                product=product,
                photo="a.jpg",
                width=1,
                height=1,
                availability="in_stock",
                **{name: getattr(product, name) for name in ("name", "brand", "category_id")},
            )
            for product in products
        ]
        Image.objects.bulk_create(images)
        scores = np.random.default_rng(start).random(BATCH)
        ImagePopularity.objects.bulk_create(
            ImagePopularity(shop_id=shop.id, image=image, score=score)
            for image, score in zip(images, scores.tolist(), strict=True)
        )
    write_missing()
    count_words(shop.id)
    words = [make_word(number) for number in range(MAX_PROMPTS)]
    CommonPrompt.objects.bulk_create(
        CommonPrompt(
            shop_id=shop.id, text=f"{word} dress", words=f" {word} dress", askers=number + 5
        )
        for number, word in enumerate(words)
    )
    shopper = Shopper.objects.create(shop_id=shop.id, external_id=SHOPPER)
    Prompt.objects.bulk_create(
        Prompt(
            shop_id=shop.id,
            shopper=shopper,
            prompt=f"red {word} dress",
            results=[{"id": str(shopper.pk)}],
            number_of_images=1,
        )
        for word in words[:OWN_PROMPTS]
    )


def _make_products(shop: BenchShop, categories: list[UUID], start: int) -> Iterator[Product]:
    rng = np.random.default_rng(start)
    for number in range(start, start + BATCH):
        colour, material, kind = choose_words(number)
        word = make_word(int(rng.integers(WORDS)))
        yield Product(
            shop_id=shop.id,
            external_id=f"P{number}",
            name=f"{word} {colour} {material} {kind}",
            description=describe(material, kind),
            brand=f"Brand {make_word(number % BRANDS)}",
            category_id=categories[number % len(categories)],
        )
