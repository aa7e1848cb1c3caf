"""The images nearest to a vector: candidates from Chroma, checked against live rows.

Query vectors are float32 (d,) with norm 1, similarities cosines (-1 to 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray

from catalog.facets import FacetFilter
from catalog.indexes import mark_incomplete
from catalog.models import Image, IndexEntry, VectorIndex
from core.ml.vectors import (
    CollectionUnusable,
    Neighbours,
    Vectors,
    VectorStoreUnavailable,
    nearest,
    vector_store,
)

log = structlog.get_logger(__name__)

OVERFETCH = 2
SPARE = 20
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """Live images and their similarities, the nearest first, and who found them."""

    images: list[Image]
    similarities: list[float]
    answered_by: Literal["index", "exact"]


def find_nearest(*, index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter) -> Found:
    """Return up to `count` searchable images of the index's shop that have the facets.

    Asks the collection, unless it is incomplete, fails, or leaves too few after the check
    against Postgres; then every embedding is compared. Needs the shop's scope.
    """
    if index.is_complete:
        wanted = count * OVERFETCH + SPARE
        try:
            neighbours = vector_store(index.node).query(
                index.collection, vector, count=wanted, where=facets.where()
            )
        except CollectionUnusable as error:
            log.warning("search_is_exact", index=str(index.pk), error=str(error))
            mark_incomplete(index)
        except VectorStoreUnavailable as error:
            log.warning("search_is_exact", index=str(index.pk), error=str(error.__cause__ or error))
        else:
            found = _check(neighbours, facets, count, "index")
            if len(found.images) == count:
                return found
    return _check(_search_exactly(index, vector, count, facets), facets, count, "exact")


def _check(
    neighbours: Neighbours, facets: FacetFilter, count: int, by: Literal["index", "exact"]
) -> Found:
    """Keep the first `count` that Postgres says are live, this shop's, and have the facets."""
    similarities = dict(zip(neighbours.ids, neighbours.similarities.tolist(), strict=True))
    # Mostly all of the first are; the spare ones are looked up only in place of those that fail.
    images = _live(neighbours.ids[:count], facets)
    if len(images) < count:
        images += _live(neighbours.ids[count:], facets)[: count - len(images)]
    return Found(images, [similarities[str(image.pk)] for image in images], by)


def _live(ids: list[str], facets: FacetFilter) -> list[Image]:
    """Return those of the images that Postgres lets through, in the order of the ids."""
    if not ids:
        return []
    rows = (
        Image.objects.searchable()
        .filter(facets.condition(), pk__in=ids)
        .select_related("category", "age_group")
        .prefetch_related("styles")
        .defer("search", "original")
        .order_by()
    )
    found = {str(image.pk): image for image in rows}
    return [found[pk] for pk in ids if pk in found]


def _search_exactly(
    index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter
) -> Neighbours:
    """Compare every embedding that may count, a few thousand at a time."""
    entries = IndexEntry.objects.filter(
        index=index, image__in=Image.objects.searchable().filter(facets.condition())
    ).embedded()
    best = Neighbours([], np.empty(0, np.float32))
    rows = entries.values_list("image_id", "embedding").iterator(chunk_size=CHUNK)
    chunk: list[tuple[UUID, bytes]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            best = _merge(best, chunk, vector, count)
            chunk = []
    return _merge(best, chunk, vector, count)


def _merge(
    best: Neighbours, chunk: list[tuple[UUID, bytes]], vector: Vectors, count: int
) -> Neighbours:
    if not chunk:
        return best
    matrix: NDArray[np.float16] = np.frombuffer(
        b"".join(embedding for _, embedding in chunk), np.float16
    ).reshape(len(chunk), -1)
    found = nearest(vector, [str(pk) for pk, _ in chunk], matrix, count)
    ids = best.ids + found.ids
    similarities = np.concatenate([best.similarities, found.similarities])
    order = np.argsort(-similarities, kind="stable")[:count]
    return Neighbours([ids[i] for i in order], similarities[order])
