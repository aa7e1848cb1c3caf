"""Look-ups of words in a shop, alone and among many others that sell the same things."""

import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from benchmarks.measurements.synthetic.shop_names import choose_words, describe
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, vacuum
from catalog.models import Image, Product
from catalog.products.search_copy import write_missing
from catalog.products.specs import ProductSpec
from catalog.products.upsert import MAX_PRODUCTS, upsert_products
from catalog.products.word_counts import count_words
from catalog.search.candidates import find_by_words
from catalog.search.codes import find_codes
from catalog.search.shop_words import read_shop_words
from core.tenancy import all_shops, shop_scope
from tenants.models import Shop

SHOPS, PRODUCTS, OTHER_PRODUCTS = 1_000, 2_000, 100
REPEATS = 200
PROMPT = "a red linen dress for the beach"


def measure_words(stack: Stack, report: Report) -> None:
    print(f"  Words, in a shop of {PRODUCTS:,} products and among {SHOPS:,} shops", flush=True)
    with stack.worker_paused(), all_shops():
        shop = Shop.objects.create(name="Benchmark of words")
        _fill([shop], PRODUCTS)
        alone = _time_look_up(shop)
        others = Shop.objects.bulk_create(Shop(name=f"Other {i}") for i in range(SHOPS - 1))
        _fill(others, OTHER_PRODUCTS)
        among = _time_look_up(shop)
        report.add("words: look-up of a prompt, one shop", alone, unit="ms")
        name = f"words: look-up of a prompt, {SHOPS:,} shops"
        report.add(name, among, unit="ms", goal=Goal("≤", max(2 * alone, 5)))
        with shop_scope(shop.pk):
            began = time.perf_counter()
            count_words(shop.pk)
            report.add("words: counting them", time.perf_counter() - began, unit="s")
            shop.refresh_from_db()
            read_shop_words(shop)
            warm = _time(lambda: read_shop_words(shop))
            report.add("words: reading the shop's, warm", warm, unit="ms", goal=Goal("≤", 0.2))
            codes = _time(lambda: find_codes(["KT-7", "kt7red", "dress", PROMPT]))
            report.add("words: recognising numbers", codes, unit="ms")


def _fill(shops: Sequence[Shop], count: int) -> None:
    for shop in shops:
        with shop_scope(shop.pk):
            specs = [_make_spec(number) for number in range(count)]
            for start in range(0, count, MAX_PRODUCTS):
                upsert_products(shop=shop, specs=specs[start : start + MAX_PRODUCTS])
            Image.objects.bulk_create(_make_images(shop), batch_size=1_000)
    write_missing()
    vacuum()


def _make_spec(number: int) -> ProductSpec:
    colour, material, kind = choose_words(number)
    facts = {
        "name": f"{colour} {material} {kind} {number}",
        "brand": f"Brand {number % 20}",
        "description": describe(material, kind),
    }
    sku = f"KT-{number}-{colour}"
    return ProductSpec(external_id=f"P-{number}", facts=facts, variants=[{"sku": sku}])


def _make_images(shop: Shop) -> Iterator[Image]:
    for product in Product.objects.all():
        facts = {name: getattr(product, name) for name in ("name", "brand", "description")}
        yield Image(shop=shop, product=product, photo="a.jpg", width=1, height=1, **facts)


def _time_look_up(shop: Shop) -> float:
    with shop_scope(shop.pk):
        return _time(lambda: find_by_words([PROMPT], language=shop.language))


def _time(work: Callable[[], object]) -> float:
    """Return the median milliseconds of a call."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times) * 1_000
