"""Generate a shop and shoppers with planted tastes, who see answers and act on them.

What a shopper likes of a product has a visible part, which its photo shows, and a hidden one, such
as its fit or its brand: embeddings know nothing of that. Shoppers look at the positions of an
answer with known probabilities, and choose what they like best. All is made from one seed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommendations.affinity.interactions import Pairs

Floats = NDArray[np.float32]

PRODUCTS, SHOPPERS, CHOSEN = 600, 1_500, 15
# Of the products, those that are published after all training events.
NEW_SHARE = 0.1
DIMENSIONS, HIDDEN = 64, 8
# Each answer shows this many products, half of them near to the taste's visible part.
ANSWER = 40


@dataclass(frozen=True, slots=True)
class PlantedShop:
    """Embeddings (p, d) with norm 1, the events, and one later choice of each shopper.

    `is_new` (p,): the product has no events. `held_out` (n,) is each shopper's next choice, of the
    old products for even numbers and of the new ones for odd numbers.
    """

    embeddings: Floats
    is_new: NDArray[np.bool_]
    events: Pairs
    held_out: NDArray[np.int64]


def make_shop(
    *, seed: int, hidden_share: float, products: int = PRODUCTS, shoppers: int = SHOPPERS
) -> PlantedShop:
    """Return a shop whose shoppers' tastes are hidden from the photos by `hidden_share`, 0 to 1."""
    generator = np.random.default_rng(seed)
    looks = _make_directions(generator, products, DIMENSIONS)
    fits = _make_directions(generator, products, HIDDEN)
    is_new = np.zeros(products, bool)
    is_new[generator.choice(products, int(products * NEW_SHARE), replace=False)] = True
    rows, columns, held_out = [], [], []
    old, new = np.flatnonzero(~is_new), np.flatnonzero(is_new)
    for shopper in range(shoppers):
        visible = looks @ _like_some(generator, looks)
        hidden = fits @ _like_some(generator, fits)
        liking = (1 - hidden_share) * _standardise(visible) + hidden_share * _standardise(hidden)
        chosen = _act(generator, liking, visible, old, CHOSEN + 1)
        later = chosen[-1] if shopper % 2 == 0 else _act(generator, liking, visible, new, 1)[0]
        rows.append(np.full(CHOSEN, shopper))
        columns.append(chosen[:CHOSEN])
        held_out.append(later)
    units, numbers = np.concatenate(rows), np.concatenate(columns)
    return PlantedShop(
        looks, is_new, Pairs(units, numbers, np.full(units.size, 0.8)), np.array(held_out)
    )


def _act(
    generator: np.random.Generator,
    liking: Floats,
    visible: Floats,
    among: NDArray[np.int64],
    count: int,
) -> NDArray[np.int64]:
    """Return the products that a shopper chooses, one of each of `count` answers."""
    best = among[np.argsort(-visible[among])[: ANSWER * 5]]
    chosen: list[int] = []
    for _ in range(count):
        half = ANSWER // 2
        shown = np.concatenate([generator.choice(best, half), generator.choice(among, half)])
        shown = shown[~np.isin(shown, chosen)]
        looked = generator.random(shown.size) < 1 / np.log2(2 + np.arange(shown.size))
        pleasure = liking[shown] + generator.gumbel(scale=0.4, size=shown.size)
        chosen.append(int(shown[np.argmax(np.where(looked, pleasure, -np.inf))]))
    return np.array(chosen)


def _like_some(generator: np.random.Generator, directions: Floats) -> Floats:
    """Return a taste: the mean of two random products' directions."""
    taste: Floats = directions[generator.choice(len(directions), 2)].mean(axis=0)
    return taste


def _make_directions(generator: np.random.Generator, count: int, dimensions: int) -> Floats:
    """Return vectors with norm 1 in clusters, as embeddings of garments are."""
    centres = generator.normal(size=(30, dimensions))
    vectors = centres[generator.integers(30, size=count)]
    vectors = vectors + 0.6 * generator.normal(size=(count, dimensions))
    unit: Floats = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _standardise(values: Floats) -> Floats:
    standard: Floats = (values - values.mean()) / values.std()
    return standard
