"""Name colours as a shop does, and find the garment's own colours in a photo.

Colour space: sRGB in, either uint8 or float in [0, 1], shape (..., 3). Distances are Euclidean in
OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020,
https://bottosson.github.io/posts/oklab/), float32.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


class RetailColour(NamedTuple):
    """A colour name of the shop floor, its sRGB (0..255) and the basic name it falls under."""

    name: str
    rgb: tuple[int, int, int]
    basic: str


BASIC_COLOURS = (
    "black", "white", "grey", "navy", "blue", "teal", "green",
    "yellow", "orange", "red", "pink", "purple", "brown", "beige",
)  # fmt: skip

RETAIL_COLOURS = (
    RetailColour("black", (24, 24, 26), "black"),
    RetailColour("charcoal", (62, 64, 68), "grey"),
    RetailColour("grey", (128, 129, 132), "grey"),
    RetailColour("silver", (186, 187, 190), "grey"),
    RetailColour("white", (247, 247, 246), "white"),
    RetailColour("ivory", (242, 237, 225), "white"),
    RetailColour("cream", (238, 226, 196), "beige"),
    RetailColour("beige", (218, 199, 168), "beige"),
    RetailColour("sand", (199, 178, 142), "beige"),
    RetailColour("khaki", (160, 146, 108), "beige"),
    RetailColour("camel", (186, 140, 90), "brown"),
    RetailColour("taupe", (138, 120, 106), "brown"),
    RetailColour("brown", (112, 72, 46), "brown"),
    RetailColour("chocolate", (78, 49, 36), "brown"),
    RetailColour("navy", (26, 34, 72), "navy"),
    RetailColour("royal blue", (38, 72, 182), "blue"),
    RetailColour("blue", (46, 104, 190), "blue"),
    RetailColour("denim", (76, 104, 144), "blue"),
    RetailColour("sky blue", (112, 172, 222), "blue"),
    RetailColour("light blue", (174, 204, 230), "blue"),
    RetailColour("teal", (14, 116, 122), "teal"),
    RetailColour("turquoise", (56, 186, 188), "teal"),
    RetailColour("green", (44, 138, 70), "green"),
    RetailColour("forest green", (30, 72, 48), "green"),
    RetailColour("olive", (98, 100, 50), "green"),
    RetailColour("sage", (154, 170, 142), "green"),
    RetailColour("mint", (172, 224, 198), "green"),
    RetailColour("lime", (164, 204, 62), "green"),
    RetailColour("yellow", (248, 212, 56), "yellow"),
    RetailColour("lemon", (248, 236, 136), "yellow"),
    RetailColour("mustard", (206, 158, 42), "yellow"),
    RetailColour("orange", (240, 128, 36), "orange"),
    RetailColour("rust", (172, 78, 36), "orange"),
    RetailColour("peach", (248, 190, 152), "orange"),
    RetailColour("coral", (246, 112, 92), "orange"),
    RetailColour("red", (202, 32, 42), "red"),
    RetailColour("burgundy", (112, 22, 42), "red"),
    RetailColour("pink", (242, 152, 184), "pink"),
    RetailColour("blush", (236, 202, 200), "pink"),
    RetailColour("dusty rose", (192, 130, 136), "pink"),
    RetailColour("fuchsia", (222, 44, 130), "pink"),
    RetailColour("purple", (108, 50, 142), "purple"),
    RetailColour("plum", (84, 36, 78), "purple"),
    RetailColour("lavender", (186, 168, 222), "purple"),
)

BASIC_OF = MappingProxyType({colour.name: colour.basic for colour in RETAIL_COLOURS})


def basic_colour(name: str) -> str:
    """Return the basic name of a retail colour name; KeyError if the table lacks it."""
    return BASIC_OF[name.strip().lower()]


# Ottosson's matrices: linear sRGB -> cone responses, cube root, -> Lab.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)


def linearise(rgb: Floats) -> Floats:
    """Undo the sRGB transfer curve (IEC 61966-2-1), values in [0, 1]."""
    high: Floats = ((rgb + 0.055) / 1.055) ** np.float32(2.4)
    return np.where(rgb <= 0.04045, rgb / np.float32(12.92), high).astype(np.float32)


_LINEAR_BYTES = linearise(np.arange(256, dtype=np.float32) / np.float32(255))


def srgb_to_oklab(rgb: NDArray[Any]) -> Floats:
    """Convert (..., 3) sRGB, uint8 or float in [0, 1], to OKLab: L in [0, 1], a, b about ±0.4."""
    if rgb.dtype == np.uint8:
        linear = _LINEAR_BYTES[rgb]
    else:
        linear = linearise(np.clip(rgb, 0, 1).astype(np.float32))
    lab: Floats = np.cbrt(linear @ TO_CONES.T) @ TO_LAB.T
    return lab


_NAMES = np.array([colour.name for colour in RETAIL_COLOURS])
_TABLE_LAB = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8))
_BASIC_INDEX = np.array([BASIC_COLOURS.index(colour.basic) for colour in RETAIL_COLOURS])


def _nearest(lab: Floats) -> NDArray[np.intp]:
    """Return the index in the table nearest to each OKLab colour, shape (...)."""
    dots = lab @ _TABLE_LAB.T
    indices: NDArray[np.intp] = np.argmin((_TABLE_LAB**2).sum(axis=1) - 2 * dots, axis=-1)
    return indices


def name_colours(rgb: NDArray[Any]) -> NDArray[np.str_]:
    """Return the nearest retail name of each (..., 3) sRGB colour, shape (...)."""
    return name_oklab(srgb_to_oklab(rgb))


def name_oklab(lab: Floats) -> NDArray[np.str_]:
    """Return the nearest retail name of each (..., 3) OKLab colour, shape (...)."""
    return _NAMES[_nearest(lab)]


class ColourShare(NamedTuple):
    """A basic colour name and its share of the garment, in [0, 1]."""

    name: str
    share: float


@dataclass(frozen=True)
class GarmentColours(Sequence[ColourShare]):
    """The basic colours of a garment, largest share first, and whether to believe them.

    `shade` is the retail name nearest to the main colour. `is_sure` is false when the garment
    could not be told from its background; the colours are then those of the photo's middle.
    """

    shares: tuple[ColourShare, ...]
    shade: str
    is_sure: bool

    @overload
    def __getitem__(self, index: int) -> ColourShare: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ColourShare, ...]: ...
    def __getitem__(self, index: int | slice) -> ColourShare | tuple[ColourShare, ...]:
        return self.shares[index]

    def __len__(self) -> int:
        return len(self.shares)

    def __iter__(self) -> Iterator[ColourShare]:
        return iter(self.shares)


GRID = 96  # the longer side that garment and background are told apart on
FINE_GRID = 256  # the longer side that colours are counted on: a print keeps its inks
SMALLEST_SHARE = 0.08  # colours below this share are noise, trims and shadows


def garment_colours(
    rgb_array: NDArray[np.uint8], *, mask: NDArray[np.bool_] | None = None
) -> GarmentColours:
    """Name the colours of the garment in an (h, w, 3) uint8 photo.

    `mask`, (h, w), true on the garment, replaces the guess at the background. The guess: the
    colours around the border, flooded inwards as far as they reach; what is left, weighted to the
    middle, is the garment.
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
    white_from = lightness_of_white(lab)
    fine = srgb_to_oklab(_shrink(rgb_array, FINE_GRID))
    rows, columns = (
        np.arange(count) * coarse // count
        for count, coarse in zip(fine.shape[:2], garment.shape, strict=True)
    )
    inside, at = garment[np.ix_(rows, columns)], weights[np.ix_(rows, columns)]
    return _count_colours(fine[inside], at[inside], white_from=white_from, is_sure=is_sure)


def _shrink(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Average (h, w[, c]) in blocks until the longer side is about `side`; answers (h, w, c)."""
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
    """Split (h, w, 3) OKLab into garment (true) and background, and say whether the split holds."""
    ring = np.ones(lab.shape[:2], dtype=bool)
    edge = max(1, max(lab.shape[:2]) // 32)
    ring[edge:-edge, edge:-edge] = False
    centres, tolerances = _background_colours(lab[ring])
    distances = np.linalg.norm(lab[:, :, None] - centres, axis=-1) / tolerances
    # A colour of the background in the middle of the photo is likelier the garment's.
    looks_background = distances.min(axis=-1) < 1.25 - 0.5 * weights
    garment = ~_reach_from_border(looks_background)
    share = float((garment * weights).sum() / weights.sum())
    middle = float(garment[weights > 0.75].mean()) if (weights > 0.75).any() else 0.0
    calm_border = float(looks_background[ring].mean())
    return garment, 0.06 < share < 0.93 and middle > 0.35 and calm_border > 0.6


def _background_colours(border: Floats) -> tuple[Floats, Floats]:
    """Cluster (n, 3) border colours; answer centres (k, 3) and each one's reach."""
    centres = border[[len(border) // 2]]
    for _ in range(3):  # farthest-point start, so that no randomness is needed
        gaps = np.linalg.norm(border[:, None] - centres, axis=-1).min(axis=1)
        centres = np.vstack([centres, border[gaps.argmax()]])
    for _ in range(6):
        owner = np.linalg.norm(border[:, None] - centres, axis=-1).argmin(axis=1)
        centres = np.array(
            [border[owner == k].mean(axis=0) if (owner == k).any() else centres[k]
             for k in range(len(centres))]
        )  # fmt: skip
    # A small cluster is a piece of the garment that reaches the border.
    kept = [k for k in range(len(centres)) if (owner == k).mean() >= 0.12]
    spread = [np.linalg.norm(border[owner == k] - centres[k], axis=-1).mean() for k in kept]
    tolerances = np.clip(2.2 * np.array(spread, dtype=np.float32), 0.045, 0.10)
    return centres[kept].astype(np.float32), tolerances


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


def lightness_of_white(lab: Floats) -> float:
    """Return the OKLab lightness from which on a neutral of this photo, (h, w, 3), is white.

    In a dim photo white cloth is no lighter than a light grey.
    """
    return float(np.clip(0.92 * np.percentile(lab[..., 0], 97), 0.81, 0.90))


def name_under_room_light(lab: Floats, *, white_from: float) -> NDArray[np.intp]:
    """Return the basic colour's index of each (n, 3) pixel, forgiving the tints of indoor photos.

    Lamps and shadows give grey and black cloth a weak hue, and take most of navy's. The limits
    were set by eye on photos taken at home.
    """
    basic: NDArray[np.intp] = _BASIC_INDEX[_nearest(lab)]
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
    """Count (n, 3) OKLab pixels by basic name."""
    basic = name_under_room_light(lab, white_from=white_from)
    counts = np.bincount(basic, weights=weights, minlength=len(BASIC_COLOURS))
    shares = counts / counts.sum()
    order = [k for k in np.argsort(-shares, kind="stable") if shares[k] >= SMALLEST_SHARE]
    order = order or [int(shares.argmax())]
    main = np.median(lab[basic == order[0]], axis=0)
    same = np.flatnonzero(np.equal(_BASIC_INDEX, order[0]))
    shade = same[np.linalg.norm(_TABLE_LAB[same] - main, axis=1).argmin()]
    return GarmentColours(
        shares=tuple(ColourShare(BASIC_COLOURS[k], float(shares[k])) for k in order),
        shade=RETAIL_COLOURS[shade].name,
        is_sure=is_sure,
    )
