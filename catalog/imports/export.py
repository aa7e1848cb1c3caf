"""Write a shop's whole catalogue as a feed of our own, which an import reads back.

Products come in chunks, each in a query of its own: memory and locks do not grow with the shop.
"""

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Prefetch

from catalog.models import Image, PhotoFetch, Product, Variant
from catalog.taxonomy.tree import select_path
from core.api.csv import escape_formula
from core.tenancy import run_in_scope

CHUNK_SIZE = 500
PRODUCT_COLUMNS = (
    *("external_id", "name", "description", "category", "styles", "age_group", "brand"),
    *("gender", "link", "status"),
)
VARIANT_COLUMNS = (
    *("sku", "size", "size_system", "colour", "price", "sale_price", "currency"),
    *("availability", "stock"),
)
ATTRIBUTE_NAMES = """
SELECT DISTINCT key FROM catalog_product, jsonb_object_keys(attributes) AS key
WHERE shop_id = %s ORDER BY key
"""
PhotoUrl = Callable[[str], str]


def write_json_lines(shop_id: UUID, photo_url: PhotoUrl) -> Iterator[bytes]:
    """Yield the products of a shop as JSON Lines, in pieces.

    `photo_url` returns the address of a photo by its storage key.
    """
    for chunk in _read_chunks(shop_id, photo_url):
        yield b"".join(orjson.dumps(record) + b"\n" for record in chunk)


def write_csv(shop_id: UUID, photo_url: PhotoUrl) -> Iterator[bytes]:
    """Yield the variants of a shop's products as CSV, in pieces; no cell is a formula."""
    attributes = run_in_scope(lambda: _list_attributes(shop_id), shop_id)
    names = [f"attributes.{name}" for name in attributes]
    columns = [*PRODUCT_COLUMNS, *names, *VARIANT_COLUMNS]
    columns += ["variant_name", "variant_link", "image_urls"]
    yield _format([columns])
    for chunk in _read_chunks(shop_id, photo_url):
        rows = (row for record in chunk for row in _list_rows(record))
        yield _format([row.get(name, "") for name in columns] for row in rows)


def _list_attributes(shop_id: UUID) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(ATTRIBUTE_NAMES, [shop_id])
        return [name for (name,) in cursor.fetchall()]


def _read_chunks(shop_id: UUID, photo_url: PhotoUrl) -> Iterator[list[dict[str, Any]]]:
    after: UUID | None = None
    while True:
        # A response is sent in other threads than that of its request.
        products = run_in_scope(partial(_read_products, after), shop_id)
        if not products:
            return
        yield [describe_product(product, photo_url) for product in products]
        after = products[-1].pk


def _read_products(after: UUID | None) -> list[Product]:
    images = Image.objects.live().only("product_id", "position", "source_url", "photo")
    waiting = PhotoFetch.objects.exclude(state=PhotoFetch.State.DONE).order_by("pk")
    products = (
        Product.objects.annotate(category_path=select_path("catalog_product.category_id"))
        .select_related("age_group")
        .prefetch_related(
            "styles",
            "variants",
            Prefetch("images", images.order_by("position", "pk").prefetch_related("variants")),
            Prefetch("photo_fetches", waiting),
        )
        .order_by("pk")
    )
    return list(products.filter(pk__gt=after)[:CHUNK_SIZE] if after else products[:CHUNK_SIZE])


def describe_product(product: Any, photo_url: PhotoUrl) -> dict[str, Any]:
    """Return a product as our JSON Lines have it, photos that are not fetched yet included."""
    record = {
        "external_id": product.external_id,
        "name": product.name,
        "description": product.description,
        "category": " > ".join(product.category_path or ()),
        "styles": sorted(style.name for style in product.styles.all()),
        "age_group": product.age_group.name if product.age_group else "",
        "brand": product.brand,
        "gender": product.gender,
        "link": product.link,
        "attributes": product.attributes,
        "status": product.status,
        "variants": [_describe_variant(variant) for variant in product.variants.all()],
        "images": _list_photos(product, photo_url),
    }
    return {name: value for name, value in record.items() if value not in ("", [], {}, None)}


def _describe_variant(variant: Variant) -> dict[str, Any]:
    values = {name: getattr(variant, name) for name in ("name", *VARIANT_COLUMNS, "link")}
    for name in ("price", "sale_price"):
        values[name] = "" if values[name] is None else str(values[name])
    return {name: value for name, value in values.items() if value not in ("", None)}


def _list_photos(product: Any, photo_url: PhotoUrl) -> list[dict[str, Any]]:
    placed: list[tuple[int, dict[str, Any]]] = []
    for image in product.images.all():
        url = image.source_url or photo_url(image.photo.name)
        skus = [variant.sku for variant in image.variants.all() if variant.sku]
        placed.append((image.position, {"url": url, "skus": skus}))
    for fetch in product.photo_fetches.all():
        photo = {"url": fetch.url, "skus": fetch.facts.get("skus", [])}
        placed.append((fetch.facts.get("position", 0), photo))
    placed.sort(key=lambda one: one[0])
    return [photo if photo["skus"] else {"url": photo["url"]} for _, photo in placed]


def _list_rows(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a product's rows, one for each variant."""
    facts = {name: record[name] for name in PRODUCT_COLUMNS if name in record}
    facts["styles"] = ",".join(record.get("styles", ()))
    for name, value in record.get("attributes", {}).items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        facts[f"attributes.{name}"] = text
    for variant in record.get("variants") or [{}]:
        sku = variant.get("sku", "")
        urls = [
            photo["url"]
            for photo in record.get("images", ())
            if not photo.get("skus") or sku in photo["skus"]
        ]
        yield {
            **facts,
            **{name: variant[name] for name in VARIANT_COLUMNS if name in variant},
            "variant_name": variant.get("name", ""),
            "variant_link": variant.get("link", ""),
            "image_urls": " ".join(urls),
        }


def _format(rows: Any) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([escape_formula(value) for value in row] for row in rows)
    return file.getvalue().encode()
