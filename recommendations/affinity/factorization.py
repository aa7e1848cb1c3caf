"""Learn collaborative vectors of products: alternating least squares on implicit feedback.

Hu, Koren and Volinsky, ICDM 2008, "Collaborative filtering for implicit feedback datasets"; the
implementation is `implicit`, which only a worker loads. Vectors of shoppers are not stored:
`recommendations.ranking.collaboration` computes them for each answer from a shopper's own events.
The next event counts immediately, and an erased shopper leaves none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.affinity.interactions import Numbers, Pairs
from recommendations.ranking.collaboration import CONFIDENCE, DIMENSIONS, REGULARIZATION

ITERATIONS = 15
SEED = 20_261_129
# Below these the factors would describe a handful of shoppers.
MIN_SHOPPERS, MIN_PAIRS = 100, 1_000
MIN_SHOPPERS_OF_PRODUCT, MIN_PRODUCTS_OF_SHOPPER = 5, 2


@dataclass(frozen=True, slots=True)
class ProductVectors:
    """Vectors, float32 (n, `DIMENSIONS`), of the products with these numbers, and Yᵀ Y of all."""

    products: Numbers
    vectors: NDArray[np.float32]
    gram: NDArray[np.float32]


def factorize(pairs: Pairs) -> ProductVectors | None:
    """Return the vectors of products with enough shoppers; None if too few events suffice."""
    of_product, of_shopper = np.bincount(pairs.products), np.bincount(pairs.units)
    keep = of_product[pairs.products] >= MIN_SHOPPERS_OF_PRODUCT
    keep &= of_shopper[pairs.units] >= MIN_PRODUCTS_OF_SHOPPER
    shoppers, rows = np.unique(pairs.units[keep], return_inverse=True)
    products, columns = np.unique(pairs.products[keep], return_inverse=True)
    if len(shoppers) < MIN_SHOPPERS or rows.size < MIN_PAIRS:
        return None
    vectors = _train(rows, columns, pairs.strengths[keep], (len(shoppers), len(products)))
    # As they are stored, so that shoppers' vectors are computed with the same numbers.
    vectors = vectors.astype(np.float16).astype(np.float32)
    return ProductVectors(products, vectors, vectors.T @ vectors)


def _train(
    rows: Numbers, columns: Numbers, strengths: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float32]:
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    model = AlternatingLeastSquares(
        factors=DIMENSIONS,
        regularization=REGULARIZATION,
        iterations=ITERATIONS,
        random_state=SEED,
        # Other tasks of the worker need processors, too.
        num_threads=1,
    )
    confidence = (CONFIDENCE * strengths).astype(np.float32)
    model.fit(csr_matrix((confidence, (rows, columns)), shape=shape), show_progress=False)
    vectors: NDArray[np.float32] = model.item_factors
    return vectors
