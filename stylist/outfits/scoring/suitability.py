"""Ratings of single garments for a wish and a taste, without other garments."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import BASIC_OF, Floats
from stylist.garments.pool import NEUTRAL, Pool
from stylist.outfits.compatibility import formality_agreement, or_neutral
from stylist.outfits.wishes import Occasion, Taste

MAX_PALETTE_DISTANCE = 0.25  # in OKLab; a colour farther away is not of the palette


def rate_formality(pool: Pool, wanted: float) -> Floats:
    """Return how close each garment (n,) is to the wanted formality, in [0, 1]."""
    values, confidence = pool.formality.T
    return or_neutral(formality_agreement(values, np.array(wanted, np.float32)), confidence)


def rate_occasion(pool: Pool, occasion: Occasion) -> Floats:
    """Return the probability (n,) that a garment has a style that suits the occasion."""
    return _share_of(pool, occasion.styles)


def rate_taste(pool: Pool, taste: Taste) -> Floats:
    """Return how well each garment (n,) fits the stated colours and styles, in [0, 1].

    The taste must state at least one of the two.
    """
    parts = []
    if taste.palette:
        apart = pool.colours[:, 0, None] - np.array(taste.palette, np.float32)
        nearest = np.linalg.norm(apart, axis=-1).min(axis=1)
        parts.append(or_neutral(np.clip(1 - nearest / MAX_PALETTE_DISTANCE, 0, 1)))
    if taste.styles:
        parts.append(_share_of(pool, taste.styles))
    return np.asarray(np.mean(parts, axis=0), np.float32)


def find_disliked(pool: Pool, taste: Taste) -> NDArray[np.bool_]:
    """Return whether the kind, pattern, colour or main style of garments (n,) is disliked."""
    if not taste.disliked:
        return np.zeros(len(pool), dtype=bool)
    names = sorted(taste.disliked)
    shades = [shade for shade, basic in BASIC_OF.items() if {shade, basic} & taste.disliked]
    columns = (pool.kinds, pool.patterns, pool.main_styles())
    found = [np.isin(pool.shades, shades), *(np.isin(values, names) for values in columns)]
    return np.asarray(np.any(found, axis=0))


def _share_of(pool: Pool, styles: Iterable[str]) -> Floats:
    wanted = np.isin(np.array(pool.style_names, np.str_), sorted(styles))
    # Matrix products: sums along short rows take ten times as long.
    found = pool.styles @ wanted.astype(np.float32)
    totals = pool.styles @ np.ones(len(wanted), np.float32)
    shares = found / np.where(totals > 0, totals, 1)
    return np.where(totals > 0, np.minimum(shares, 1), NEUTRAL).astype(np.float32)
