"""Cut a person into bands where the colours change, and propose windows for their garments.

Garments of a person lie above one another: hat, shirt, trousers, shoes. Between two of them the
colours of the rows change, and so they do where skin begins. A window spans one or several
neighbouring bands; which of the windows are garments is decided by what they look like
(`arrangement`). Photos are sRGB uint8 (h, w, 3), masks (h, w) boolean. Nothing is random.
"""

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats, srgb_to_oklab
from quality.measure.subject import Box, find_box
from stylist.tagging.colour.measurement import Mask
from stylist.tagging.detection.skin import find_skin

SIDE = 224  # pixels of the longer side
MAX_BOUNDARIES = 5  # six bands, 21 windows
MIN_CHANGE = 0.15  # of the colours, from 0 to 1, at a boundary
REACH = 0.06  # of the person's height: so much above and below a boundary is compared
MIN_BAND = 0.05  # of the person's height
CLUSTERS = 8
CLOTH_SIMILARITY = 0.12  # OKLab: colours nearer than this are about the same
_WEIGHTS = np.array([0.8, 1.5, 1.5], dtype=np.float32)  # folds change the lightness, not the hue
_NO_MASK = slice(0.2, 0.8)  # of the width: where a person is, if nothing else is known
MIN_CLOTH = 0.25  # of a window's person; with less, the window is skin, or cloth of that colour
MIN_COLUMN = 0.04  # of a window's height: columns with less cloth are hair, straps and seams
MARGIN = 0.04


@dataclass(frozen=True, eq=False)
class Window:
    """A part of a photo that may show one garment.

    `first` and `last` are the boundaries above and below, `height` its share of the person's.
    `box` has the photo's pixels; `cloth` is the garment's mask in it, without skin.
    """

    first: int
    last: int
    height: float
    box: Box
    cloth: Mask


@dataclass(frozen=True, eq=False)
class Band:
    """A part of a person between two boundaries: its share of the person's height, and of skin.

    `bareness` is that of the middle half, where the body is and the arms are not.
    """

    height: float
    bareness: float


@dataclass(frozen=True, eq=False)
class Figure:
    """A person in a photo, from top to bottom; `bareness` is the share of skin in all."""

    bands: tuple[Band, ...]
    bareness: float
    windows: tuple[Window, ...]


def cut_figure(rgb: NDArray[np.uint8], mask: Mask | None) -> Figure:
    """Return the windows of a person with a mask (h, w), or of a photo without a reliable one."""
    scale = min(1.0, SIDE / max(rgb.shape[:2]))
    size = max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale))
    lab = srgb_to_oklab(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8))
    person = _middle(size) if mask is None else _shrink(mask, size)
    skin = find_skin(lab) & person
    rows = _find_boundaries(lab, person, skin)
    full = rgb.shape[0], rgb.shape[1]
    return Figure(
        bands=tuple(_make_band(rows, at, person, skin) for at in range(len(rows) - 1)),
        bareness=float(skin.sum() / max(1, person.sum())),
        windows=tuple(
            window
            for first, last in combinations(range(len(rows)), 2)
            if (window := _make_window(rows, first, last, person, skin, full)) is not None
        ),
    )


def _middle(size: tuple[int, int]) -> Mask:
    width, height = size
    person = np.zeros((height, width), dtype=bool)
    person[:, round(_NO_MASK.start * width) : round(_NO_MASK.stop * width)] = True
    return person


def _shrink(mask: Mask, size: tuple[int, int]) -> Mask:
    small = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(small > 0)


def _find_boundaries(lab: Floats, person: Mask, skin: Mask) -> list[int]:
    """Return the rows between bands, the person's first and last included."""
    box = find_box(person)
    height = box.bottom - box.top
    inside = slice(box.top, box.bottom)
    change = _measure_change(lab[inside], person[inside], skin[inside])
    nearest, edge = max(1, round(REACH * height)), max(1, round(MIN_BAND * height))
    change[:edge] = change[height - edge :] = 0
    found: list[int] = []
    while len(found) < MAX_BOUNDARIES and change.max() >= MIN_CHANGE:
        row = int(change.argmax())
        found.append(box.top + row)
        change[max(0, row - nearest) : row + nearest + 1] = 0
    return [box.top, *sorted(found), box.bottom]


def _measure_change(lab: Floats, person: Mask, skin: Mask) -> Floats:
    """Return (h,): the distance of the colours above and below each row, 0 to 1."""
    colours, root = _name_colours(lab, person, skin)
    height = len(lab)
    counts = np.zeros((height + 1, len(root)), dtype=np.float32)
    for k in range(len(root)):
        counts[1:, k] = ((colours == k) & person).sum(axis=1).cumsum()
    reach = max(3, round(REACH * height))
    row = np.arange(height)
    above = _share(counts[row] - counts[np.maximum(0, row - reach)])
    below = _share(counts[np.minimum(height, row + reach)] - counts[row])
    return np.asarray(np.linalg.norm((above - below) @ root, axis=1) / np.sqrt(2))


def _share(counts: Floats) -> Floats:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _name_colours(lab: Floats, person: Mask, skin: Mask) -> tuple[NDArray[np.intp], Floats]:
    """Return the main colour of each pixel, with skin as the last, and a matrix (k, k).

    The product of the matrix with its transpose has the similarity of each two colours, 0 to 1:
    the shades of one cloth are nearly one colour.
    """
    weighted = (lab * _WEIGHTS).astype(np.float32)
    cloth = person & ~skin
    pixels = weighted[cloth if cloth.sum() > CLUSTERS else person]
    cv2.setRNGSeed(0)  # k-means starts from random centres
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1e-3)
    start = np.empty(0, dtype=np.int32)
    count = min(CLUSTERS, len(pixels))
    _, _, found = cv2.kmeans(pixels, count, start, stop, 1, cv2.KMEANS_PP_CENTERS)
    centres = np.vstack([found, np.full((1, 3), 9)]).astype(np.float32)  # skin is like no cloth
    colours = np.linalg.norm(weighted[:, :, None] - centres, axis=-1).argmin(axis=-1)
    colours[skin] = count
    gaps = np.linalg.norm(centres[:, None] - centres, axis=-1)
    values, vectors = np.linalg.eigh(np.exp(-((gaps / CLOTH_SIMILARITY) ** 2)))
    return colours, np.asarray(vectors * np.sqrt(np.maximum(values, 0)), dtype=np.float32)


def _make_band(rows: list[int], at: int, person: Mask, skin: Mask) -> Band:
    inside = slice(rows[at], rows[at + 1])
    columns = np.flatnonzero(person[inside].any(axis=0))
    left, right = (columns[0], columns[-1]) if len(columns) else (0, 0)
    quarter = (right - left) // 4
    middle = inside, slice(left + quarter, right - quarter + 1)
    body = max(1, int(person[middle].sum()))
    height = (rows[at + 1] - rows[at]) / (rows[-1] - rows[0])
    return Band(height, float(skin[middle].sum() / body))


def _make_window(
    rows: list[int], first: int, last: int, person: Mask, skin: Mask, shape: tuple[int, int]
) -> Window | None:
    """Return the window between two boundaries, or None if it is too small."""
    total = rows[-1] - rows[0]
    height = (rows[last] - rows[first]) / total
    band = np.zeros_like(person)
    band[rows[first] : rows[last]] = person[rows[first] : rows[last]]
    if height < MIN_BAND or not band.any():
        return None
    bareness = float((band & skin).sum() / band.sum())
    cloth = band & ~skin if bareness <= 1 - MIN_CLOTH else band
    columns = np.flatnonzero(cloth.sum(axis=0) >= max(1, MIN_COLUMN * (rows[last] - rows[first])))
    if not len(columns):
        return None
    cloth[:, : columns[0]] = cloth[:, columns[-1] + 1 :] = False
    box = _enlarge(find_box(cloth), person.shape, shape)
    grown = cv2.resize(cloth.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST)
    inside = np.asarray(grown)[box.top : box.bottom, box.left : box.right] > 0
    return Window(first, last, height, box, np.asarray(inside))


def _enlarge(small: Box, shape: tuple[int, ...], full: tuple[int, int]) -> Box:
    """Return a box of the small photo in the large one, with a margin."""
    down, across = full[0] / shape[0], full[1] / shape[1]
    aside = MARGIN * (small.right - small.left)
    above = MARGIN * (small.bottom - small.top)
    return Box(
        max(0, round((small.left - aside) * across)),
        max(0, round((small.top - above) * down)),
        min(full[1], round((small.right + aside) * across)),
        min(full[0], round((small.bottom + above) * down)),
    )
