"""Find skin by its colour.

Colours are OKLab, float32 (h, w, 3). Skin of all people has nearly one hue, between red and yellow;
light skin is pale, dark skin may be more saturated. Cloth of such a colour, such as brown leather,
cannot be told from skin by a pixel alone: the caller decides by where it is.
"""

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats

# Chosen by looking at the `train` photos of worn garments: light and dark skin, lamps and daylight.
MIN_HUE, MAX_HUE = 25, 75  # degrees, from red to yellow
MIN_SATURATION = 0.045  # chroma by lightness, the same in any light
MIN_LIGHTNESS, MAX_LIGHTNESS = 0.18, 0.95
# The largest saturation, by lightness: more is orange, coral or leather.
_LIGHTNESS = (0.3, 0.45, 0.6, 0.8)
_MAX_SATURATION = (0.24, 0.22, 0.17, 0.13)


def find_skin(lab: Floats) -> NDArray[np.bool_]:
    """Return the pixels (h, w) that have the colour of skin."""
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    saturation = np.hypot(a, b) / np.maximum(lightness, 0.05)
    hue = np.degrees(np.arctan2(b, a))
    largest = np.interp(lightness, _LIGHTNESS, _MAX_SATURATION)
    return np.asarray(
        (hue > MIN_HUE)
        & (hue < MAX_HUE)
        & (saturation > MIN_SATURATION)
        & (saturation < largest)
        & (lightness > MIN_LIGHTNESS)
        & (lightness < MAX_LIGHTNESS)
    )
