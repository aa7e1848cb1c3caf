"""Speed and memory of imports of large feeds without photos, and of changes of prices and stock."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.report import Goal, Report
from benchmarks.stack import Stack
from catalog.imports.requests import start_import
from catalog.models import ImportJob
from catalog.products.specs import ProductChange, ProductSpec
from catalog.products.upsert import MAX_PRODUCTS, upsert_products
from core.tenancy import all_shops, shop_scope
from tenants.models import Shop
from tenants.services import create_shop

ROWS = 100_000
VARIANTS = 100_000
# Sizes of each product whose prices change.
SIZES = ("XS", "S", "M", "L", "XL")
PROCESS = [sys.executable, "-m", "benchmarks.import_process"]


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """Seconds that an import took, and the most memory of its process in MB."""

    seconds: float
    megabytes: float


def measure_imports(stack: Stack, report: Report) -> None:
    shop, _ = create_shop(name="Benchmark of imports")
    with stack.worker_paused():
        print(f"  Import of {ROWS:,} rows", flush=True)
        new = import_rows(shop, ROWS)
        same = import_rows(shop, ROWS)
        print(f"  Prices and stock of {VARIANTS:,} variants", flush=True)
        seconds = change_prices(shop)
    report.add("Import: new rows", ROWS / new.seconds, unit="rows/s", goal=Goal("≥", 2_000))
    report.add("Import: unchanged rows", ROWS / same.seconds, unit="rows/s", goal=Goal("≥", 10_000))
    peak = max(new.megabytes, same.megabytes)
    report.add("Import: memory of the worker", peak, unit="MB", goal=Goal("≤", 300))
    name = f"Price and stock of {VARIANTS:,} variants"
    report.add(name, seconds, unit="s", goal=Goal("≤", 20))


def import_rows(shop: Shop, rows: int) -> ImportFigures:
    """Import a feed of so many products in a process of its own."""
    with shop_scope(shop.pk), tempfile.TemporaryFile() as file:
        for number in range(rows):
            file.write(json.dumps(_make_row(number)).encode() + b"\n")
        start_import(shop=shop, file=file, url="", feed=None, fields={})
    done = subprocess.run(  # noqa: S603 - our own command
        PROCESS, check=True, capture_output=True, text=True, env=os.environ
    )
    with all_shops():
        job = ImportJob.objects.filter(shop=shop).first()
    if job is None or job.state != ImportJob.State.DONE or job.failed_count:
        raise RuntimeError(f"The import did not succeed: {job and job.problem}")
    figures = json.loads(done.stdout.splitlines()[-1])
    return ImportFigures(figures["seconds"], figures["megabytes"])


def _make_row(number: int) -> dict[str, Any]:
    return {
        "external_id": f"p-{number}",
        "name": f"Linen shirt number {number}",
        "description": "A light shirt for warm days, with buttons of mother-of-pearl. " * 3,
        "category": "shirt",
        "brand": f"Brand {number % 50}",
        "gender": "women",
        "link": f"https://shop.example/products/{number}",
        "attributes": {"material": "linen", "fit": "regular"},
        "variants": [
            {"sku": f"s-{number}", "size": "M", "colour": "white", "price": "39.90"}
            | {"currency": "EUR", "stock": number % 7}
        ],
    }


def change_prices(shop: Shop) -> float:
    """Change price and stock of all variants of products with several; return the seconds."""
    products = VARIANTS // len(SIZES)
    with shop_scope(shop.pk):
        _write_prices(shop, products, price="10.00", is_partial=False)
        began = time.perf_counter()
        _write_prices(shop, products, price="12.50", is_partial=True)
        return time.perf_counter() - began


def _write_prices(shop: Shop, products: int, *, price: str, is_partial: bool) -> None:
    for start in range(0, products, MAX_PRODUCTS):
        specs = [
            ProductSpec(
                external_id=f"v-{number}",
                facts={} if is_partial else {"name": f"Shirt {number}"},
                variants=[
                    {"sku": f"v-{number}-{size}", "price": Decimal(price), "stock": len(price)}
                    for size in SIZES
                ],
                is_partial=is_partial,
            )
            for number in range(start, min(start + MAX_PRODUCTS, products))
        ]
        written = upsert_products(shop=shop, specs=specs)
        if any(one.change is ProductChange.FAILED for one in written):
            raise RuntimeError("A product could not be written.")
