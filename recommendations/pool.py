"""The candidates of an answer with all that ranking wants to know of them.

Found by vector and by words, checked against live rows of the shop; embeddings are float32 (n, d)
with norm 1, and zero for an image that waits to be embedded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import numpy as np
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from numpy.typing import NDArray

from catalog.facets import FacetFilter
from catalog.indexes import decode_embedding
from catalog.models import Image, VectorIndex
from catalog.searching import Worded, find_by_words, find_exactly, find_nearest
from core.ml.vectors import Vectors
from recommendations.candidates import Facts
from recommendations.models import ImagePopularity
from recommendations.ranking import fuse

SPARE, OVERFETCH, LARGEST = 40, 2, 300
NO_WORDS = Worded([], frozenset())


@dataclass(frozen=True, slots=True)
class Pool:
    """Live candidates, one row each, and who found them.

    `relevance` is 1 for the first by vector and by words; `holding_all` are those that hold every
    word that was asked for; `popularity` is 0 to 1, a row each.
    """

    facts: list[Facts]
    vectors: NDArray[np.float32]
    popularity: list[float]
    relevance: Mapping[UUID, float]
    holding_all: frozenset[UUID]
    answered_by: Literal["index", "exact", ""]


def gather(
    *,
    index: VectorIndex,
    vector: Vectors | None,
    words: str,
    facets: FacetFilter,
    count: int,
    text_weight: float,
    listed: Sequence[UUID] = (),
    also: Collection[UUID] = (),
) -> Pool:
    """Return what may answer: near to the vector, holding the words, or named by `also`.

    Without a vector the images that are `listed`, the best first, stand for the nearest.

    Where too few that the collection names are live, every embedding is compared.
    """
    size = min(count * OVERFETCH + SPARE, LARGEST)
    worded = find_by_words(words, count=size) if words and text_weight > 0 else NO_WORDS
    if vector is None:
        return _pool(index, listed, worded, facets, text_weight, also, "")
    found = find_nearest(index=index, vector=vector, count=size, facets=facets)
    pool = _pool(index, found.ids, worded, facets, text_weight, also, found.answered_by)
    if found.answered_by == "index" and len(pool.facts) < count:
        found = find_exactly(index=index, vector=vector, count=size, facets=facets)
        pool = _pool(index, found.ids, worded, facets, text_weight, also, found.answered_by)
    return pool


def embeddings_of(index: VectorIndex, ids: Sequence[UUID]) -> dict[UUID, Vectors]:
    """Return the embeddings of those images that have one."""
    rows = Image.objects.live().filter(pk__in=ids, entries__index=index)
    return {
        pk: decode_embedding(data)
        for pk, data in rows.values_list("pk", "entries__embedding")
        if data is not None
    }


def _pool(
    index: VectorIndex,
    nearest: Sequence[UUID],
    worded: Worded,
    facets: FacetFilter,
    text_weight: float,
    also: Collection[UUID],
    answered_by: Literal["index", "exact", ""],
) -> Pool:
    relevance = fuse(nearest, worded.ids, text_weight=text_weight)
    rows = _rows(index, [*relevance, *also], facets)
    facts = [_facts(row) for row in rows]
    dimensions = max((len(row["embedding"] or b"") // 2 for row in rows), default=0)
    waiting = np.zeros(dimensions, np.float32)
    vectors = [
        decode_embedding(row["embedding"]) if row["embedding"] is not None else waiting
        for row in rows
    ]
    matrix = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    popularity = [row["popularity"] or 0.0 for row in rows]
    return Pool(facts, matrix, popularity, relevance, worded.holding_all, answered_by)


def _rows(index: VectorIndex, ids: Sequence[UUID], facets: FacetFilter) -> list[dict[str, Any]]:
    popular = ImagePopularity.objects.filter(image=OuterRef("pk")).values("score")
    styles = Image.styles.through.objects.filter(image=OuterRef("pk")).values("style__name")
    return list(
        Image.objects.searchable()
        .filter(facets.condition(), pk__in=ids, entries__index=index)
        .order_by()
        .values(
            "id",
            "item_group_id",
            "brand",
            "colour",
            "gender",
            "availability",
            "price",
            "created_at",
            kind=F("category__name"),
            ages=F("age_group__name"),
            embedding=F("entries__embedding"),
            named_styles=ArraySubquery(styles),
            popularity=Subquery(popular[:1]),
        )
    )


def _facts(row: Mapping[str, Any]) -> Facts:
    return Facts(
        id=row["id"],
        item=str(row["item_group_id"] or row["id"]),
        category=_text(row["kind"]),
        styles=frozenset(_text(name) for name in row["named_styles"]),
        age_group=_text(row["ages"]),
        brand=_text(row["brand"]),
        colour=_text(row["colour"]),
        gender=_text(row["gender"]),
        availability=str(row["availability"]),
        price=row["price"],
        created_at=row["created_at"],
    )


def _text(value: object) -> str:
    return str(value or "").lower()
