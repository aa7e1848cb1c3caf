"""Find the colours of the garment in a photo.

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
    find_nearest_colours,
    srgb_to_oklab,
)


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


def centre_weights(height: int, width: int) -> Floats:
    """Return (h, w) weights: 1 in the middle, about 0.1 in the corners."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    weights: Floats = np.exp(-1.1 * (x**2 + y**2)).astype(np.float32)
    return weights


def find_garment(lab: Floats, weights: Floats) -> tuple[NDArray[np.bool_], bool]:
    """Split (h, w, 3) OKLab into garment (true) and background; also return if this is reliable."""
    ring = np.ones(lab.shape[:2], dtype=bool)
    edge = max(1, max(lab.shape[:2]) // 32)
    ring[edge:-edge, edge:-edge] = False
    centres, tolerances = _background_colours(lab[ring])
    distances = np.linalg.norm(lab[:, :, None] - centres, axis=-1) / tolerances
    # In the middle of the photo, a colour of the background more likely belongs to the garment.
    looks_background = distances.min(axis=-1) < 1.25 - 0.5 * weights
    garment = ~_reach_from_border(looks_background)
    share = float((garment * weights).sum() / weights.sum())
    middle = float(garment[weights > 0.75].mean()) if (weights > 0.75).any() else 0.0
    calm_border = float(looks_background[ring].mean())
    return garment, 0.06 < share < 0.93 and middle > 0.35 and calm_border > 0.6


def _background_colours(border: Floats) -> tuple[Floats, Floats]:
    """Cluster (n, 3) border colours; return centres (k, 3) and each centre's radius, (k,)."""
    centres = border[[len(border) // 2]]
    for _ in range(3):  # farthest-point start, so that no randomness is needed
        gaps = np.linalg.norm(border[:, None] - centres, axis=-1).min(axis=1)
        centres = np.vstack([centres, border[gaps.argmax()]])
    for _ in range(6):
        owner = np.linalg.norm(border[:, None] - centres, axis=-1).argmin(axis=1)
        for k in range(len(centres)):
            if (owner == k).any():
                centres[k] = border[owner == k].mean(axis=0)
    # A small cluster is a piece of the garment that reaches the border.
    large = [k for k in range(len(centres)) if (owner == k).mean() >= 0.12]
    spread = [np.linalg.norm(border[owner == k] - centres[k], axis=-1).mean() for k in large]
    tolerances = np.clip(2.2 * np.array(spread, dtype=np.float32), 0.045, 0.10)
    return centres[large].astype(np.float32), tolerances


def _reach_from_border(open_cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Flood an (h, w) grid from its border through the open cells."""
    reached = open_cells.copy()
    reached[1:-1, 1:-1] = False
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= open_cells
        if (grown == reached).all():
            return reached
        reached = grown


def estimate_white_lightness(lab: Floats) -> float:
    """Return the OKLab lightness above which a neutral colour of this (h, w, 3) photo is white.

    In a dim photo, white cloth is as dark as light grey.
    """
    return float(np.clip(0.92 * np.percentile(lab[..., 0], 97), 0.81, 0.90))


def classify_indoor_pixels(lab: Floats, *, white_from: float) -> NDArray[np.intp]:
    """Return the basic colour index of each (n, 3) OKLab pixel, corrected for indoor light.

    Lamps and shadows give grey and black cloth a weak hue, and remove most of navy's hue. The
    limits were chosen visually on photos taken at home.
    """
    basic: NDArray[np.intp] = BASIC_INDICES[find_nearest_colours(lab)]
    lightness, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    chroma = np.hypot(a, b)
    tone = np.digitize(lightness, [0.35, white_from])
    neutral = np.array([BASIC_COLOURS.index(name) for name in ("black", "grey", "white")])[tone]
    is_neutral = (chroma < 0.026) | ((chroma < 0.036) & (lightness < 0.35))
    is_navy = (lightness < 0.42) & (b < -0.022) & (np.abs(a) < -0.6 * b)
    basic = np.where(is_neutral, neutral, basic)
    dark = np.isin(basic, [BASIC_COLOURS.index("black"), BASIC_COLOURS.index("grey")])
    return np.where(is_navy & dark, BASIC_COLOURS.index("navy"), basic)


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
