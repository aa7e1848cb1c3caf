"""Rank each shopper's feed by photos alone, and with collaboration; find their next choice in it.

The ranking is the product's own code, with its defaults, on arrays instead of rows: the same taste,
relevance, neighbours, vectors and exchange of places. Popularity, rules, discoveries and diversity
take no part, since they are the same in both.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from evaluation.collaboration.shoppers import PlantedShop
from evaluation.statistics import Figure, mean_figure
from recommendations.affinity.cooccurrence import find_neighbours, sum_up
from recommendations.affinity.factorization import factorize
from recommendations.ranking.candidate_pool import count_candidates
from recommendations.ranking.collaboration import MAX_NEIGHBOUR_CANDIDATES, fold_in, weigh_in
from recommendations.ranking.collaboration import standardise as standardise_fit
from recommendations.ranking.rank import fuse
from recommendations.ranking.taste import LearnedTaste, score_learned_taste
from recommendations.steering.weights import Weights

Floats = NDArray[np.float32]
METHODS = CONTENT, COMBINED = ("photos alone", "with collaboration")
RESULTS = 20


@dataclass(frozen=True, slots=True)
class CollaborationFigures:
    """Of old or of new products: recall and NDCG by method, and the mean gain in NDCG."""

    products: str
    shoppers: int
    recall: Mapping[str, Figure | None]
    ndcg: Mapping[str, Figure | None]
    gain: Figure | None


def measure(shop: PlantedShop, *, weight: float | None = None) -> list[CollaborationFigures]:
    """Return the figures of old and of new products; `weight` is that of collaboration."""
    weights = Weights()
    weight = weights.collaboration if weight is None else weight
    places: defaultdict[str, list[dict[str, int | None]]] = defaultdict(list)
    for shopper, ranks in enumerate(_rank_all(shop, weights, weight)):
        kind = "new" if shop.is_new[shop.held_out[shopper]] else "old"
        places[kind].append(ranks)
    return [_summarise(kind, places[kind]) for kind in ("old", "new")]


def _rank_all(
    shop: PlantedShop, weights: Weights, weight: float
) -> Iterator[dict[str, int | None]]:
    """Yield the place of each shopper's next choice by method; None if it is not in the answer."""
    count = len(shop.embeddings)
    found = factorize(shop.events)
    if found is None:
        raise ValueError("These shoppers are too few.")
    vectors = np.full((count, found.vectors.shape[1]), np.nan, np.float32)
    vectors[found.products] = found.vectors
    totals = sum_up(shop.events, count)
    liked = dict(find_neighbours(shop.events, totals, np.arange(count)))
    for shopper, wanted in enumerate(shop.held_out.tolist()):
        mine = shop.events.units == shopper
        chosen, strengths = shop.events.products[mine], shop.events.strengths[mine]
        taste = (strengths[:, None] * shop.embeddings[chosen]).sum(axis=0)
        taste = (taste / np.linalg.norm(taste)).astype(np.float32)
        similarities = shop.embeddings @ taste
        # The feed hides nothing that was chosen, but a later choice is another product.
        similarities[chosen] = -1
        nearest = np.argsort(-similarities)[: count_candidates(RESULTS)].tolist()
        sums: defaultdict[int, float] = defaultdict(float)
        for product in chosen.tolist():
            for near in liked.get(product, ()):
                sums[near.product] += near.score
        also = sorted(sums.keys() - set(chosen.tolist()), key=lambda product: -sums[product])
        pool = list(dict.fromkeys([*nearest, *also[:MAX_NEIGHBOUR_CANDIDATES]]))
        relevance = fuse([UUID(int=n) for n in nearest], {}, text_weight=weights.text)
        own = np.array([relevance.get(UUID(int=n), 0.0) for n in pool], np.float32)
        tastes = score_learned_taste(shop.embeddings[pool], LearnedTaste(taste))
        known = ~np.isnan(vectors[chosen, 0])
        vector = fold_in(vectors[chosen[known]], strengths[known].astype(np.float32), found.gram)
        added = weigh_in(
            own, weights.taste * tastes, standardise_fit(vectors[pool] @ vector), weight
        )
        score = own + weights.taste * tastes
        yield {
            CONTENT: _find_place(score[: len(nearest)], nearest, wanted),
            COMBINED: _find_place(score + added, pool, wanted),
        }


def _find_place(scores: Floats, products: Sequence[int], wanted: int) -> int | None:
    order = np.argsort(-scores, kind="stable")[:RESULTS]
    return next((place for place, row in enumerate(order) if products[row] == wanted), None)


def _summarise(kind: str, places: Sequence[Mapping[str, int | None]]) -> CollaborationFigures:
    recall = {m: [float(ranks[m] is not None) for ranks in places] for m in METHODS}
    ndcg = {m: [_discount(ranks[m]) for ranks in places] for m in METHODS}
    gains = [after - before for before, after in zip(ndcg[CONTENT], ndcg[COMBINED], strict=True)]
    return CollaborationFigures(
        kind,
        len(places),
        {method: mean_figure(values) for method, values in recall.items()},
        {method: mean_figure(values) for method, values in ndcg.items()},
        mean_figure(gains),
    )


def _discount(place: int | None) -> float:
    return 0.0 if place is None else float(1 / np.log2(2 + place))
