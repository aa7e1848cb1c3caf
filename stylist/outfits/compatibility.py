"""Compatibility of colours, styles, formality and seasons; pure functions on arrays.

Colour harmony uses hue and chroma in OKLCh; hues are degrees in [0, 360). Neutral colours go with
everything: black, white and grey, but also navy, denim, brown and olive, which have a chroma below
`NEUTRAL_CHROMA`. Chromatic colours go together when they have one hue, are within 30° (analogous)
or 180 ± 20° apart (complementary). The limits are slopes, not steps, so a small measuring error
changes an outfit only a little.

An unknown value is NaN, or a row of zeros where there are probabilities.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats
from stylist.garments.pool import NEUTRAL

NEUTRAL_CHROMA = 0.075
FULL_CHROMA = 0.135  # the chroma from which a colour counts in full
NEUTRAL_AGREEMENT = 0.92  # of a neutral with any colour: a little less than of colours in harmony
UNKNOWN_AGREEMENT = 0.85  # the mean of all pairs of retail colours
MAX_COLOURS = 3
MAX_SHADE_ANGLE = 20.0  # degrees between neighbouring hues that are shades of one colour
MAX_SAME_COLOUR_DISTANCE = 0.1  # in OKLab
MAX_FORMALITY_GAP = 0.5  # a tracksuit and a suit have nothing in common

_ANGLES = (0, 12, 30, 55, 110, 145, 160, 180)
_AGREEMENTS = (1.0, 1.0, 0.92, 0.3, 0.15, 0.3, 0.9, 0.95)


def chroma_and_hue(lab: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the chroma and hue of OKLab colours (..., 3), each (...); NaN stays NaN."""
    a, b = lab[..., 1], lab[..., 2]
    hue = np.degrees(np.arctan2(b, a)) % 360
    return np.hypot(a, b).astype(np.float32), hue.astype(np.float32)


def loudness(chroma: Floats) -> Floats:
    """Return the weight of a colour in harmony: 0 for neutrals, 1 from `FULL_CHROMA`."""
    share = (chroma - NEUTRAL_CHROMA) / (FULL_CHROMA - NEUTRAL_CHROMA)
    return np.asarray(np.clip(share, 0, 1), np.float32)


def angle_between(one: Any, other: Any) -> Any:
    """Return the degrees between two hues, 0 to 180."""
    return np.abs((one - other + 180) % 360 - 180)


def hue_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return how well two hues go together, in [0, 1]."""
    return np.asarray(np.interp(angle_between(one, other), _ANGLES, _AGREEMENTS), np.float32)


def colour_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return how well OKLab colours (..., 3) go together, in [0, 1]; NaN if one is unknown."""
    (chroma1, hue1), (chroma2, hue2) = chroma_and_hue(one), chroma_and_hue(other)
    both = np.sqrt(loudness(chroma1) * loudness(chroma2))
    gain = hue_agreement(hue1, hue2) - np.float32(NEUTRAL_AGREEMENT)
    agreement: Floats = NEUTRAL_AGREEMENT + both * gain
    return agreement


def chromatic_hues(lab: NDArray[Any]) -> Floats:
    """Return the hues (...) of OKLab colours (..., 3); NaN for neutral and unknown ones."""
    chroma, hue = chroma_and_hue(lab)
    return np.where(chroma > NEUTRAL_CHROMA, hue, np.nan).astype(np.float32)


def count_colours(hues: Floats) -> NDArray[np.int64]:
    """Return the number of colours in each row (s, k) of chromatic hues; NaN is not counted.

    Neighbouring hues within `MAX_SHADE_ANGLE` are shades of one colour. An outfit has too few
    hues for a chain of shades around the whole circle.
    """
    ordered = np.sort(hues, axis=1)  # NaN comes last
    gaps = np.diff(ordered, axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    last = np.take_along_axis(ordered, np.maximum(known - 1, 0)[:, None], axis=1)[:, 0]
    around = ordered[:, 0] + 360 - last
    counts: NDArray[np.int64] = (gaps > MAX_SHADE_ANGLE).sum(axis=1) + (around > MAX_SHADE_ANGLE)
    return counts


def share_a_colour(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether palettes (..., 2, 3) in OKLab have a colour in common, (...)."""
    apart = np.linalg.norm(one[..., :, None, :] - other[..., None, :, :], axis=-1)
    shared: NDArray[np.bool_] = (apart <= MAX_SAME_COLOUR_DISTANCE).any(axis=(-2, -1))
    return shared


def style_agreement(one: Floats, other: Floats) -> Floats:
    """Return the cosine of each pair of style vectors (n, k), (m, k), as (n, m), in [0, 1].

    Measures on roots or logarithms of the probabilities (Bhattacharyya, Jensen-Shannon) find any
    two garments similar if the tagger gives every style a little; the cosine follows the main
    styles.
    """
    products: Floats = np.clip(one @ other.T, 0, 1)
    known_one, known_other = np.asarray(one.any(axis=1)), np.asarray(other.any(axis=1))
    return np.where(known_one[:, None] & known_other[None, :], products, np.float32(NEUTRAL))


def formality_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return 1 for equal formality, 0 from `MAX_FORMALITY_GAP` apart; NaN if unknown."""
    agreement: Floats = np.clip(1 - np.abs(one - other) / MAX_FORMALITY_GAP, 0, 1)
    return agreement.astype(np.float32)


def or_neutral(values: NDArray[Any], confidence: NDArray[Any] | float = 1.0) -> Floats:
    """Return values moved towards `NEUTRAL` by their missing confidence; NaN becomes neutral."""
    known = np.where(np.isfinite(values), values, NEUTRAL)
    return (NEUTRAL + (known - NEUTRAL) * confidence).astype(np.float32)
