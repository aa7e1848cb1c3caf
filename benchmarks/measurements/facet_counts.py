"""Latency of a page of products with the counts of five facets, in a shop of 100,000."""

import time
from decimal import Decimal
from statistics import median

import numpy as np

from benchmarks.client import Connection, get_request
from benchmarks.encoders import Subject
from benchmarks.measurements.uploads import BenchShop, open_shop
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, vacuum
from catalog.models import Category, Product, Variant
from catalog.search.facet_counts import CountedFacet, count_facets
from catalog.search.facet_table import get_table
from catalog.search.filters import FacetFilter, VariantFilter
from core.ml.colours import BASIC_COLOURS
from core.tenancy import shop_scope

PRODUCTS, VARIANTS, BRANDS = 100_000, 3, 200
SIZES = [str(size) for size in range(32, 52)]
REPEATS, REQUESTS = 30, 50
FACETS = ("category", "brand", "size", "colour", "price")
COUNTS = Goal("≤", 30)


def measure_facet_counts(stack: Stack, subject: Subject, report: Report) -> None:
    print(f"  Facet counts, in a shop of {PRODUCTS:,} products", flush=True)
    shop = open_shop(stack, subject)
    with shop_scope(shop.id):
        _fill(shop)
        vacuum()
        categories = tuple(Category.objects.visible().values_list("pk", flat=True)[:20])
        start = time.perf_counter()
        get_table(shop.id)
        report.add("facets: reading the table", time.perf_counter() - start, unit="s")
        narrow = FacetFilter(
            categories=categories,
            variants=VariantFilter(
                sizes=("38", "40"), price_max=Decimal(80), currencies=("EUR", "")
            ),
        )
        for name, facets in (("all products", FacetFilter()), ("filters", narrow)):
            report.add(f"facets: five counts, {name}", _time(facets), unit="ms", goal=COUNTS)
    query = f"facets={','.join(FACETS)}&page_size=1"
    narrow_query = "&size=38&size=40&price_max=80&currency=EUR"
    for name, more in (
        ("all products", query),
        ("filters", query + narrow_query),
        ("by price, without counts", "sort=price&currency=EUR&page_size=1"),
    ):
        milliseconds = _ask(shop, f"/api/v1/products/?{more}")
        report.add(f"facets: a page of products, {name}", milliseconds, unit="ms")


def _time(facets: FacetFilter) -> float:
    """Return the median milliseconds of counting, with the table in memory."""
    times = []
    wanted = [CountedFacet(name) for name in FACETS]
    for _ in range(REPEATS):
        start = time.perf_counter()
        count_facets(wanted, facets)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def _fill(shop: BenchShop) -> None:
    rng = np.random.default_rng(7)
    categories = list(Category.objects.visible().values_list("pk", flat=True))
    brands = rng.integers(BRANDS, size=PRODUCTS)
    chosen = rng.integers(len(categories), size=PRODUCTS)
    products = [
        Product(
            shop_id=shop.id,
            external_id=f"P{number}",
            name=f"Garment {number}",
            category_id=categories[chosen[number]],
            brand=f"Brand {brands[number]}",
        )
        for number in range(PRODUCTS)
    ]
    Product.objects.bulk_create(products, batch_size=5_000)
    colours = rng.integers(len(BASIC_COLOURS), size=PRODUCTS)
    sizes = rng.integers(len(SIZES) - VARIANTS, size=PRODUCTS)
    prices = rng.integers(10, 200, size=PRODUCTS)
    names = list(BASIC_COLOURS)
    for start in range(0, PRODUCTS, 5_000):
        Variant.objects.bulk_create(
            [
                Variant(
                    shop_id=shop.id,
                    product=products[number],
                    position=position,
                    size=SIZES[sizes[number] + position],
                    size_system="EU",
                    colour=names[colours[number]],
                    price=Decimal(int(prices[number])),
                    currency="EUR",
                )
                for number in range(start, min(start + 5_000, PRODUCTS))
                for position in range(VARIANTS)
            ]
        )


def _ask(shop: BenchShop, path: str) -> float:
    """Return the median milliseconds of a response, one request at a time, after a warm-up."""
    line = Connection(shop.address.port)
    request = get_request(shop.address, path)
    for _ in range(5):
        line.ask(request)
    times = [line.ask(request).seconds * 1000 for _ in range(REQUESTS)]
    line.close()
    return median(times)
