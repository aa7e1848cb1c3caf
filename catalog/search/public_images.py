"""Images as search reads them: plain rows, since models take longer than the search.

Each answer ranks dozens of images and returns ten. Building this query in Django for each answer,
and model instances of its rows, took longer than the search itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage

from catalog.facts.descriptions import Description, describe_image
from catalog.indexing.indexes import decode_embedding
from catalog.models import Image, Variant, VectorIndex
from catalog.models.image import SEEN_FACETS
from catalog.models.thumbnails import THUMBNAIL_WIDTHS
from catalog.search.filters import FacetFilter
from catalog.taxonomy.tree import MAX_DEPTH
from catalog.vocabulary.kinship import find_known_kinds
from core.ml.vector_store import Vectors
from core.postgres.trips import SqlStatement, run_together
from core.tenancy import scoped_shop_id

PUBLIC_COLUMNS = (
    "name",
    "description",
    "width",
    "height",
    "sku",
    "item_group_id",
    "brand",
    "currency",
    "availability",
    "link",
    "colour",
    "gender",
)
# Of one image in an answer.
MAX_SHOWN_VARIANTS = 100
VARIANT_COLUMNS = (
    *("sku", "name", "size", "size_system", "colour", "price", "sale_price", "currency"),
    *("availability", "link"),
)
COLUMNS = (
    *("id", "version", "photo", "digest", "price", "attributes", "colours"),
    *PUBLIC_COLUMNS,
)


def read_rows(index: VectorIndex, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the rows of searchable images, in no order; needs the shop's scope.

    A row has `COLUMNS`, `product_id` and `external_id` of the product, `category_name` and
    `age_group_name` (None if not set), `category_path`, the names from the top of the tree to the
    category (empty without one), `style_names`, `embedding` (None while the image waits to be
    indexed), `garments`, the embeddings of the garments in the photo, one after the other,
    `seen_garments`, what was seen of them, as JSON, and the columns of `THUMBNAIL_WIDTHS`, storage
    keys of thumbnails (None if there are none).
    """
    (answer,) = run_together(select_rows(index, ids))
    return answer.as_dicts()


def select_rows(index: VectorIndex, ids: Sequence[UUID]) -> SqlStatement:
    """Return the statement of `read_rows`."""
    values: dict[str, Any] = {
        "index": index.pk,
        "encoder": index.encoder,
        "revision": index.revision,
        "ids": list(ids),
        "shop": scoped_shop_id(),
        "depth": MAX_DEPTH,
    }
    return SqlStatement(_ROWS, values)


# The paths of all categories at once: a query inside each row takes longer.
_ROWS = f"""
    WITH RECURSIVE wider AS (
        SELECT id AS category, name, parent_id, 1 AS level FROM catalog_category
        WHERE id IN (SELECT category_id FROM catalog_image WHERE id = ANY(%(ids)s))
        UNION ALL
        SELECT category, parent.name, parent.parent_id, level + 1
        FROM wider JOIN catalog_category AS parent ON parent.id = wider.parent_id
        WHERE level < %(depth)s
    ), paths AS (
        SELECT category, array_agg(name ORDER BY level DESC) AS names FROM wider GROUP BY category
    )
    SELECT {", ".join(f"image.{name}" for name in COLUMNS)},
        image.product_id,
        COALESCE(product.external_id, '') AS external_id,
        category.name AS category_name,
        COALESCE(paths.names, '{{}}') AS category_path,
        age_group.name AS age_group_name,
        ARRAY(
            SELECT style.name
            FROM catalog_image_styles AS link JOIN catalog_style AS style
                ON style.id = link.style_id
            WHERE link.image_id = image.id
            ORDER BY style.name
        ) AS style_names,
        entry.embedding,
        garments.embeddings AS garments,
        facts.garments AS seen_garments,
        {", ".join(f"thumbnails.{column}" for column in THUMBNAIL_WIDTHS)}
    FROM catalog_image AS image
    JOIN catalog_indexentry AS entry ON entry.image_id = image.id AND entry.index_id = %(index)s
    LEFT JOIN catalog_product AS product ON product.id = image.product_id
    LEFT JOIN catalog_category AS category ON category.id = image.category_id
    LEFT JOIN paths ON paths.category = image.category_id
    LEFT JOIN catalog_agegroup AS age_group ON age_group.id = image.age_group_id
    LEFT JOIN catalog_photofacts AS facts ON facts.image_id = image.id
        AND facts.image_version = image.version
    LEFT JOIN catalog_garmentvectors AS garments ON garments.image_id = image.id
        AND garments.encoder = %(encoder)s AND garments.revision = %(revision)s
        AND garments.image_version = image.version
    LEFT JOIN catalog_thumbnails AS thumbnails ON thumbnails.image_id = image.id
        AND thumbnails.image_version = image.version
    WHERE image.id = ANY(%(ids)s) AND image.shop_id = %(shop)s
        AND image.deleted_at IS NULL AND image.status = 'published'
"""  # noqa: S608 - the columns are this file's own


def select_variants(image_ids: Collection[UUID], facets: FacetFilter) -> SqlStatement:
    """Return the statement of the variants that images show and that pass the filter.

    They are in their order, up to `MAX_SHOWN_VARIANTS` of an image. Needs the shop's scope; makes a
    query if there is a filter.
    """
    parameters = {
        "ids": list(image_ids),
        "matching": None if facets == FacetFilter() else _find_matching(image_ids, facets),
        "shop": scoped_shop_id(),
        "limit": MAX_SHOWN_VARIANTS,
    }
    return SqlStatement(_SHOWN, parameters)


def serialize_variants(
    rows: Sequence[tuple[Any, ...]],
) -> defaultdict[UUID, list[dict[str, Any]]]:
    """Return the serialized variants of each image, from the rows of `select_variants`."""
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for image_id, *values in rows:
        variant = dict(zip(VARIANT_COLUMNS, values, strict=True))
        for name in ("price", "sale_price"):
            variant[name] = None if variant[name] is None else str(variant[name])
        found[image_id].append(variant)
    return found


def _find_matching(image_ids: Collection[UUID], facets: FacetFilter) -> list[UUID]:
    products = Image.objects.filter(pk__in=image_ids).order_by().values("product")
    matching = Variant.objects.filter(facets.shown_variants.condition(), product__in=products)
    return list(matching.order_by().values_list("pk", flat=True))


# Plain SQL: building this query for every answer takes longer than running it.
_SHOWN = f"""
    SELECT image_id, {", ".join(VARIANT_COLUMNS)}
    FROM (
        SELECT image.id AS image_id, variant.*,
            row_number() OVER (
                PARTITION BY image.id ORDER BY variant.position, variant.id
            ) AS number
        FROM catalog_image AS image
        JOIN catalog_variant AS variant ON variant.product_id = image.product_id
        WHERE image.id = ANY(%(ids)s) AND image.shop_id = %(shop)s AND variant.shop_id = %(shop)s
            AND (%(matching)s::uuid[] IS NULL OR variant.id = ANY(%(matching)s::uuid[]))
            AND (
                EXISTS (
                    SELECT FROM catalog_image_variants AS link
                    WHERE link.image_id = image.id AND link.variant_id = variant.id
                ) OR NOT EXISTS (
                    SELECT FROM catalog_image_variants AS link WHERE link.image_id = image.id
                )
            )
    ) AS shown
    WHERE number <= %(limit)s
    ORDER BY image_id, number
"""  # noqa: S608 - the columns are this file's own


def serialize_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Serialize a row like `PublicImageSerializer`, without variants; addresses may be relative."""
    seen = row["seen_garments"]
    return {
        **{name: row[name] for name in PUBLIC_COLUMNS},
        "id": str(row["id"]),
        "external_id": row["external_id"],
        "photo_url": default_storage.url(row["photo"]),
        "thumbnails": serialize_thumbnails(row, photo_width=row["width"]),
        "category": row["category_name"],
        "category_path": row["category_path"],
        "styles": row["style_names"],
        "age_group": row["age_group_name"],
        "price": None if row["price"] is None else str(row["price"]),
        "attributes": json.loads(row["attributes"]),
        "variants": [],
        "seen": None if seen is None else serialize_seen(json.loads(seen)),
    }


def serialize_thumbnails(files: Mapping[str, Any], *, photo_width: int) -> list[dict[str, Any]]:
    """Return the width and the address of each thumbnail, from storage keys by column."""
    return [
        {"width": min(width, photo_width), "url": default_storage.url(files[column])}
        for column, width in THUMBNAIL_WIDTHS.items()
        if files.get(column)
    ]


_NOTHING_SEEN = {"value": "", "confidence": 0.0, "is_sure": False}


def serialize_seen(garments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the kind, colours and pattern of the main garment; empty values if there is none."""
    main = garments[0] if garments else {}
    tags = {name: main.get(name, _NOTHING_SEEN) for name in SEEN_FACETS}
    return {**tags, "colours": main.get("colours", [])}


def find_row_kinds(row: Mapping[str, Any]) -> frozenset[str]:
    """Return the kinds that the shop states in a row's category and name, else the seen ones."""
    return find_known_kinds(
        category=row["category_name"] or "",
        name=row["name"],
        garments=json.loads(row["seen_garments"] or "[]"),
    )


def describe_row(row: Mapping[str, Any]) -> Description:
    """Return what is known of the image of a row."""
    return describe_image(
        category=row["category_name"] or "",
        name=row["name"],
        brand=row["brand"],
        colours=[row["colour"], *row["colours"]],
        attributes=json.loads(row["attributes"]),
        garments=json.loads(row["seen_garments"] or "[]"),
    )


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """The facts that ranking uses; every text in lower case, "" where there is none."""

    id: UUID
    item: str  # the product's id, or the image's own
    category: str
    styles: frozenset[str]
    age_group: str
    brand: str
    colour: str
    gender: str
    availability: str
    price: Decimal | None
    wider_categories: frozenset[str] = frozenset()

    @property
    def categories(self) -> frozenset[str]:
        """The category and the wider ones; a rule for shoes is one for boots."""
        return self.wider_categories | {self.category}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> ImageFacts:
        """Return the facts of a row of `read_rows`."""
        return cls(
            id=row["id"],
            item=str(row["product_id"] or row["id"]),
            category=(row["category_name"] or "").lower(),
            styles=frozenset(name.lower() for name in row["style_names"]),
            age_group=(row["age_group_name"] or "").lower(),
            brand=row["brand"].lower(),
            colour=row["colour"].lower(),
            gender=row["gender"].lower(),
            availability=row["availability"],
            price=row["price"],
            wider_categories=frozenset(name.lower() for name in row["category_path"][:-1]),
        )


def read_embeddings(index: VectorIndex, ids: Sequence[UUID]) -> dict[UUID, Vectors]:
    """Return the embeddings, float32 (d,), of those live images that have one."""
    rows = Image.objects.live().filter(pk__in=ids, entries__index=index)
    return {
        pk: decode_embedding(data)
        for pk, data in rows.values_list("pk", "entries__embedding")
        if data is not None
    }


def select_pairs(ids: Sequence[UUID]) -> SqlStatement:
    """Return the statement of the pairs of near-duplicates among these images."""
    return SqlStatement(_PAIRS, {"ids": list(ids), "shop": scoped_shop_id()})


def find_duplicates(
    rows: Sequence[Mapping[str, Any]], stored: Sequence[tuple[Any, ...]]
) -> Mapping[UUID, frozenset[UUID]]:
    """Return, of the images of rows, those that are near-duplicates of each other.

    `stored` are the rows of `select_pairs`. Photos with the same bytes are near-duplicates before a
    worker has compared them. Dismissed pairs are not.
    """
    versions = {row["id"]: row["version"] for row in rows}
    by_digest: defaultdict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        if row["digest"]:
            by_digest[row["digest"]].append(row["id"])
    pairs = {frozenset(pair) for same in by_digest.values() for pair in combinations(same, 2)}
    for first, first_version, second, second_version, is_dismissed in stored:
        pair = frozenset((first, second))
        current = (versions.get(first), versions.get(second))
        if current != (first_version, second_version):
            continue
        if is_dismissed:
            pairs.discard(pair)
        else:
            pairs.add(pair)
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return {pk: frozenset(others) for pk, others in found.items()}


_PAIRS = """
    SELECT first_id, first_version, second_id, second_version, dismissed_at IS NOT NULL
    FROM catalog_duplicatepair
    WHERE first_id = ANY(%(ids)s) AND second_id = ANY(%(ids)s) AND shop_id = %(shop)s
"""
