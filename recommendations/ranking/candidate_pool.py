"""Gather the candidates of an answer, with everything that ranking needs to know about them.

Candidates come from the vector index and from full-text search, and are checked against the live
rows of the shop. Embeddings are float32 (n, d) with norm 1; zero for an image that has none yet.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.facts.descriptions import Description
from catalog.indexing.indexes import decode_embedding
from catalog.models import Image, VectorIndex
from catalog.search.candidates import NearestImages, TextMatches, find_exactly, find_nearest
from catalog.search.filters import FacetFilter
from catalog.search.public_images import (
    ImageFacts,
    describe_row,
    find_duplicates,
    select_pairs,
    select_rows,
    serialize_row,
)
from core.ml.vector_store import Vectors
from core.postgres.trips import SqlStatement, run_together
from core.tenancy import scoped_shop_id
from recommendations.ranking.rank import fuse

SPARE, OVERFETCH, MAX_CANDIDATES = 20, 2, 300
# Of a deep page: how many images are searched for each product of the pages before, and in all.
IMAGES_OF_A_PRODUCT, MAX_REACH = 3, 5_000
Searcher = Literal["index", "exact", ""]


@dataclass(frozen=True, slots=True)
class CandidatePool:
    """Live candidates: `facts`, `vectors` and `popularity` have one row for each.

    `garments` are the vectors (k, d) of the garments in a photo, None where it has none.
    `relevance` and `popularity` are 0 to 1. `holding_all` are the images that contain every word
    of the query. `duplicates` are the candidates whose photos are nearly the same. `answered_by` is
    empty where no vector was searched for. `has_more`: whether the search would find others, which
    are no more similar to the vector than `farthest`.
    """

    facts: list[ImageFacts]
    vectors: NDArray[np.float32]
    garments: list[Vectors | None]
    popularity: list[float]
    relevance: Mapping[UUID, float]
    holding_all: frozenset[UUID]
    duplicates: Mapping[UUID, frozenset[UUID]]
    answered_by: Searcher
    rows: Mapping[UUID, Mapping[str, Any]]
    has_more: bool = False
    farthest: float = 1.0
    _known: dict[UUID, Description] = field(default_factory=dict)

    @property
    def products(self) -> int:
        """The number of different products."""
        return len({facts.item for facts in self.facts})

    def compare(self, vector: Vectors) -> tuple[list[float], list[int | None]]:
        """Return each image's similarity to a vector (d,), and the number of the garment it is of.

        A garment's similarity counts if it is higher than that of the whole photo.
        """
        similarities = (self.vectors @ vector).tolist()
        numbers: list[int | None] = [None] * len(similarities)
        for place, garments in enumerate(self.garments):
            if garments is not None:
                own = garments @ vector
                best = int(own.argmax())
                if own[best] > similarities[place]:
                    similarities[place], numbers[place] = float(own[best]), best
        return similarities, numbers

    def describe(self, pk: UUID) -> Description:
        """Return the kinds, colours and patterns of an image, as stated or seen."""
        if pk not in self._known:
            self._known[pk] = describe_row(self.rows[pk])
        return self._known[pk]

    def make_public_image(self, pk: UUID) -> dict[str, Any]:
        return serialize_row(self.rows[pk])


def count_candidates(count: int) -> int:
    """Return how many candidates an answer of `count` results needs."""
    return min(count * OVERFETCH + SPARE, MAX_CANDIDATES)


def gather_candidates(
    *,
    index: VectorIndex,
    vector: Vectors | None,
    text_matches: TextMatches,
    facets: FacetFilter,
    count: int,
    size: int,
    text_weight: float,
    is_enough: Callable[[CandidatePool], bool] = lambda pool: True,
    listed: Sequence[UUID] = (),
    also: Collection[UUID] = (),
) -> CandidatePool:
    """Return up to `size` images near to the vector, those found by words, and those in `also`.

    Without a vector, the images in `listed`, best first, replace the nearest ones. More are
    gathered while there are more and `is_enough` returns false. If too few of the collection's
    candidates are live, search compares every embedding instead.
    """
    earlier = IMAGES_OF_A_PRODUCT * len(facets.exclude_products)
    also = [*islice(text_matches.shares, size + earlier), *also]
    dimensions = 0 if vector is None else vector.size

    def build(nearest: Sequence[UUID], searcher: Searcher) -> CandidatePool:
        relevance = fuse(nearest, text_matches.shares, text_weight=text_weight)
        left = _filter_by_facets(list(dict.fromkeys([*nearest, *also])), facets)
        near = frozenset(islice(filter(frozenset(nearest).__contains__, left), size))
        wanted = near.union(also)
        ids = [pk for pk in left if pk in wanted]
        return _build_pool(index, ids, relevance, text_matches.holding_all, searcher, dimensions)

    def build_listed() -> CandidatePool:
        has_more = len(listed) > size or len(listed) >= MAX_CANDIDATES
        return replace(build(listed, ""), has_more=has_more)

    def build_nearest(found: NearestImages, reach: int) -> CandidatePool:
        has_more = len(found.ids) == reach
        farthest = float(found.similarities[-1]) if has_more else 1.0
        return replace(build(found.ids, found.answered_by), has_more=has_more, farthest=farthest)

    while True:
        if vector is None:
            pool = build_listed()
        else:
            reach = min(size + earlier, MAX_REACH)
            found = find_nearest(index=index, vector=vector, count=reach, facets=facets)
            pool = build_nearest(found, reach)
        if not pool.has_more or size >= MAX_CANDIDATES or is_enough(pool):
            break
        size = min(2 * size, MAX_CANDIDATES)
    if vector is not None and pool.answered_by == "index" and len(pool.facts) < count:
        found = find_exactly(index=index, vector=vector, count=size, facets=facets)
        pool = build_nearest(found, size)
    return pool


def _build_pool(
    index: VectorIndex,
    ids: Sequence[UUID],
    relevance: Mapping[UUID, float],
    holding_all: frozenset[UUID],
    searcher: Searcher,
    dimensions: int,
) -> CandidatePool:
    """Build the pool of live images; `dimensions` is the query's, 0 without a vector."""
    found, pairs, popular = run_together(
        select_rows(index, ids),
        select_pairs(ids),
        SqlStatement(_POPULARITY, [list(ids), scoped_shop_id()]),
    )
    rows, popularity = found.as_dicts(), dict(popular.rows)
    facts = [ImageFacts.from_row(row) for row in rows]
    # Images that the query's words found may all wait for their embeddings.
    dimensions = max(dimensions, *(len(row["embedding"] or b"") // 2 for row in rows), 0)
    missing = np.zeros(dimensions, np.float32)
    vectors = [
        decode_embedding(row["embedding"]) if row["embedding"] is not None else missing
        for row in rows
    ]
    garments = [
        None
        if row["garments"] is None or not dimensions
        else decode_embedding(row["garments"]).reshape(-1, dimensions)
        for row in rows
    ]
    return CandidatePool(
        facts=facts,
        vectors=np.stack(vectors) if vectors else np.empty((0, 0), np.float32),
        garments=garments,
        popularity=[popularity.get(row["id"], 0.0) for row in rows],
        relevance=relevance,
        holding_all=holding_all,
        duplicates=find_duplicates(rows, pairs.rows),
        answered_by=searcher,
        rows={row["id"]: row for row in rows},
    )


def _filter_by_facets(ids: Sequence[UUID], facets: FacetFilter) -> list[UUID]:
    """Return the images that have the facets, in their order.

    Makes no query where only `exclude` is set.
    """
    excluded = set(facets.exclude)
    left = [pk for pk in ids if str(pk) not in excluded]
    facets = replace(facets, exclude=())
    if not left or facets == FacetFilter() or not facets.has_conditions:
        return left
    images = Image.objects.filter(facets.condition(), pk__in=left).order_by()
    found = set(images.values_list("pk", flat=True))
    return [pk for pk in left if pk in found]


# Plain SQL: building this query for every answer takes longer than running it.
_POPULARITY = """
    SELECT image_id, score FROM recommendations_imagepopularity
    WHERE image_id = ANY(%s) AND shop_id = %s
"""
