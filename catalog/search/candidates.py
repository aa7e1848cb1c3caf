"""Find candidates for an answer: images near to a vector, and images with the words of a text.

Query vectors are float32 (d,) with norm 1, similarities cosines (-1 to 1).
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Literal
from uuid import UUID

import numpy as np
import structlog
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from catalog.facts.precedence import (
    SeenFacet,
    WantedKind,
    want_colours,
    want_kinds,
    want_patterns,
)
from catalog.indexing.garment_vectors import find_image_id
from catalog.indexing.indexes import mark_incomplete
from catalog.models import (
    AgeGroup,
    GarmentVectors,
    Image,
    IndexEntry,
    Style,
    VectorIndex,
)
from core.ml.vector_store import (
    CollectionUnusable,
    Neighbours,
    Vectors,
    VectorStoreUnavailable,
    get_vector_store,
    search_exactly,
)

log = structlog.get_logger(__name__)

CHUNK = 5_000
MAX_WORDS = 16
# A word of more images is too common to prefer some of them.
MAX_HITS = 200


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Facets that an image must have: of each one that is set, any of the values.

    Chroma's condition narrows the candidates, so that enough of them are left. Postgres checks them
    again, and also price and availability: they change often, and Chroma has no copy of them.
    Kinds, colours and patterns match what the shop states, and where it states nothing what its
    photo shows, unless `only_stated` is set. `categories` are ids, those of narrower categories
    included (`catalog.taxonomy.tree.list_narrower`).
    """

    categories: tuple[UUID, ...] = ()
    styles: tuple[Style, ...] = ()
    age_groups: tuple[AgeGroup, ...] = ()
    colours: tuple[str, ...] = ()
    kinds: tuple[WantedKind, ...] = ()
    patterns: tuple[str, ...] = ()
    only_stated: bool = False
    genders: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    availability: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    exclude: tuple[str, ...] = ()

    def where(self) -> dict[str, Any] | None:
        """Return the filter in Chroma's query language; None if it has no condition there."""
        clauses: list[dict[str, Any]] = [
            {name: {"$in": list(values)}}
            for name, values in (
                ("category", [str(pk) for pk in self.categories]),
                ("age_group", [str(group.pk) for group in self.age_groups]),
                ("gender", [gender.lower() for gender in self.genders]),
                ("brand", [brand.lower() for brand in self.brands]),
            )
            if values
        ]
        seen = self._make_seen_facets()
        clauses += [facet.where(only_stated=self.only_stated) for facet in seen]
        if self.styles:
            wanted = [{"styles": {"$contains": str(style.pk)}} for style in self.styles]
            clauses.append(wanted[0] if len(wanted) == 1 else {"$or": wanted})
        if len(clauses) > 1:
            return {"$and": clauses}
        return clauses[0] if clauses else None

    def condition(self) -> Q:
        """Return the filter as a condition on `Image`."""
        condition = ~Q(pk__in=self.exclude) if self.exclude else Q()
        if self.categories:
            condition &= Q(category__in=self.categories)
        if self.age_groups:
            condition &= Q(age_group__in=self.age_groups)
        if self.styles:
            # A subquery, since a join would return an image once for each of its styles.
            links: Any = Image.styles.through
            having = links.objects.filter(style__in=self.styles)
            condition &= Q(pk__in=having.values("image_id"))
        for name, values in (
            ("gender", self.genders),
            ("brand", self.brands),
        ):
            if values:
                condition &= Q(
                    *(Q(**{f"{name}__iexact": value}) for value in values), _connector=Q.OR
                )
        for facet in self._make_seen_facets():
            condition &= facet.condition(only_stated=self.only_stated)
        if self.availability:
            condition &= Q(availability__in=self.availability)
        if self.price_min is not None:
            condition &= Q(price__gte=self.price_min)
        if self.price_max is not None:
            condition &= Q(price__lte=self.price_max)
        return condition

    def _make_seen_facets(self) -> Iterator[SeenFacet]:
        """Yield the facets that are set, of those that photos show too."""
        if self.kinds:
            yield want_kinds(self.kinds)
        if self.colours:
            yield want_colours(self.colours)
        if self.patterns:
            yield want_patterns(self.patterns)


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
    0, up to 1.
    """

    shares: dict[UUID, float]
    holding_all: frozenset[UUID]

    def merge(self, other: "TextMatches") -> "TextMatches":
        """Return the matches of two texts that mean the same: of each image the better share."""
        shares = {
            pk: max(self.shares.get(pk, 0.0), other.shares.get(pk, 0.0))
            for pk in (*self.shares, *other.shares)
        }
        best = sorted(shares, key=lambda pk: (-shares[pk], str(pk)))
        return TextMatches({pk: shares[pk] for pk in best}, self.holding_all | other.holding_all)


NO_TEXT_MATCHES = TextMatches({}, frozenset())


def find_nearest(
    *, index: VectorIndex, vector: Vectors, count: int, facets: FacetFilter
) -> NearestImages:
    """Return up to `count` images near to a vector; the caller checks them in Postgres.

    If the collection is incomplete or fails, this compares every embedding.
    """
    if index.is_complete:
        try:
            neighbours = _query_collection(index, vector, count, facets.where())
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


def _query_collection(
    index: VectorIndex, vector: Vectors, count: int, where: dict[str, Any] | None
) -> Neighbours:
    """Return the nearest images, each once: a photo with garments has several vectors."""
    store, size = get_vector_store(index.node), count
    if index.max_garments:
        size *= 2
    while True:
        found = store.query(index.collection, vector, count=size, where=where)
        best = _keep_best(found, count) if index.max_garments else found
        # With so many vectors, there are enough images in any case.
        is_enough = size >= count * (1 + index.max_garments)
        if is_enough or len(best.ids) == count or len(found.ids) < size:
            return best
        size = min(2 * size, count * (1 + index.max_garments))


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


def find_by_words(text: str) -> TextMatches:
    """Return searchable images with rare words of a text in name, description, brand or numbers.

    A word's weight is its inverse document frequency: 0 if more than `MAX_HITS` images have
    it; a word of no image weighs as much as a word of one image. Needs the shop's scope.
    """
    words = list(dict.fromkeys(re.findall(r"\w+", text.lower())))[:MAX_WORDS]
    images_by_word: defaultdict[int, list[UUID]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_WORD_IMAGES, [Image.SEARCH_CONFIG, words, MAX_HITS + 1])
        for word, is_term, pk in cursor.fetchall():
            if is_term:
                images_by_word[word].append(pk)
    weights: defaultdict[UUID, float] = defaultdict(float)
    counts: defaultdict[UUID, int] = defaultdict(int)
    total = 0.0
    for found in images_by_word.values():
        ids = [pk for pk in found if pk is not None]
        weight = math.log(1 + MAX_HITS / max(len(ids), 1)) if len(ids) <= MAX_HITS else 0.0
        total += weight
        for pk in ids:
            counts[pk] += 1
            weights[pk] += weight
    best = sorted((pk for pk in weights if weights[pk]), key=lambda pk: (-weights[pk], str(pk)))
    return TextMatches(
        {pk: weights[pk] / total for pk in best},
        frozenset(pk for pk in best if counts[pk] == len(images_by_word)),
    )


def find_brands(words: Sequence[str]) -> list[str]:
    """Return the brands of images that have one of the words; needs the shop's scope."""
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BRANDS, [list(words[:MAX_WORDS]), Image.SEARCH_CONFIG, MAX_HITS])
        return [brand for (brand,) in cursor.fetchall()]


# Each word with the images that have it, or with none. A stop word ("the") is no search term.
_WORD_IMAGES = """
    WITH terms AS (
        SELECT number, plainto_tsquery(%s::regconfig, word) AS term
        FROM unnest(%s::text[]) WITH ORDINALITY AS given (word, number)
    )
    SELECT number, numnode(term) > 0, image_id
    FROM terms LEFT JOIN LATERAL search_images(term, '{published}', %s) AS image_id ON true
"""


_BRANDS = """
    SELECT DISTINCT brand
    FROM unnest(%s::text[]) AS word
    CROSS JOIN LATERAL
        search_images(plainto_tsquery(%s::regconfig, word), '{published}', %s) AS found (image_id)
    JOIN catalog_image ON catalog_image.id = found.image_id
    WHERE brand <> ''
"""


def _make_nearest(neighbours: Neighbours, by: Literal["index", "exact"]) -> NearestImages:
    return NearestImages([UUID(pk) for pk in neighbours.ids], neighbours.similarities, by)
