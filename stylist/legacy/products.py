"""Old images as products with a photo, each under an id made of its old one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import orjson

from catalog.models import Image, PhotoFetch, Product
from catalog.products.specs import PhotoLink, ProductChange, ProductSpec
from catalog.services import add_photo, upsert_products
from core.errors import DomainError
from core.redaction import redact
from stylist.legacy.facets import FacetsById, LegacyFacets
from stylist.legacy.keys import read_key
from stylist.legacy.moves import (
    DATES,
    LegacyMove,
    LegacyRowRefused,
    LegacyTable,
    read_row_id,
    split_batches,
)
from stylist.legacy.photos import LegacyPhoto
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.sources.rows import LegacyRow

COLLECTION = LegacyTable("images", frozenset({"imagecollection", "imagecollections"}))
IMAGES = LegacyTable("images", frozenset({"image", "images"}))
PHOTOS = LegacyTable("photos", frozenset())
ID_COLUMNS = ("imageid", "id")
PHOTO_COLUMNS = (
    *("photo", "image", "file", "filepath", "imagepath", "path", "filename"),
    *("s3url", "imageurl", "photourl", "url"),
)
COLOUR_COLUMNS = ("colour", "color")
BATCH = 100
MAX_LENGTHS = {"external_id": 100, "name": 200, "description": 5_000, "colour": 60}
MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES = 50, 20_000

NO_FACTS: Mapping[str, Any] = {}
Convert = Callable[[LegacyRow], "LegacyProduct"]


@dataclass(frozen=True, slots=True)
class LegacyProduct:
    """A product to create, and its photo as the row names it."""

    row: LegacyRow
    external_id: str
    facts: Mapping[str, Any]
    photo: str
    variant: Mapping[str, Any] = field(default_factory=dict)


def import_collection(move: LegacyMove, *, facets: LegacyFacets, key: str) -> None:
    """Import the image collection of one API key; "" stands for rows without keys."""

    def convert(row: LegacyRow) -> LegacyProduct:
        facts = _read_facts(row) | {
            "category": _find_facet(move, row, facets.categories, "categoryid", "category"),
            "age_group": _find_facet(move, row, facets.age_groups, "agegroupid", "agegroup"),
        }
        style = _find_facet(move, row, facets.styles, "stylesid", "styles", "styleid", "style")
        facts["styles"] = [style] if style else []
        return _make_product(move, row, facts)

    _write_products(move, COLLECTION, convert, lambda row: read_key(row) == key)


def import_images(move: LegacyMove) -> None:
    """Import images without facets; what else a row has becomes attributes."""

    def convert(row: LegacyRow) -> LegacyProduct:
        colour = row.find(*COLOUR_COLUMNS)
        facts = _read_facts(row) | {"attributes": _read_attributes(row)}
        return _make_product(move, row, facts, {"colour": colour} if colour else {})

    _write_products(move, IMAGES, convert, lambda _: True)


def _write_products(
    move: LegacyMove, table: LegacyTable, convert: Convert, is_wanted: Callable[[LegacyRow], bool]
) -> None:
    for batch in split_batches(_convert_rows(move, table, convert, is_wanted), BATCH):
        _write_batch(move, table, batch)


def _convert_rows(
    move: LegacyMove, table: LegacyTable, convert: Convert, is_wanted: Callable[[LegacyRow], bool]
) -> Iterator[LegacyProduct]:
    for row in move.read(table):
        if not is_wanted(row):
            move.count(table, LegacyOutcome.LEFT_OUT)
            continue
        try:
            yield convert(row)
        except LegacyRowRefused as error:
            move.refuse(table, row, error)


def _read_facts(row: LegacyRow) -> dict[str, Any]:
    # Many photos of the old systems have no other name than their file's.
    name = row.find("name", "title") or PurePosixPath(row.find(*PHOTO_COLUMNS)).stem
    return {"name": name, "description": row.find("description")}


def _find_facet(move: LegacyMove, row: LegacyRow, found: FacetsById, *columns: str) -> Any:
    number = row.find(*columns)
    if number and number not in found:
        detail = f"There is no row {number[:40]} in the table of {columns[-1]}."
        move.report.add_problem(COLLECTION.title, row.number, "facet_unknown", detail)
    return found.get(number)


def _read_attributes(row: LegacyRow) -> dict[str, str]:
    read = {*ID_COLUMNS, *PHOTO_COLUMNS, *COLOUR_COLUMNS, *DATES}
    read |= {"name", "title", "description", "userid"}
    others = row.values.items()
    found = {name: redact(text) for name, text in others if name not in read and text}
    if len(found) > MAX_ATTRIBUTES or len(orjson.dumps(found)) > MAX_ATTRIBUTE_BYTES:
        raise LegacyRowRefused("The row has too many other values.", code="attributes_too_large")
    return found


def _make_product(
    move: LegacyMove,
    row: LegacyRow,
    facts: dict[str, Any],
    variant: Mapping[str, Any] = NO_FACTS,
) -> LegacyProduct:
    external_id = f"{move.system}-{read_row_id(row, *ID_COLUMNS)}"
    if not facts["name"]:
        raise LegacyRowRefused("The row has no name.", code="name_missing")
    texts = {"external_id": external_id, **facts, **variant}
    for name, limit in MAX_LENGTHS.items():
        if len(texts.get(name, "")) > limit:
            message = f"The {name} has more than {limit:,} characters."
            raise LegacyRowRefused(message, code="value_too_long")
    return LegacyProduct(row, external_id, facts, row.find(*PHOTO_COLUMNS), variant)


def _write_batch(move: LegacyMove, table: LegacyTable, batch: Sequence[LegacyProduct]) -> None:
    """Create the products that the shop does not have, and add photos to those without one."""
    photos = {one.external_id: photo for one in batch if (photo := _find_photo(move, table, one))}
    known = set(_read_products(batch))
    new = {one.external_id: one for one in reversed(batch) if one.external_id not in known}
    failed = set() if move.is_dry_run else _create_products(move, table, new, photos)
    move.count(table, LegacyOutcome.KNOWN, len(batch) - len(new))
    move.count(table, LegacyOutcome.ADDED, len(new) - len(failed))
    products = _read_products(batch)
    pictured = _find_pictured(products.values())
    for one in {one.external_id: one for one in reversed(batch)}.values():
        photo, product = photos.get(one.external_id), products.get(one.external_id)
        if photo and one.external_id not in failed:
            if photo.url and one.external_id in new:
                move.count(PHOTOS, LegacyOutcome.LINKED)
            elif product and product.pk in pictured:
                move.count(PHOTOS, LegacyOutcome.KNOWN)
            else:
                _add_photo(move, table, one, product, photo)


def _find_photo(move: LegacyMove, table: LegacyTable, one: LegacyProduct) -> LegacyPhoto | None:
    try:
        return move.photos.find(one.photo)
    except DomainError as error:
        move.refuse(table, one.row, error)
        return None


def _read_products(batch: Sequence[LegacyProduct]) -> dict[str, Product]:
    rows = Product.objects.filter(external_id__in={one.external_id for one in batch})
    return {product.external_id: product for product in rows}


def _create_products(
    move: LegacyMove,
    table: LegacyTable,
    new: Mapping[str, LegacyProduct],
    photos: Mapping[str, LegacyPhoto],
) -> set[str]:
    """Create products, with their photos by link; return the ids of those that failed."""
    specs = [
        ProductSpec(
            external_id,
            one.facts,
            variants=[one.variant],
            photos=_list_links(photos.get(external_id)),
        )
        for external_id, one in new.items()
    ]
    failed = set()
    for written in upsert_products(shop=move.shop, specs=specs):
        if written.change == ProductChange.FAILED:
            number = new[written.external_id].row.number
            move.report.add_problem(table.title, number, written.code, written.detail)
            failed.add(written.external_id)
    return failed


def _list_links(photo: LegacyPhoto | None) -> list[PhotoLink] | None:
    return [PhotoLink(photo.url)] if photo and photo.url else None


def _find_pictured(products: Iterable[Product]) -> set[UUID]:
    """Return the products that have a photo, or wait for one."""
    ids = [product.pk for product in products]
    images = Image.objects.live().filter(product_id__in=ids)
    fetches = PhotoFetch.objects.filter(product_id__in=ids)
    return {
        pk for rows in (images, fetches) for pk in rows.values_list("product_id", flat=True) if pk
    }


def _add_photo(
    move: LegacyMove,
    table: LegacyTable,
    one: LegacyProduct,
    product: Product | None,
    photo: LegacyPhoto,
) -> None:
    """Add a photo to a product without one; `product` is None if a dry run did not create it."""
    try:
        if photo.file:
            opened = photo.open()
            if product and not move.is_dry_run:
                add_photo(product=product, photo=opened, position=0, skus=(), source_url="")
        elif product and not move.is_dry_run:
            links = _list_links(photo)
            spec = ProductSpec(one.external_id, {}, photos=links, is_partial=True)
            upsert_products(shop=move.shop, specs=[spec])
    except DomainError as error:
        move.refuse(table, one.row, error)
        return
    move.count(PHOTOS, LegacyOutcome.ADDED if photo.file else LegacyOutcome.LINKED)
