"""Find which products occur together more than by chance.

Two conditions make a pair significant: `MIN_TOGETHER` units have both products, so that no figure
shows what a single shopper did, and the log-likelihood ratio of their counts is above
`MIN_LIKELIHOOD_RATIO` (Dunning, Computational Linguistics 19(1), 1993, "Accurate methods for the
statistics of surprise and coincidence"). The ratio also removes popular products, which occur with
everything.

A pair's score is the cosine of the two products' columns of interactions (Sarwar et al., WWW 2001,
"Item-based collaborative filtering recommendation algorithms"), reduced where few units support it
(Bell and Koren, ICDM 2007, "Scalable collaborative filtering with jointly derived neighborhood
interpolation weights").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommendations.affinity.interactions import Numbers, Pairs
from recommendations.affinity.propensity import Floats

MIN_TOGETHER = 3
# The chance of a ratio as high without an association is 1 in 1,000 (chi-squared, 1 degree).
MIN_LIKELIHOOD_RATIO = 10.83
SHRINKAGE = 10.0
MAX_NEIGHBOURS = 20
# Bounds the memory of a step: how many pairs of products it may count.
MAX_STEP_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A product, by its number, its score from 0 to 1, and the number of units with both."""

    product: int
    score: float
    units: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Of each product, the number of its units and the sum of squares of their strengths.

    `units` is the number of all units.
    """

    units: int
    counts: Floats
    squares: Floats


def sum_up(pairs: Pairs, products: int) -> Totals:
    """Return the totals of products that have all their units in `pairs`."""
    return Totals(
        np.unique(pairs.units).size,
        np.bincount(pairs.products, minlength=products).astype(np.float64),
        np.bincount(pairs.products, pairs.strengths**2, products).astype(np.float64),
    )


def find_neighbours(
    pairs: Pairs, totals: Totals, wanted: Numbers
) -> Iterator[tuple[int, list[Neighbour]]]:
    """Yield each wanted product with its neighbours, best first; not those without any.

    All units of the wanted products must be in `pairs`.
    """
    from scipy.sparse import csr_array  # only a worker needs it

    if not pairs.units.size:
        return
    shape = (int(pairs.units.max()) + 1, len(totals.counts))
    places = (pairs.units, pairs.products)
    strengths = csr_array((pairs.strengths, places), shape=shape)
    presence = csr_array((np.ones(pairs.units.size), places), shape=shape)
    sizes = np.bincount(pairs.units)
    # Each unit of a product counts as many pairs as it has products.
    costs = np.bincount(pairs.products, sizes[pairs.units], minlength=shape[1])[wanted]
    by_product = strengths.T.tocsr(), presence.T.tocsr()
    for step in _divide(wanted, costs):
        strong, present = (
            (matrix[step] @ other).tocsr()
            for matrix, other in zip(by_product, (strengths, presence), strict=True)
        )
        strong.sort_indices()
        present.sort_indices()
        first = np.repeat(step, np.diff(present.indptr))
        yield from _select(first, present.indices, present.data, strong.data, totals)


def compute_likelihood_ratio(both: Floats, first: Floats, second: Floats, units: int) -> Floats:
    """Return Dunning's G² of each pair: twice the surprise of its 2 × 2 table, in nats.

    `both` is the number of units with both products, `first` and `second` with each of them.
    """
    table = (both, first - both, second - both, units - first - second + both)
    sides = (first, units - first, second, units - second)
    whole = np.full_like(both, units)
    inside = sum(_entropy_part(cell) for cell in table)
    ratio: Floats = 2 * (inside - sum(_entropy_part(side) for side in sides) + _entropy_part(whole))
    return ratio


def _entropy_part(counts: Floats) -> Floats:
    """Return x ln x, 0 at 0."""
    part: Floats = counts * np.log(np.maximum(counts, 1e-300))
    return part


def _divide(wanted: Numbers, costs: NDArray[Any]) -> Iterator[Numbers]:
    """Divide products into steps of about `MAX_STEP_PAIRS` pairs."""
    step = np.cumsum(costs) // MAX_STEP_PAIRS
    for number in np.unique(step):
        yield wanted[step == number]


def _select(
    first: Numbers, second: Numbers, both: Floats, product: Floats, totals: Totals
) -> Iterator[tuple[int, list[Neighbour]]]:
    counts = totals.counts
    keep = (first != second) & (both >= MIN_TOGETHER)
    # More often than by chance: the ratio is high for pairs that avoid each other, too.
    keep &= both * totals.units > counts[first] * counts[second]
    first, second, both, product = first[keep], second[keep], both[keep], product[keep]
    ratio = compute_likelihood_ratio(both, counts[first], counts[second], totals.units)
    cosine = product / np.sqrt(totals.squares[first] * totals.squares[second])
    score = cosine.clip(max=1.0) * both / (both + SHRINKAGE)
    significant = np.flatnonzero(ratio >= MIN_LIKELIHOOD_RATIO)
    order = significant[np.lexsort((-score[significant], first[significant]))]
    for product_number, places in _group(first, order):
        yield (
            product_number,
            [
                Neighbour(int(second[place]), round(float(score[place]), 4), int(both[place]))
                for place in places[:MAX_NEIGHBOURS]
            ],
        )


def _group(keys: Numbers, order: Numbers) -> Iterator[tuple[int, Numbers]]:
    """Yield the rows of each key, for rows in the order of their keys."""
    if order.size:
        ends = np.append(np.flatnonzero(np.diff(keys[order])) + 1, order.size).tolist()
        for start, end in pairwise([0, *ends]):
            yield int(keys[order[start]]), order[start:end]
