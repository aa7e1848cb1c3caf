"""Exposure, clipping, the colour of the light, and its effect on the garment's colour.

Takes sRGB float32 (h, w, 3) in [0, 1] at the normalised size, or its linear light, and boolean
masks (h, w).
"""

import cv2
import numpy as np

from quality.measure.colour_spaces import (
    Floats,
    ciede2000,
    encode_srgb,
    max_channel,
    min_channel,
    srgb_to_cielab,
    srgb_to_oklab,
)
from quality.measure.subject import Mask

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB (ITU-R BT.709)
MIDDLE_LUMINANCE = 0.33  # the median over clean clothing photos of their means
WHITE, BLACK = 252 / 255, 3 / 255  # beyond these a channel has lost its shading
NEUTRAL = 0.05  # OKLab chroma / lightness at which a pixel counts 1/e of a grey one
CLIPPED = 0.98  # linear light above which the ratio of the channels is lost


def measure_exposure(linear: Floats, mask: Mask) -> float:
    """Return the brightness in stops relative to a usual clothing photo, which has 0.

    The whole frame is measured, because a well-lit black garment is dark but its surroundings are
    not. A white background makes a frame bright without over-exposure. So for a bright frame the
    garment's brightness counts, but at least half of the frame's.
    """
    frame = _stops(linear, None)
    if frame <= 0:
        return frame
    return min(frame, max(frame / 2, _stops(linear, mask)))


def _stops(linear: Floats, mask: Mask | None) -> float:
    where = None if mask is None else mask.astype(np.uint8)
    luminance = float(np.dot(cv2.mean(linear, where)[:3], LUMINANCE))
    return float(np.log2(max(luminance, 1e-4) / MIDDLE_LUMINANCE))


def measure_clipping(rgb: Floats, mask: Mask) -> float:
    """Return the share of the garment that is pure white or black."""
    lost = (min_channel(rgb) >= WHITE) | (max_channel(rgb) <= BLACK)
    return float(lost[mask].mean())


def estimate_light(linear: Floats, lab: Floats) -> Floats:
    """Return the light's linear RGB relative to its green, shape (3,).

    Shades of grey (Finlayson & Trezzi, 2004), a Minkowski mean in which pixels near grey count
    more: a red dress on a red rug reveals little about the light, its white label much. Clipped
    pixels are left out.
    """
    colourfulness = np.hypot(lab[..., 1], lab[..., 2]) / np.maximum(lab[..., 0], np.float32(0.2))
    weight = np.exp(-colourfulness / np.float32(NEUTRAL)) * (max_channel(linear) < CLIPPED)
    powers = np.square(np.square(linear)).reshape(-1, 3)  # norm 4
    mean = np.asarray((weight + np.float32(1e-6)).ravel() @ powers, dtype=np.float64) ** 0.25
    light: Floats = (mean / max(mean[1], 1e-6)).clip(1 / 8, 8).astype(np.float32)
    return light


def light_to_cast(light: Floats) -> Floats:
    """Return the OKLab a and b x 100 of a light grey in this light, shape (2,)."""
    grey = light / np.float32(light @ LUMINANCE) * np.float32(0.5)
    lab = srgb_to_oklab(encode_srgb(grey))
    return np.asarray(lab[1:] * 100)


def measure_cast(light: Floats) -> float:
    """Return the OKLab chroma x 100 of a grey in this light."""
    return float(np.hypot(*light_to_cast(light)))


def measure_colour_error(linear: Floats, rgb: Floats, mask: Mask, light: Floats) -> float:
    """Return how much the light changes the garment's colour: CIEDE2000, from 0.

    Compares the garment with itself under a neutral light of the same brightness (von Kries): the
    mean over at most about 4,000 pixels. The true colour of the garment is not known, so this is
    the best estimate of a colour's accuracy.
    """
    rows = np.flatnonzero(mask.ravel())
    rows = rows[:: max(1, len(rows) // 4000)]
    seen, as_shown = linear.reshape(-1, 3)[rows], rgb.reshape(-1, 3)[rows]
    neutral = seen / light * np.float32(light @ LUMINANCE)
    corrected = encode_srgb(neutral)
    return float(ciede2000(srgb_to_cielab(as_shown), srgb_to_cielab(corrected)).mean())


def measure_saturation(lab: Floats, mask: Mask) -> float:
    """Return the garment's mean OKLab chroma: grey 0, a vivid red 0.22, at most about 0.3."""
    return float(np.hypot(lab[..., 1], lab[..., 2])[mask].mean())
