"""The tree of categories: default ones, and below them or apart from them a shop's own.

The parent of a category is visible to its shop, and that of a default category is a default one. No
category is below itself, and none is deeper than `MAX_DEPTH` levels. Row-level security limits all
queries to what the scope may see.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField
from django.db.models.expressions import RawSQL

from catalog.models import Category
from core.errors import Conflict, DomainError
from tenants.models import Shop

MAX_DEPTH = 8


class CategoryMisplaced(DomainError):
    """A category cannot be at this place of the tree."""

    code = "category_misplaced"


class CategoryHasNarrower(Conflict):
    """A category with narrower ones cannot be deleted."""

    code = "category_has_narrower"
    message = "Move or delete the categories below this one first."


def check_place(*, category: Category, parent: Category | None) -> None:
    """Check that a category may be below `parent`; raises `CategoryMisplaced`.

    Runs in a transaction, and lets no other request move categories of the shop until it ends.
    """
    if parent is None:
        return
    if category.shop_id:
        Shop.objects.select_for_update(no_key=True).get(pk=category.shop_id)
    if parent.shop_id not in (None, category.shop_id):
        raise CategoryMisplaced("A category of all shops cannot be below one of a single shop.")
    above = _count_levels(_ABOVE, [parent.pk])
    below = {} if category._state.adding else _count_levels(_BELOW, [category.pk])
    if parent.pk in below:
        raise CategoryMisplaced("A category cannot be below itself.")
    if max(above.values()) + max(below.values(), default=1) > MAX_DEPTH:
        raise CategoryMisplaced(f"A tree of categories has at most {MAX_DEPTH} levels.")


def list_narrower(category_ids: Iterable[UUID]) -> list[UUID]:
    """Return these categories and all below them, in one query."""
    return list(_count_levels(_BELOW, category_ids))


def select_path(column: str) -> Any:
    """Return an expression: the names from the top of the tree to the category in a column.

    `column` is part of the SQL: a column of the query, such as `catalog_image.category_id`.
    """
    names: ArrayField[Any, Any] = ArrayField(CharField())
    return RawSQL(_PATH.format(column=column), [MAX_DEPTH], output_field=names)  # noqa: S611


def _count_levels(query: str, category_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return categories with those above or below them, and how many levels away, from 1."""
    with connection.cursor() as cursor:
        cursor.execute(query, {"ids": list(category_ids), "depth": MAX_DEPTH})
        return dict(cursor.fetchall())


# The depth ends each query in any case.
_ABOVE = """
    WITH RECURSIVE found AS (
        SELECT id, parent_id, 1 AS level FROM catalog_category WHERE id = ANY(%(ids)s)
        UNION ALL
        SELECT wider.id, wider.parent_id, level + 1
        FROM found JOIN catalog_category AS wider ON wider.id = found.parent_id
        WHERE level <= %(depth)s
    )
    SELECT id, level FROM found
"""
_BELOW = """
    WITH RECURSIVE found AS (
        SELECT id, 1 AS level FROM catalog_category WHERE id = ANY(%(ids)s)
        UNION
        SELECT narrower.id, level + 1
        FROM found JOIN catalog_category AS narrower ON narrower.parent_id = found.id
        WHERE level <= %(depth)s
    )
    SELECT id, max(level) FROM found GROUP BY id
"""
_PATH = """
    ARRAY(
        WITH RECURSIVE found AS (
            SELECT name, parent_id, 1 AS level FROM catalog_category AS own WHERE own.id = {column}
            UNION ALL
            SELECT wider.name, wider.parent_id, level + 1
            FROM found JOIN catalog_category AS wider ON wider.id = found.parent_id
            WHERE level < %s
        )
        SELECT name FROM found ORDER BY level DESC
    )
"""
