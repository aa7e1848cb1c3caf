"""Collaborative vectors at the time of an answer: the choices of shoppers with the same taste.

A shopper's vector is computed from their own events and the stored vectors of products, by one step
of the alternating least squares that made those (Hu, Koren and Volinsky, ICDM 2008, equation 4).

New products have no vector. They keep the place that their photo gives them: only products with a
vector exchange places (`exchange`), so that collaboration never ranks a new product lower.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from core.tenancy import scoped_shop_id

Floats = NDArray[np.float32]

DIMENSIONS = 32
# Chosen by `manage.py evaluate_together`. Confidence is that in an interaction of full strength; no
# interaction has 1.
CONFIDENCE, REGULARIZATION = 5.0, 10.0
# A shopper with fewer products has no taste that others could share.
MIN_PRODUCTS = 3
# How many neighbours of a shopper's products become candidates of their feed.
MAX_NEIGHBOUR_CANDIDATES = 40
MAX_DEVIATIONS = 2.5


@dataclass(frozen=True, slots=True)
class Collaboration:
    """A shopper's collaborative vector (d,), and the products that others liked with theirs.

    `neighbours` are ids of products, best first.
    """

    vector: Floats
    neighbours: list[UUID]

    def score(self, product_ids: Sequence[UUID | None]) -> Floats:
        """Return how well products fit, (n,), from -1 to 1; NaN without a vector.

        Makes one query, in the shop's scope.
        """
        vectors = _read_vectors({pk for pk in product_ids if pk})
        scores = np.full(len(product_ids), np.nan, np.float32)
        for place, pk in enumerate(product_ids):
            if pk in vectors:
                scores[place] = vectors[pk] @ self.vector
        return standardise(scores)


def read_collaboration(strengths: Mapping[UUID, float]) -> Collaboration | None:
    """Return what others say to a shopper who chose images with these strengths, up to 1.

    A negative strength is a dislike. None without enough events, of the shopper or of the shop.
    Makes one query, in the shop's scope.
    """
    if not strengths:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, {"images": list(strengths), "shop": scoped_shop_id()})
        rows = cursor.fetchall()
    chosen: dict[UUID, float] = {}
    vectors: dict[UUID, Floats] = {}
    liked: dict[UUID, list[tuple[str, float, int]]] = {}
    for image_id, product_id, vector, neighbours, _ in rows:
        strength = strengths[image_id]
        chosen[product_id] = max(chosen.get(product_id, strength), strength, key=abs)
        vectors[product_id], liked[product_id] = decode(vector), json.loads(neighbours)
    if sum(strength > 0 for strength in chosen.values()) < MIN_PRODUCTS:
        return None
    gram = np.frombuffer(rows[0][-1], np.float32).reshape(DIMENSIONS, DIMENSIONS)
    ids = list(chosen)
    vector = fold_in(
        np.stack([vectors[pk] for pk in ids]),
        np.array([chosen[pk] for pk in ids], np.float32),
        gram,
    )
    return Collaboration(vector, _merge(liked, chosen))


def standardise(scores: Floats) -> Floats:
    """Return each score's position among all, (n,), from -1 to 1; NaN stays."""
    if np.isnan(scores).all():
        return scores
    scale = max(float(np.nanstd(scores)) * MAX_DEVIATIONS, 1e-6)
    positions: Floats = (scores - float(np.nanmean(scores))) / scale
    return positions.clip(-1, 1)


def fold_in(vectors: Floats, strengths: Floats, gram: Floats) -> Floats:
    """Return the vector (d,) of a shopper who chose products with these vectors (n, d).

    `gram` (d, d) is Yᵀ Y of all products. A negative strength is a dislike.
    """
    confidence = CONFIDENCE * strengths
    penalty = REGULARIZATION * np.eye(len(gram), dtype=np.float32)
    normal = gram + penalty + (vectors.T * (np.abs(confidence) - 1)) @ vectors
    found: Floats = np.linalg.solve(normal, vectors.T @ confidence.clip(min=0))
    return found.astype(np.float32)


def weigh_in(relevance: Floats, taste: Floats, fit: Floats, weight: float) -> Floats:
    """Return what collaboration adds to the score of each candidate, (n,).

    A candidate's own score is its relevance and its weighted taste; `fit` is -1 to 1, NaN without a
    vector. Candidates that the search did not find have a relevance of 0. Among those with a vector
    they count as its last ones, so that a good fit brings them in.
    """
    if np.isnan(fit).all():
        return np.zeros_like(relevance)
    found = relevance[relevance > 0]
    lowest = found.min() if found.size else 0.0
    own = relevance + taste
    added: Floats = exchange(own, np.maximum(relevance, lowest) + taste + weight * fit) - own
    return added


def weigh_in_by_level(
    relevance: Floats, taste: Floats, fit: Floats, weight: float, levels: NDArray[np.int_]
) -> Floats:
    """Do `weigh_in` for the candidates of each level (n,) by themselves: places are theirs."""
    added = np.zeros_like(relevance)
    for level in np.unique(levels):
        rows = levels == level
        added[rows] = weigh_in(relevance[rows], taste[rows], fit[rows], weight)
    return added


def exchange(own: Floats, wanted: Floats) -> Floats:
    """Return `own` scores (n,), exchanged so that they have the order of the `wanted` ones.

    Rows with NaN in `wanted` keep their score, and so their rank among all.
    """
    exchanged = own.copy()
    rows = np.flatnonzero(~np.isnan(wanted))
    # Ties keep the order of their own scores.
    order = rows[np.lexsort((own[rows], wanted[rows]))]
    exchanged[order] = np.sort(own[rows])
    return exchanged


def decode(vector: bytes) -> Floats:
    return np.frombuffer(vector, np.float16).astype(np.float32)


def _merge(
    liked: Mapping[UUID, Sequence[tuple[str, float, int]]], chosen: Mapping[UUID, float]
) -> list[UUID]:
    """Return the neighbours of all liked products, by the sum of their scores."""
    sums: defaultdict[UUID, float] = defaultdict(float)
    for product_id, neighbours in liked.items():
        for neighbour, score, _ in neighbours:
            sums[UUID(neighbour)] += chosen[product_id] * score
    new = (pk for pk, total in sums.items() if pk not in chosen and total > 0)
    return sorted(new, key=lambda pk: (-sums[pk], pk))


def _read_vectors(product_ids: Collection[UUID]) -> dict[UUID, Floats]:
    with connection.cursor() as cursor:
        cursor.execute(_VECTORS, [list(product_ids), scoped_shop_id()])
        return {pk: decode(vector) for pk, vector in cursor.fetchall()}


# Plain SQL: building these queries for every answer takes longer than running them.
_CHOSEN = """
    SELECT image.id, image.product_id, affinity.vector, affinity.liked, state.gram
    FROM recommendations_affinitystate AS state
    JOIN catalog_image AS image ON image.id = ANY(%(images)s) AND image.shop_id = state.shop_id
    JOIN recommendations_productaffinity AS affinity
        ON affinity.product_id = image.product_id AND affinity.vector IS NOT NULL
    WHERE state.shop_id = %(shop)s AND state.gram IS NOT NULL
"""
_VECTORS = """
    SELECT product_id, vector FROM recommendations_productaffinity
    WHERE product_id = ANY(%s) AND shop_id = %s AND vector IS NOT NULL
"""
