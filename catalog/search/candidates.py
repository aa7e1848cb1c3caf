"""Find candidates for an answer: images near to a vector, and images with the words of a text.

Query vectors are float32 (d,) with norm 1, similarities cosines (-1 to 1).
"""

import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import numpy as np
import structlog
from django.db import connection
from numpy.typing import NDArray

from catalog.indexing.garment_vectors import find_image_id
from catalog.indexing.indexes import mark_incomplete
from catalog.models import CollectionAddress, GarmentVectors, Image, IndexEntry, VectorIndex
from catalog.search.filters import FacetFilter
from catalog.vocabulary.terms import make_key, read_units, write_number
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
MAX_WORDS = 16
# A word of more images is too common to prefer some of them.
MAX_HITS = 200
# Of the collections' answers that a process remembers; all of them take at most about 30 MB.
MAX_REMEMBERED, MAX_REMEMBERED_COUNT, MAX_REMEMBERED_FILTER = 1_000, 300, 1_000
# What changes a collection without being counted, such as a restored backup, is seen after this.
MAX_AGE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class NearestImages:
    """Ids of images and their similarities, the nearest first; `exact` compared every embedding."""

    ids: list[UUID]
    similarities: Vectors
    answered_by: Literal["index", "exact"]


@dataclass(frozen=True, slots=True)
class TextMatches:
    """Images with rare words of a text, the best first, and those with all of its words.

    A share is the weight of the words that an image has, divided by the weight of all words: above
    0, up to 1. `by_code`: images of which the text is the SKU of a variant, or the shop's own id.
    """

    shares: dict[UUID, float]
    holding_all: frozenset[UUID]
    by_code: frozenset[UUID] = frozenset()

    def merge(self, other: "TextMatches") -> "TextMatches":
        """Return the matches of two texts that mean the same: of each image the better share."""
        shares = {
            pk: max(self.shares.get(pk, 0.0), other.shares.get(pk, 0.0))
            for pk in (*self.shares, *other.shares)
        }
        best = sorted(shares, key=lambda pk: (-shares[pk], str(pk)))
        return TextMatches(
            {pk: shares[pk] for pk in best},
            self.holding_all | other.holding_all,
            self.by_code | other.by_code,
        )

    def narrow_to_code(self) -> "TextMatches":
        """Return only the images that the text is a code of."""
        return TextMatches(dict.fromkeys(sorted(self.by_code), 1.0), self.by_code, self.by_code)


NO_TEXT_MATCHES = TextMatches({}, frozenset())


def find_nearest(
    *, index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter
) -> NearestImages:
    """Return up to `count` images near to a vector; the caller checks them in Postgres.

    If the collection is incomplete or fails, this compares every embedding.
    """
    if index.is_complete:
        try:
            where = None if facets == FacetFilter() else facets.where()
            neighbours = _find_neighbours(index, vector, count, where)
        except CollectionUnusable as error:
            _log_exact(index, error)
            mark_incomplete(index)
        except VectorStoreUnavailable as error:
            _log_exact(index, error.__cause__ or error)
        else:
            return _make_nearest(neighbours, "index")
    return find_exactly(index=index, vector=vector, count=count, facets=facets)


def _log_exact(index: VectorIndex, error: BaseException) -> None:
    log.warning(
        "search_is_exact",
        shop=str(index.shop_id),
        index=str(index.pk),
        node=index.node,
        error=error,
    )


def find_exactly(
    *, index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter
) -> NearestImages:
    """Return the `count` nearest searchable images with the facets, comparing every embedding.

    A few thousand embeddings are in memory at a time. Needs the shop's scope.
    """
    images = Image.objects.searchable().filter(facets.condition())
    entries = IndexEntry.objects.filter(index=index, image__in=images).embedded()
    best = Neighbours([], np.empty(0, np.float32))
    rows = entries.values_list("image_id", "embedding").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        best = _merge(best, _compare_photos(chunk, vector, count), count)
    for found in _compare_garments(index, entries, vector, count):
        best = _merge(best, found, count)
    return _make_nearest(best, "exact")


def _find_neighbours(
    index: VectorIndex, vector: Vectors, count: int, where: dict[str, Any] | None
) -> Neighbours:
    """Return the nearest images, from memory if the collection was asked the same since it changed.

    Common prompts and those of open pages are asked again and again, and a query of the collection
    takes several milliseconds.
    """
    parts = (
        CollectionAddress(index.node, index.collection),
        index.max_garments,
        vector.tobytes(),
        count,
        json.dumps(where),
    )
    if count > MAX_REMEMBERED_COUNT or len(parts[-1]) > MAX_REMEMBERED_FILTER:
        return _query_collection(*parts)
    return _query_once(index.changes, int(time.monotonic() // MAX_AGE_SECONDS), *parts)


@lru_cache(maxsize=MAX_REMEMBERED)
def _query_once(changes: int, period: int, *parts: Any) -> Neighbours:
    """Query a collection once in a period, while its count of changes stays the same."""
    return _query_collection(*parts)


def _query_collection(
    address: CollectionAddress, max_garments: int, vector: bytes, count: int, where: str
) -> Neighbours:
    """Return the nearest images, each once: a photo with garments has several vectors.

    The vector is float32 (d,), the filter JSON.
    """
    store, size = get_vector_store(address.node), count
    wanted, conditions = np.frombuffer(vector, np.float32), json.loads(where)
    if max_garments:
        size *= 2
    while True:
        found = store.query(address.name, wanted, count=size, where=conditions)
        best = _keep_best(found, count) if max_garments else found
        # With so many vectors, there are enough images in any case.
        is_enough = size >= count * (1 + max_garments)
        if is_enough or len(best.ids) == count or len(found.ids) < size:
            return best
        size = min(2 * size, count * (1 + max_garments))


def _compare_photos(chunk: list[tuple[UUID, bytes]], vector: Vectors, count: int) -> Neighbours:
    matrix: NDArray[np.float16] = np.frombuffer(
        b"".join(embedding for _, embedding in chunk), np.float16
    ).reshape(len(chunk), -1)
    return search_exactly(vector, [str(pk) for pk, _ in chunk], matrix, count)


def _compare_garments(
    index: VectorIndex, entries: Any, vector: Vectors, count: int
) -> Iterator[Neighbours]:
    """Yield the photos of these entries with the nearest garments, chunk by chunk."""
    if not index.max_garments:
        return
    stored = GarmentVectors.objects.of(index).current().filter(image__in=entries.values("image"))
    rows = stored.values_list("image_id", "count", "embeddings").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        counts = [garments for _, garments, _ in chunk]
        matrix: NDArray[np.float16] = np.frombuffer(
            b"".join(data for *_, data in chunk), np.float16
        ).reshape(sum(counts), -1)
        starts = np.cumsum([0, *counts[:-1]])
        best = np.maximum.reduceat(matrix.astype(np.float32) @ vector, starts)
        order = np.argsort(-best, kind="stable")[:count]
        yield Neighbours([str(chunk[place][0]) for place in order], best[order])


def _keep_best(found: Neighbours, count: int) -> Neighbours:
    """Return each image once, with the similarity of its nearest vector."""
    first: dict[str, int] = {}
    for place, vector_id in enumerate(found.ids):
        first.setdefault(find_image_id(vector_id), place)
    ids = list(first)[:count]
    return Neighbours(ids, found.similarities[[first[pk] for pk in ids]])


def _merge(best: Neighbours, found: Neighbours, count: int) -> Neighbours:
    ids = best.ids + found.ids
    similarities = np.concatenate([best.similarities, found.similarities])
    order = np.argsort(-similarities, kind="stable")
    return _keep_best(Neighbours([ids[i] for i in order], similarities[order]), count)


def find_by_words(texts: Sequence[str], *, language: str) -> TextMatches:
    """Return searchable images with rare words of a text in name, description, brand or numbers.

    The texts mean the same: of each image the best share counts. A word's weight is its inverse
    document frequency: 0 if more than `MAX_HITS` images have it; a word of no image weighs as much
    as a word of one image. A text that is the SKU of a variant, or the shop's own id of a product,
    finds its images first. Needs the shop's scope and its language; makes one query.
    """
    key = make_key(scoped_shop_id())
    by_text = [
        [write_number(text, key=key), *(unit.query for unit in units[:MAX_WORDS])]
        for text in dict.fromkeys(texts)
        for units in [read_units(text, language=language, key=key)]
    ]
    images = _find_images(dict.fromkeys(query for queries in by_text for query in queries))
    found = NO_TEXT_MATCHES
    for numbered, *units in by_text:
        found = found.merge(_weigh([images[unit] for unit in units]))
        if ids := images[numbered]:
            coded = frozenset(ids)
            found = found.merge(TextMatches(dict.fromkeys(ids, 1.0), coded, coded))
    return found


def _weigh(images_by_unit: Sequence[Sequence[UUID]]) -> TextMatches:
    weights: defaultdict[UUID, float] = defaultdict(float)
    counts: defaultdict[UUID, int] = defaultdict(int)
    total = 0.0
    for ids in images_by_unit:
        weight = math.log(1 + MAX_HITS / max(len(ids), 1)) if len(ids) <= MAX_HITS else 0.0
        total += weight
        for pk in ids:
            counts[pk] += 1
            weights[pk] += weight
    best = sorted((pk for pk in weights if weights[pk]), key=lambda pk: (-weights[pk], str(pk)))
    return TextMatches(
        {pk: weights[pk] / total for pk in best},
        frozenset(pk for pk in best if counts[pk] == len(images_by_unit)),
    )


def _find_images(queries: Iterable[str]) -> defaultdict[str, list[UUID]]:
    """Return the images of each query, at most one more than `MAX_HITS` of them."""
    wanted = [query for query in queries if query]
    found: defaultdict[str, list[UUID]] = defaultdict(list)
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_IMAGES, [wanted, MAX_HITS + 1])
        for number, pk in cursor.fetchall():
            found[wanted[number - 1]].append(pk)
    return found


def find_brands(words: Sequence[str], *, language: str) -> list[str]:
    """Return the brands of images that have one of the words; needs the shop's scope."""
    key = make_key(scoped_shop_id())
    units = read_units(" ".join(words), language=language, key=key)[:MAX_WORDS]
    if not units:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BRANDS, [[unit.query for unit in units], MAX_HITS])
        return [brand for (brand,) in cursor.fetchall()]


_IMAGES = """
    SELECT number, image_id FROM unnest(%s::text[]) WITH ORDINALITY AS given (query, number)
    CROSS JOIN LATERAL find_images(query::tsquery, '{published}', %s) AS image_id
"""
_BRANDS = """
    SELECT DISTINCT brand FROM unnest(%s::text[]) AS query
    CROSS JOIN LATERAL find_images(query::tsquery, '{published}', %s) AS found (image_id)
    JOIN catalog_image ON catalog_image.id = found.image_id
    WHERE brand <> ''
"""


def _make_nearest(neighbours: Neighbours, by: Literal["index", "exact"]) -> NearestImages:
    return NearestImages([UUID(pk) for pk in neighbours.ids], neighbours.similarities, by)
