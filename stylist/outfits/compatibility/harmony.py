"""Which colours go together, by their hue and chroma in OKLCh; pure functions.

Hues are degrees in [0, 360). Neutrals are free: black, white and grey, but also navy, denim, brown
and olive, which shops combine as such, have a chroma below `NEUTRAL_CHROMA`. Chromatic colours go
together when they are of one hue, within 30° (analogous) or 180 ± 20° apart (complementary). The
limits are slopes, not steps: a colour measured a little off changes an outfit only a little.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

NEUTRAL_CHROMA = 0.075
FULL_CHROMA = 0.135  # from here a colour is as loud as can be
FREE = 0.92  # what a neutral is worth beside anything: a little less than colours in harmony
UNKNOWN_COLOUR = 0.85  # the mean of all pairs of retail colours
MAX_COLOURS = 3
SAME_HUE = 20.0  # degrees between neighbours that are shades of one colour
SHARED = 0.1  # OKLab distance up to which two colours are the same one

_APART = (0, 12, 30, 55, 110, 145, 160, 180)
_AGREEMENT = (1.0, 1.0, 0.92, 0.3, 0.15, 0.3, 0.9, 0.95)


def chroma_and_hue(lab: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the chroma and hue of OKLab colours (..., 3), each (...); NaN stays NaN."""
    a, b = lab[..., 1], lab[..., 2]
    hue = np.degrees(np.arctan2(b, a)) % 360
    return np.hypot(a, b).astype(np.float32), hue.astype(np.float32)


def loudness(chroma: Floats) -> Floats:
    """Return how much a colour asks for harmony: 0 for neutrals, 1 for full colours."""
    share = (chroma - NEUTRAL_CHROMA) / (FULL_CHROMA - NEUTRAL_CHROMA)
    return np.asarray(np.clip(share, 0, 1), np.float32)


def hue_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return how well two hues go together, in [0, 1]."""
    apart = np.abs((one - other + 180) % 360 - 180)
    return np.asarray(np.interp(apart, _APART, _AGREEMENT), np.float32)


def colour_agreement(one: NDArray[Any], other: NDArray[Any]) -> Floats:
    """Return how well OKLab colours (..., 3) go together, in [0, 1]; NaN where one is not known."""
    (chroma1, hue1), (chroma2, hue2) = chroma_and_hue(one), chroma_and_hue(other)
    both = np.sqrt(loudness(chroma1) * loudness(chroma2))
    agreement: Floats = FREE + both * (hue_agreement(hue1, hue2) - np.float32(FREE))
    return agreement


def chromatic_hues(lab: NDArray[Any]) -> Floats:
    """Return the hues (...) of OKLab colours (..., 3); NaN for neutrals and unknown ones."""
    chroma, hue = chroma_and_hue(lab)
    return np.where(chroma > NEUTRAL_CHROMA, hue, np.nan).astype(np.float32)


def count_colours(hues: Floats) -> NDArray[np.int64]:
    """Return how many colours each row (s, k) of chromatic hues has; NaN is none.

    Hues that follow each other around the circle within `SAME_HUE` are shades of one colour; there
    are too few of them in an outfit to go all around.
    """
    ordered = np.sort(hues, axis=1)  # NaN comes last
    gaps = np.diff(ordered, axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    last = np.take_along_axis(ordered, np.maximum(known - 1, 0)[:, None], axis=1)[:, 0]
    around = ordered[:, 0] + 360 - last
    counts: NDArray[np.int64] = (gaps > SAME_HUE).sum(axis=1) + (around > SAME_HUE)
    return counts


def share_a_colour(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of palettes (..., 2, 3) in OKLab whether some colour of one is in the other, (...)."""
    apart = np.linalg.norm(one[..., :, None, :] - other[..., None, :, :], axis=-1)
    shared: NDArray[np.bool_] = (apart <= SHARED).any(axis=(-2, -1))
    return shared
