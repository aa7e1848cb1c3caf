"""Name colours as shops do.

Colour space: sRGB in, either uint8 or float in [0, 1], shape (..., 3). Distances are Euclidean in
OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020,
https://bottosson.github.io/posts/oklab/), float32.
"""

from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


class RetailColour(NamedTuple):
    """A colour name that shops use, its sRGB value (0 to 255) and its basic colour name."""

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
    """Return the basic name of a retail colour name; raise KeyError for an unknown name."""
    return BASIC_OF[name.strip().lower()]


# Ottosson's matrices: linear sRGB to cone responses, and their cube roots to Lab.
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
RETAIL_LAB = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8))
# For each retail colour the index of its basic colour in `BASIC_COLOURS`.
BASIC_INDICES = np.array([BASIC_COLOURS.index(colour.basic) for colour in RETAIL_COLOURS])


def _find_nearest(lab: Floats) -> NDArray[np.intp]:
    """Return the index in `RETAIL_COLOURS` nearest to each OKLab colour, shape (...)."""
    dots = lab @ RETAIL_LAB.T
    indices: NDArray[np.intp] = np.argmin((RETAIL_LAB**2).sum(axis=1) - 2 * dots, axis=-1)
    return indices


def name_oklab(lab: Floats) -> NDArray[np.str_]:
    """Return the nearest retail name of each (..., 3) OKLab colour, shape (...)."""
    return _NAMES[_find_nearest(lab)]


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
    basic: NDArray[np.intp] = BASIC_INDICES[_find_nearest(lab)]
    lightness, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    chroma = np.hypot(a, b)
    tone = np.digitize(lightness, [0.35, white_from])
    neutral = np.array([BASIC_COLOURS.index(name) for name in ("black", "grey", "white")])[tone]
    is_neutral = (chroma < 0.026) | ((chroma < 0.036) & (lightness < 0.35))
    is_navy = (lightness < 0.42) & (b < -0.022) & (np.abs(a) < -0.6 * b)
    basic = np.where(is_neutral, neutral, basic)
    dark = np.isin(basic, [BASIC_COLOURS.index("black"), BASIC_COLOURS.index("grey")])
    return np.where(is_navy & dark, BASIC_COLOURS.index("navy"), basic)
