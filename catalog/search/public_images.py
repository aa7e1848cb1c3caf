"""Images as shoppers see them, with what ranking weighs: read in one query, without models.

Every answer weighs dozens of images and shows ten. Building this query anew for each answer and
making models of its rows took longer than the search itself, so it is written out.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection

from catalog.models import VectorIndex
from core.tenancy import scoped_shop_id

TOLD_AS_THEY_ARE = (
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
COLUMNS = ("id", "photo", "price", "attributes", *TOLD_AS_THEY_ARE)


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


def public_image(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is public of a row of `read_rows`, as `PublicImageSerializer` tells it.

    Except that `photo_url` may be relative.
    """
    return {
        **{name: row[name] for name in TOLD_AS_THEY_ARE},
        "id": str(row["id"]),
        "photo_url": default_storage.url(row["photo"]),
        "category": row["category_name"],
        "styles": row["style_names"],
        "age_group": row["age_group_name"],
        "price": None if row["price"] is None else str(row["price"]),
        "attributes": json.loads(row["attributes"]),
    }
