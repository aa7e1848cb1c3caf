"""What single garments are worth for a wish and a taste, before they meet others."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import BASIC_OF, Floats
from stylist.garments.pool import NEUTRAL, Pool
from stylist.outfits.compatibility.agreement import formality_agreement, or_neutral
from stylist.outfits.wishes import Occasion, Taste

FARTHEST_COLOUR = 0.25  # OKLab distance from which a colour is none of the palette's


def suit_formality(pool: Pool, wanted: float) -> Floats:
    """Return how near each garment (n,) is to the wanted formality, in [0, 1]."""
    values, confidence = pool.formality.T
    return or_neutral(formality_agreement(values, np.array(wanted, np.float32)), confidence)


def suit_occasion(pool: Pool, occasion: Occasion) -> Floats:
    """Return how probable it is that each garment (n,) is of a style that suits the occasion."""
    return _share_of(pool, occasion.styles)


def suit_taste(pool: Pool, taste: Taste) -> Floats:
    """Return how far each garment (n,) is in the stated colours and styles, in [0, 1].

    The taste states one of the two at least.
    """
    parts = []
    if taste.palette:
        apart = pool.colours[:, 0, None] - np.array(taste.palette, np.float32)
        nearest = np.linalg.norm(apart, axis=-1).min(axis=1)
        parts.append(or_neutral(np.clip(1 - nearest / FARTHEST_COLOUR, 0, 1)))
    if taste.styles:
        parts.append(_share_of(pool, taste.styles))
    return np.asarray(np.mean(parts, axis=0), np.float32)


def is_disliked(pool: Pool, taste: Taste) -> NDArray[np.bool_]:
    """Say of each garment (n,) whether its kind, pattern, colour or main style is disliked."""
    if not taste.disliked:
        return np.zeros(len(pool), dtype=bool)
    names = sorted(taste.disliked)
    shades = [shade for shade, basic in BASIC_OF.items() if {shade, basic} & taste.disliked]
    of = (pool.kinds, pool.patterns, pool.main_styles())
    found = [np.isin(pool.shades, shades), *(np.isin(values, names) for values in of)]
    return np.asarray(np.any(found, axis=0))


def _share_of(pool: Pool, styles: Iterable[str]) -> Floats:
    wanted = np.isin(np.array(pool.style_names, np.str_), sorted(styles))
    # Products, for sums along short rows take ten times as long.
    found = pool.styles @ wanted.astype(np.float32)
    totals = pool.styles @ np.ones(len(wanted), np.float32)
    shares = found / np.where(totals > 0, totals, 1)
    return np.where(totals > 0, np.minimum(shares, 1), NEUTRAL).astype(np.float32)
