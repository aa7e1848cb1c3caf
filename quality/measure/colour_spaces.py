"""Conversions between colour spaces, and the difference of two colours.

Arrays have the shape (..., 3). sRGB and linear light are in [0, 1]. OKLab has L in [0, 1] and a, b
of about ±0.4; CIELAB (D65) has L in [0, 100] and a, b of about ±110. float32 in, float32 out;
float64 stays float64. `srgb_to_oklab` is in `core.ml.colours`.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import TO_CONES, TO_LAB
from core.ml.colours import linearise as linearise
from core.ml.colours import srgb_to_oklab as srgb_to_oklab

Floats: TypeAlias = NDArray[np.float32]

FROM_LAB = np.linalg.inv(TO_LAB.astype(np.float64)).astype(np.float32)
FROM_CONES = np.linalg.inv(TO_CONES.astype(np.float64)).astype(np.float32)

# Linear sRGB -> CIE XYZ relative to the D65 white (IEC 61966-2-1), so that white is (1, 1, 1).
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_TO_RELATIVE_XYZ = (_TO_XYZ / _TO_XYZ.sum(axis=1, keepdims=True)).astype(np.float32)

_CURVE_STEPS = 4096


def _encode(linear: NDArray[Any]) -> NDArray[Any]:
    """Apply the sRGB transfer curve (IEC 61966-2-1), values in [0, 1]."""
    high = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, high)


# Indexed by the square root of the light, whose steps look nearly equal.
_CURVE = _encode(np.linspace(0, 1, _CURVE_STEPS) ** 2).astype(np.float32)


def encode_srgb(linear: Floats) -> Floats:
    """Convert linear light to sRGB, clipped to [0, 1]; within 0.0005 of the exact curve."""
    steps = np.sqrt(np.clip(linear, 0, 1)) * (_CURVE_STEPS - 1)
    encoded: Floats = _CURVE[(steps + 0.5).astype(np.int32)]
    return encoded


def min_channel(rgb: Floats) -> Floats:
    """Return each pixel's smallest channel; `numpy.min` is slow along such a short axis."""
    return np.minimum(np.minimum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])


def max_channel(rgb: Floats) -> Floats:
    """Return each pixel's largest channel."""
    return np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2])


def oklab_to_srgb(lab: Floats) -> Floats:
    """Convert OKLab to sRGB; colours outside the gamut are clipped to [0, 1]."""
    cones = lab @ FROM_LAB.T
    return encode_srgb((cones * cones * cones) @ FROM_CONES.T)


def srgb_to_cielab(rgb: Floats) -> Floats:
    """Convert sRGB to CIELAB with the D65 white (CIE 15:2004)."""
    xyz = linearise(np.clip(rgb, 0, 1)) @ _TO_RELATIVE_XYZ.T
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (841 / 108) * xyz + 4 / 29).astype(np.float32)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def ciede2000(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return the CIEDE2000 difference of (..., 3) CIELAB colours, shape (...), from 0.

    About 1 is just visible, 3 is seen at a glance, above 10 it is another colour
    (Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula", 2005; weights 1).
    """
    lightness1, a1, b1 = np.moveaxis(np.asarray(one), -1, 0)
    lightness2, a2, b2 = np.moveaxis(np.asarray(other), -1, 0)
    # Stretch a near grey, where the eye sees smaller differences than a and b express.
    seventh = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    spread = 1.5 - 0.5 * np.sqrt(seventh / (seventh + 25**7))
    a1, a2 = a1 * spread, a2 * spread
    chroma1, chroma2 = np.hypot(a1, b1), np.hypot(a2, b2)
    hue1, hue2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    has_hue = chroma1 * chroma2 > 0
    turn = np.where(has_hue, (hue2 - hue1 + 180) % 360 - 180, 0)
    hue = np.where(has_hue, _middle_hue(hue1, hue2), hue1 + hue2)
    lightness, chroma = (lightness1 + lightness2) / 2, (chroma1 + chroma2) / 2
    d_lightness = (lightness2 - lightness1) / _lightness_weight(lightness)
    d_chroma = (chroma2 - chroma1) / (1 + 0.045 * chroma)
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn / 2))
    d_hue = d_hue / (1 + 0.015 * chroma * _hue_weight(hue))
    blue = _blue_rotation(chroma, hue) * d_chroma * d_hue
    difference: NDArray[Any] = np.sqrt(
        np.maximum(d_lightness**2 + d_chroma**2 + d_hue**2 + blue, 0)
    )
    return difference


def _middle_hue(hue1: NDArray[Any], hue2: NDArray[Any]) -> NDArray[Any]:
    """Return the mean of two angles in degrees, along the shorter arc."""
    middle = (hue1 + hue2) / 2
    apart = np.abs(hue1 - hue2) > 180
    return np.asarray(np.where(apart, np.where(middle < 180, middle + 180, middle - 180), middle))


def _lightness_weight(lightness: NDArray[Any]) -> NDArray[Any]:
    off = (lightness - 50) ** 2
    return np.asarray(1 + 0.015 * off / np.sqrt(20 + off))


def _hue_weight(hue: NDArray[Any]) -> NDArray[Any]:
    angle = np.radians(hue)
    return np.asarray(
        1
        - 0.17 * np.cos(angle - np.radians(30))
        + 0.24 * np.cos(2 * angle)
        + 0.32 * np.cos(3 * angle + np.radians(6))
        - 0.20 * np.cos(4 * angle - np.radians(63))
    )


def _blue_rotation(chroma: NDArray[Any], hue: NDArray[Any]) -> NDArray[Any]:
    angle = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    seventh = chroma**7
    return np.asarray(-2 * np.sqrt(seventh / (seventh + 25**7)) * np.sin(np.radians(angle)))
