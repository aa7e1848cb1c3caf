"""Measure a garment's colours and name them, without a model.

Takes sRGB uint8 (h, w, 3) and a mask (h, w), true on the garment. The names are those of
`core.ml.colours.RETAIL_COLOURS`, about 40, each under one of 14 basic names.

    colours = measure_colours(rgb, mask)      the largest first; empty for an empty mask

Left out are the contour, where garment and background mix, and background that shows through the
garment: between the legs of trousers or inside a scarf's ring, which a mask without holes includes.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import (
    BASIC_COLOURS,
    RETAIL_COLOURS,
    Floats,
    classify_indoor_pixels,
    estimate_white_lightness,
    srgb_to_oklab,
)
from stylist.tagging.colour.clusters import Cluster, cluster_colours

SIDE = 384  # pixels of the longer side; enough for the colours of a print
MIN_SHARE = 0.12  # smaller are buttons, seams, creases, and background that shines through
SHADOW_SHARE = 0.3  # the darkest part of a cloth is in shadow and shows its colour badly
ROOM_LIGHT = 0.02  # OKLab, standard deviation of a colour in the light of a room

_TABLE = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8))
_BASIC = np.array([BASIC_COLOURS.index(colour.basic) for colour in RETAIL_COLOURS])

# Errors of a colour by the light, as a grid, and their weights.
_STEPS = np.linspace(-2, 2, 5)
_ERRORS = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), axis=-1).reshape(-1, 3)
_WEIGHTS = np.exp(-(_ERRORS**2).sum(axis=1) / 2)
_ERRORS = (ROOM_LIGHT * _ERRORS).astype(np.float32)

Mask: TypeAlias = NDArray[np.bool_]
CONTOUR = 3  # pixels
MAX_BACKGROUND_DISTANCE = 0.06  # OKLab, from a colour of the background
BACKGROUND_COLOURS = 4
MIN_GAP = 9  # pixels; a narrower patch is a stripe, not a gap
MAX_GAP_SHARE = 0.4  # of the mask; with more, the garment has the background's colour


@dataclass(frozen=True)
class MeasuredColour:
    """A colour of a garment.

    `name` is a retail name and `basic` the basic name above it; `lab` is OKLab, measured outside
    the shadows; `share` of the garment and `confidence` in the basic name are in [0, 1].
    `distribution` maps basic names to probabilities.
    """

    name: str
    basic: str
    lab: tuple[float, float, float]
    share: float
    confidence: float
    distribution: dict[str, float]


def measure_colours(rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> tuple[MeasuredColour, ...]:
    """Return the largest colour, and the others that cover at least `MIN_SHARE`."""
    lab, region = find_garment_region(rgb, mask, side=SIDE)
    if not region.any():
        return ()
    white_from = estimate_white_lightness(lab)
    clusters = cluster_colours(lab[region])
    total = sum(cluster.weight for cluster in clusters)
    colours: dict[str, MeasuredColour] = {}
    for cluster in clusters:
        share = cluster.weight / total
        colour = name_colour(_median_in_light(cluster), white_from=white_from, share=share)
        # Clusters with one name are one colour.
        first = colours.get(colour.name, replace(colour, share=0.0))
        colours[colour.name] = replace(first, share=first.share + share)
    largest, *rest = sorted(colours.values(), key=lambda colour: -colour.share)
    return (largest, *(colour for colour in rest if colour.share >= MIN_SHARE))


def name_colour(lab: Floats, *, white_from: float, share: float) -> MeasuredColour:
    """Name an OKLab colour (3,): the most probable basic name, and the nearest shade under it.

    The probability of a basic name is its share among the colours around, within the error of a
    room's light. `white_from` comes from `estimate_white_lightness`.
    """
    around = np.asarray(lab + _ERRORS, dtype=np.float32)
    basics = classify_indoor_pixels(around, white_from=white_from)
    likely = np.bincount(basics, _WEIGHTS, minlength=len(BASIC_COLOURS)) / _WEIGHTS.sum()
    basic = int(likely.argmax())
    shades = np.flatnonzero(np.equal(_BASIC, basic))
    shade = shades[np.linalg.norm(_TABLE[shades] - lab, axis=1).argmin()]
    return MeasuredColour(
        name=RETAIL_COLOURS[shade].name,
        basic=BASIC_COLOURS[basic],
        lab=(float(lab[0]), float(lab[1]), float(lab[2])),
        share=share,
        confidence=float(likely[basic]),
        distribution=dict(zip(BASIC_COLOURS, likely.tolist(), strict=True)),
    )


def _median_in_light(cluster: Cluster) -> Floats:
    lightness = cluster.pixels[:, 0]
    lit = cluster.pixels[lightness >= np.quantile(lightness, SHADOW_SHARE)]
    return np.asarray(np.median(lit, axis=0), dtype=np.float32)


def find_garment_region(
    rgb: NDArray[np.uint8], mask: Mask, *, side: int, contour: int = CONTOUR
) -> tuple[Floats, Mask]:
    """Return the photo in OKLab, (h, w, 3), and a mask of pixels that show only the garment.

    The longer side is at most `side`; `contour` pixels are removed along the garment's edge,
    unless none would be left.
    """
    lab, garment = _shrink(rgb, mask, side)
    garment &= ~_find_gaps(lab, garment)
    inner = _erode(garment, contour)
    return lab, inner if inner.any() else garment


def _shrink(rgb: NDArray[np.uint8], mask: Mask, side: int) -> tuple[Floats, Mask]:
    scale = min(1.0, side / max(rgb.shape[:2]))  # enlarging would create mixed colours
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    garment = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return srgb_to_oklab(small), np.asarray(garment > 0)


def _find_gaps(lab: Floats, garment: Mask) -> Mask:
    nothing = np.zeros_like(garment)
    background = lab[_erode(~garment, CONTOUR)]
    if len(background) < BACKGROUND_COLOURS:
        return nothing
    # Evenly over lightness, to include the shadows next to the garment.
    order = np.argsort(background[:, 0], kind="stable")
    parts = np.array_split(background[order], BACKGROUND_COLOURS)
    colours = [np.median(part, axis=0) for part in parts]
    gaps = np.linalg.norm(lab[:, :, None] - np.stack(colours), axis=-1).min(axis=-1)
    similar = (garment & (gaps < MAX_BACKGROUND_DISTANCE)).astype(np.uint8)
    kernel = np.ones((MIN_GAP, MIN_GAP), np.uint8)
    patches = np.asarray(cv2.morphologyEx(similar, cv2.MORPH_OPEN, kernel)) > 0
    return nothing if patches.sum() > MAX_GAP_SHARE * garment.sum() else patches


def _erode(mask: Mask, reach: int) -> Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)
