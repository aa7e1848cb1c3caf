"""Pace and memory of what is bought and liked together: a million events, 100,000 products."""

import json
import os
import subprocess
import sys
from typing import Any

from django.db import connection
from uuid_utils.compat import uuid7

from benchmarks.report import Goal, Report
from benchmarks.stack import Stack, vacuum
from catalog.models import Image, Product
from core.tenancy import shop_scope
from recommendations.models import PopularityState
from tenants.models import Shop, Shopper
from tenants.services import create_shop

PRODUCTS, SHOPPERS, EVENTS, NEW_EVENTS = 100_000, 50_000, 1_000_000, 1_000
PROCESS = [sys.executable, "-m", "benchmarks.affinity_process"]


def measure_affinity(stack: Stack, report: Report) -> None:
    print(f"  Affinity of {PRODUCTS:,} products from {EVENTS:,} events", flush=True)
    shop, _ = create_shop(name="Benchmark of affinity")
    with stack.worker_paused():
        fill(shop, products=PRODUCTS, shoppers=SHOPPERS)
        add_events(shop, EVENTS)
        complete = refresh()
        add_events(shop, NEW_EVENTS)
        new = refresh()
    report.add("Affinity: all products", complete["seconds"], unit="s", goal=Goal("≤", 300))
    name = f"Affinity: {NEW_EVENTS:,} new events"
    report.add(name, new["seconds"], unit="s", goal=Goal("≤", 60))
    peak = max(complete["megabytes"], new["megabytes"])
    report.add("Affinity: memory of the worker", peak, unit="MB", goal=Goal("≤", 1_500))


def fill(shop: Shop, *, products: int, shoppers: int) -> None:
    """Create products with one image each, and shoppers."""
    with shop_scope(shop.pk):
        rows = [
            Product(pk=pk, shop=shop, external_id=str(pk), name="Garment")
            for pk in (uuid7() for _ in range(products))
        ]
        Product.objects.bulk_create(rows, batch_size=2_000)
        images = [
            Image(shop=shop, product=row, photo="x.jpg", width=4, height=5, name="Garment")
            for row in rows
        ]
        Image.objects.bulk_create(images, batch_size=2_000)
        customers = [Shopper(shop=shop, external_id=f"s-{n}") for n in range(shoppers)]
        Shopper.objects.bulk_create(customers, batch_size=5_000)
        PopularityState.objects.create(shop=shop)


def add_events(shop: Shop, count: int) -> None:
    """Add events of random shoppers; each likes one of 500 groups of products."""
    with shop_scope(shop.pk), connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"shop": shop.pk, "count": count})
    vacuum()


def refresh() -> dict[str, Any]:
    """Refresh all shops in a process of its own; return its seconds and megabytes."""
    done = subprocess.run(  # noqa: S603 - our own command
        PROCESS, env=os.environ, check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


# The ids are UUIDv7 of now, which a random one becomes by its first bits.
_EVENTS = """
    WITH images AS MATERIALIZED (
        SELECT id, row_number() OVER () - 1 AS number FROM catalog_image WHERE shop_id = %(shop)s
    ), shoppers AS MATERIALIZED (
        SELECT id, row_number() OVER () - 1 AS number FROM tenants_shopper
        WHERE shop_id = %(shop)s
    ), sizes AS (
        SELECT (SELECT count(*) FROM images) AS images, (SELECT count(*) FROM shoppers) AS shoppers
    ), drawn AS MATERIALIZED (
        SELECT event, floor(random() * shoppers)::int AS shopper, random() AS kind,
            floor(power(random(), 2) * images / 500)::int AS place, floor(random() * 40)::int + 1
            AS position, random() < 0.2 AS is_elsewhere, floor(random() * images)::int AS anywhere
        FROM generate_series(1, %(count)s) AS event, sizes
    )
    INSERT INTO recommendations_event
        (id, shop_id, event_id, kind, image_id, shopper_id, session, position, occurred_at,
        created_at)
    SELECT
        (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
            || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15)
        )::uuid,
        %(shop)s, gen_random_uuid()::text,
        CASE WHEN kind < 0.7 THEN 'click' WHEN kind < 0.85 THEN 'like' ELSE 'purchase' END,
        images.id, shoppers.id, '', position, now() - random() * interval '200 days', now()
    FROM drawn
    JOIN shoppers ON shoppers.number = drawn.shopper
    JOIN images ON images.number = CASE WHEN is_elsewhere THEN anywhere
        ELSE (shopper %% 500) * (SELECT images / 500 FROM sizes) + place END
"""
