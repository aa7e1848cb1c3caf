"""Images as shoppers see them, with what ranking weighs: read in one query, without models.

Every answer weighs dozens of images and shows ten. Building this query anew for each answer and
making models of its rows took longer than the search itself, so it is written out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from catalog.models import VectorIndex
from tenants.scope import scoped_shop_id

COLUMNS = (
    "id",
    "name",
    "description",
    "photo",
    "width",
    "height",
    "sku",
    "item_group_id",
    "brand",
    "price",
    "currency",
    "availability",
    "link",
    "colour",
    "gender",
    "attributes",
)


@dataclass(frozen=True, slots=True)
class Named:
    """A facet value or a file, of which only the name is known."""

    name: str


@dataclass(frozen=True, slots=True)
class ShownImage:
    """What is public of an image, under the names that it has on `Image`."""

    id: UUID
    name: str
    description: str
    photo: Named
    width: int
    height: int
    sku: str
    item_group_id: str
    brand: str
    price: Decimal | None
    currency: str
    availability: str
    link: str
    colour: str
    gender: str
    attributes: Mapping[str, Any]
    category: Named | None
    age_group: Named | None
    styles: list[Named]


def read_rows(index: VectorIndex, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return `COLUMNS` of those of the images that are searchable, in no order.

    Also `category_name`, `age_group_name` (None where there is none), `style_names`, and
    `embedding`, None for an image that waits for it. Needs the shop's scope.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [index.pk, list(ids), scoped_shop_id()])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_ROWS = f"""
    SELECT {", ".join(f"image.{name}" for name in COLUMNS)},
        category.name AS category_name,
        age_group.name AS age_group_name,
        ARRAY(
            SELECT style.name
            FROM catalog_image_styles AS link JOIN catalog_style AS style
                ON style.id = link.style_id
            WHERE link.image_id = image.id
            ORDER BY style.name
        ) AS style_names,
        entry.embedding
    FROM catalog_image AS image
    JOIN catalog_indexentry AS entry ON entry.image_id = image.id AND entry.index_id = %s
    LEFT JOIN catalog_category AS category ON category.id = image.category_id
    LEFT JOIN catalog_agegroup AS age_group ON age_group.id = image.age_group_id
    WHERE image.id = ANY(%s) AND image.shop_id = %s
        AND image.deleted_at IS NULL AND image.status = 'published'
"""  # noqa: S608 - the columns are this file's own


def shown_image(row: Mapping[str, Any]) -> ShownImage:
    """Return the image that a row of `read_rows` tells of."""
    columns = {name: row[name] for name in COLUMNS}
    columns["photo"] = Named(row["photo"])
    columns["attributes"] = json.loads(row["attributes"])
    return ShownImage(
        **columns,
        category=_named(row["category_name"]),
        age_group=_named(row["age_group_name"]),
        styles=[Named(name) for name in row["style_names"]],
    )


def _named(name: str | None) -> Named | None:
    return None if name is None else Named(name)
