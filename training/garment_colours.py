"""Find the colours of the garment in a photo, to label training photos.

Photos are sRGB uint8, (h, w, 3); colours are compared in OKLab, float32 (see `core.ml.colours`).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import (
    BASIC_COLOURS,
    BASIC_INDICES,
    RETAIL_COLOURS,
    RETAIL_LAB,
    Floats,
    classify_indoor_pixels,
    estimate_white_lightness,
    srgb_to_oklab,
)
from core.ml.garment_mask import centre_weights, find_garment


class ColourShare(NamedTuple):
    """A basic colour name and its share of the garment, in [0, 1]."""

    name: str
    share: float


@dataclass(frozen=True)
class GarmentColours:
    """The basic colours of a garment, largest share first.

    `shade` is the retail name nearest to the main colour. `is_sure` is false when the garment
    could not be separated from its background; the colours are then those of the photo's middle.
    """

    shares: tuple[ColourShare, ...]
    shade: str
    is_sure: bool


GRID = 96  # longer side, in pixels, for separating garment and background
FINE_GRID = 256  # longer side, in pixels, for counting colours: a print's inks stay separate
MIN_SHARE = 0.08  # colours below this share are noise, trims and shadows


def find_garment_colours(
    rgb_array: NDArray[np.uint8], *, mask: NDArray[np.bool_] | None = None
) -> GarmentColours:
    """Name the colours of the garment in an (h, w, 3) uint8 photo.

    `mask`, (h, w), is true on the garment. Without it the background is estimated: the colours
    around the border are flooded inwards, and the remaining pixels, weighted to the middle, are
    the garment.
    """
    lab = srgb_to_oklab(_shrink(rgb_array, GRID))
    weights = centre_weights(lab.shape[0], lab.shape[1])
    if mask is None:
        garment, is_sure = find_garment(lab, weights)
    else:
        garment = _shrink(mask.astype(np.uint8) * 255, GRID)[..., 0] > 127
        is_sure = bool(garment.any())
    if not garment.any():
        garment = weights >= 0.6 * weights.max()
    white_from = estimate_white_lightness(lab)
    fine = srgb_to_oklab(_shrink(rgb_array, FINE_GRID))
    rows, columns = (
        np.arange(count) * coarse // count
        for count, coarse in zip(fine.shape[:2], garment.shape, strict=True)
    )
    inside, at = garment[np.ix_(rows, columns)], weights[np.ix_(rows, columns)]
    return _count_colours(fine[inside], at[inside], white_from=white_from, is_sure=is_sure)


def _shrink(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Average (h, w[, c]) in blocks until the longer side is about `side`; return (h, w, c)."""
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    block = max(1, round(max(pixels.shape[:2]) / side))
    height, width = (max(1, length // block) for length in pixels.shape[:2])
    block_h, block_w = min(block, pixels.shape[0]), min(block, pixels.shape[1])
    cut = pixels[: height * block_h, : width * block_w]
    # Rows first, along contiguous memory: ten times as fast as both axes at once.
    rows = cut.reshape(height, block_h, -1).sum(axis=1, dtype=np.uint32)
    sums = rows.reshape(height, width, block_w, -1).sum(axis=2)
    means: NDArray[np.uint8] = (sums / (block_h * block_w)).round().astype(np.uint8)
    return means


def _count_colours(
    lab: Floats, weights: Floats, *, white_from: float, is_sure: bool
) -> GarmentColours:
    """Count (n, 3) OKLab pixels by basic colour name."""
    basic = classify_indoor_pixels(lab, white_from=white_from)
    counts = np.bincount(basic, weights=weights, minlength=len(BASIC_COLOURS))
    shares = counts / counts.sum()
    order = [k for k in np.argsort(-shares, kind="stable") if shares[k] >= MIN_SHARE]
    order = order or [int(shares.argmax())]
    main = np.median(lab[basic == order[0]], axis=0)
    same = np.flatnonzero(np.equal(BASIC_INDICES, order[0]))
    shade = same[np.linalg.norm(RETAIL_LAB[same] - main, axis=1).argmin()]
    return GarmentColours(
        shares=tuple(ColourShare(BASIC_COLOURS[k], float(shares[k])) for k in order),
        shade=RETAIL_COLOURS[shade].name,
        is_sure=is_sure,
    )
