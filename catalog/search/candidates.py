"""Which images may answer: near to a vector, or holding words; checked against live rows.

Query vectors are float32 (d,) with norm 1, similarities cosines (-1 to 1).
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import numpy as np
import structlog
from django.db import connection
from numpy.typing import NDArray

from catalog.indexing.facets import FacetFilter
from catalog.indexing.indexes import mark_incomplete
from catalog.models import Image, IndexEntry, VectorIndex
from core.ml.vector_store import (
    CollectionUnusable,
    Neighbours,
    Vectors,
    VectorStoreUnavailable,
    get_vector_store,
    search_exactly,
)
from core.tenancy import scoped_shop_id

log = structlog.get_logger(__name__)

CHUNK = 5_000
MOST_WORDS = 16
# A word that more images hold tells none of them apart; the vectors know what it means.
COMMON = 200


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of images and their similarities, the nearest first, and who found them."""

    ids: list[UUID]
    similarities: Vectors
    answered_by: Literal["index", "exact"]


@dataclass(frozen=True, slots=True)
class Worded:
    """Images that hold rare words of a text, the best first, and those that hold all its words.

    A share (above 0, up to 1) is what an image holds of the worth of all that was asked for.
    """

    shares: dict[UUID, float]
    holding_all: frozenset[UUID]


NO_WORDS = Worded({}, frozenset())


def find_nearest(*, index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter) -> Found:
    """Return up to `count` images near to a vector by the collection, not yet checked.

    Where the collection is incomplete or fails, every embedding is compared.
    """
    if index.is_complete:
        try:
            neighbours = get_vector_store(index.node).query(
                index.collection, vector, count=count, where=facets.where()
            )
        except CollectionUnusable as error:
            log.warning("search_is_exact", index=str(index.pk), error=str(error))
            mark_incomplete(index)
        except VectorStoreUnavailable as error:
            cause = str(error.__cause__ or error)
            log.warning("search_is_exact", index=str(index.pk), error=cause)
        else:
            return _found(neighbours, "index")
    return find_exactly(index=index, vector=vector, count=count, facets=facets)


def find_exactly(*, index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter) -> Found:
    """Return the `count` nearest searchable images that have the facets, comparing every one.

    A few thousand embeddings are held at a time. Needs the shop's scope.
    """
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
    return _found(_merge(best, chunk, vector, count), "exact")


def find_by_words(text: str) -> Worded:
    """Return searchable images by the rare words of a text that they hold.

    Names, descriptions, brands and numbers are searched. A word counts the more, the fewer images
    hold it (inverse document frequency); one that too many hold counts for none, and one that none
    holds is worth as much as one that a single image holds.
    """
    words = list(dict.fromkeys(re.findall(r"\w+", text.lower())))[:MOST_WORDS]
    holders: defaultdict[int, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [Image.SEARCH_CONFIG, words, scoped_shop_id(), COMMON + 1])
        for word, is_meant, pk in cursor.fetchall():
            if is_meant:
                holders[word].append(pk)
    held: defaultdict[UUID, float] = defaultdict(float)
    counts: defaultdict[UUID, int] = defaultdict(int)
    asked = 0.0
    for found in holders.values():
        ids = [pk for pk in found if pk is not None]
        worth = math.log(1 + COMMON / max(len(ids), 1)) if len(ids) <= COMMON else 0.0
        asked += worth
        for pk in ids:
            counts[pk] += 1
            held[pk] += worth
    best = sorted((pk for pk in held if held[pk]), key=lambda pk: (-held[pk], str(pk)))
    return Worded(
        {pk: held[pk] / asked for pk in best},
        frozenset(pk for pk in best if counts[pk] == len(holders)),
    )


# Each word with the images that hold it, or with none; a word that is no search term ("the") not.
_HOLDERS = """
    WITH terms AS (
        SELECT number, plainto_tsquery(%s::regconfig, word) AS term
        FROM unnest(%s::text[]) WITH ORDINALITY AS given (word, number)
    )
    SELECT number, numnode(term) > 0, holder.id FROM terms LEFT JOIN LATERAL (
        SELECT id FROM catalog_image
        WHERE shop_id = %s AND deleted_at IS NULL AND status = 'published' AND search @@ term
        LIMIT %s
    ) AS holder ON true
"""


def _found(neighbours: Neighbours, by: Literal["index", "exact"]) -> Found:
    return Found([UUID(pk) for pk in neighbours.ids], neighbours.similarities, by)


def _merge(
    best: Neighbours, chunk: list[tuple[UUID, bytes]], vector: Vectors, count: int
) -> Neighbours:
    if not chunk:
        return best
    matrix: NDArray[np.float16] = np.frombuffer(
        b"".join(embedding for _, embedding in chunk), np.float16
    ).reshape(len(chunk), -1)
    found = search_exactly(vector, [str(pk) for pk, _ in chunk], matrix, count)
    ids = best.ids + found.ids
    similarities = np.concatenate([best.similarities, found.similarities])
    order = np.argsort(-similarities, kind="stable")[:count]
    return Neighbours([ids[i] for i in order], similarities[order])
