"""The candidates of an answer with all that ranking wants to know of them.

Found by vector and by words, checked against live rows of the shop; embeddings are float32 (n, d)
with norm 1, and zero for an image that waits to be embedded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.indexing.facets import FacetFilter
from catalog.indexing.indexes import decode_embedding
from catalog.models import Image, VectorIndex
from catalog.search.candidates import Worded, find_exactly, find_nearest
from catalog.search.image_facts import Facts, facts_of
from catalog.search.public_images import public_image, read_rows
from core.ml.vector_store import Vectors
from recommendations.ranking.popularity import popularity_of
from recommendations.ranking.rank import fuse

SPARE, OVERFETCH, LARGEST = 20, 2, 300


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
    rows: Mapping[UUID, Mapping[str, Any]]

    def image(self, pk: UUID) -> dict[str, Any]:
        return public_image(self.rows[pk])


def gather(
    *,
    index: VectorIndex,
    vector: Vectors | None,
    worded: Worded,
    facets: FacetFilter,
    count: int,
    text_weight: float,
    listed: Sequence[UUID] = (),
    also: Collection[UUID] = (),
) -> Pool:
    """Return what may answer: near to the vector, found by words, or named by `also`.

    Without a vector the images that are `listed`, the best first, stand for the nearest.

    Where too few that the collection names are live, every embedding is compared.
    """
    size = min(count * OVERFETCH + SPARE, LARGEST)
    also = [*islice(worded.shares, size), *also]
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
    relevance = fuse(nearest, worded.shares, text_weight=text_weight)
    rows = read_rows(index, _allowed(list(dict.fromkeys([*nearest, *also])), facets))
    facts = [facts_of(row) for row in rows]
    dimensions = max((len(row["embedding"] or b"") // 2 for row in rows), default=0)
    waiting = np.zeros(dimensions, np.float32)
    vectors = [
        decode_embedding(row["embedding"]) if row["embedding"] is not None else waiting
        for row in rows
    ]
    matrix = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    known = popularity_of([fact.id for fact in facts])
    popularity = [known.get(fact.id, 0.0) for fact in facts]
    shown = {row["id"]: row for row in rows}
    return Pool(facts, matrix, popularity, relevance, worded.holding_all, answered_by, shown)


def _allowed(ids: Sequence[UUID], facets: FacetFilter) -> list[UUID]:
    """Return those of the images that have the facets; most queries ask for none."""
    excluded = set(facets.exclude)
    left = [pk for pk in ids if str(pk) not in excluded]
    facets = replace(facets, exclude=())
    if facets == FacetFilter():
        return left
    images = Image.objects.filter(facets.condition(), pk__in=left)
    return list(images.values_list("pk", flat=True))
