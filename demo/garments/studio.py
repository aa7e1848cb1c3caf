"""Light a painted garment in front of a studio's backdrop, with its shadow.

Linear light by the gamma-2 approximation throughout, float32 in [0, 1]; the light comes from the
upper left.
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.garments.canvas import Canvas
from demo.garments.view import Layer

Floats: TypeAlias = NDArray[np.float64]


def _unit(*direction: float) -> Floats:
    return np.asarray(np.array(direction) / np.linalg.norm(direction))


LIGHT = _unit(-0.42, -0.55, 0.72)
HALFWAY = _unit(LIGHT[0], LIGHT[1], LIGHT[2] + 1)  # between the light and the viewer


@dataclass(frozen=True)
class Backdrop:
    """A studio's wall: its sRGB colour in [0, 1], and the floor's height if there is a floor."""

    colour: tuple[float, float, float]
    floor: float | None = None


def photograph(canvas: Canvas, backdrop: Backdrop) -> NDArray[np.uint8]:
    """Return the lit picture, uint8 sRGB (h, w, 3)."""
    slopes = _slopes(canvas)
    light = _lighting(slopes) * _occlusion(canvas)
    # Pale cloth reflects light into its own shadows.
    light += np.float32(0.55) * canvas.colour.mean(axis=2) * np.maximum(1 - light, 0)
    lit = canvas.colour * light[..., None] + _highlights(slopes, canvas.gloss)[..., None]
    wall = _wall(canvas.size, backdrop) * _shadow(canvas, backdrop)[..., None]
    mixed = wall + canvas.cover[..., None] * (lit - wall)
    return np.asarray(np.sqrt(mixed.clip(0, 1)) * 255 + 0.5, dtype=np.uint8)


def _slopes(canvas: Canvas) -> tuple[Layer, Layer]:
    """Return the slopes of the cloth to the right and downwards, limited at its rim."""
    beyond = cv2.dilate(canvas.relief, np.ones((5, 5), np.uint8))
    relief = np.where(canvas.cover < 0.99, beyond, canvas.relief)
    soft = cv2.GaussianBlur(relief, (0, 0), 0.7 * max(1.0, len(relief) / 768))
    x = cv2.Scharr(soft, cv2.CV_32F, 1, 0, scale=1 / 32)
    y = cv2.Scharr(soft, cv2.CV_32F, 0, 1, scale=1 / 32)
    return np.asarray(x), np.asarray(y)


def _facing(slopes: tuple[Layer, Layer], towards: Floats) -> Layer:
    """Return the cosine between each pixel's normal and a direction."""
    x, y = slopes
    right, down, out = (np.float32(part) for part in towards)
    return np.asarray((out - right * x - down * y) / np.sqrt(1 + x * x + y * y))


def _lighting(slopes: tuple[Layer, Layer]) -> Layer:
    """Return the brightness of each pixel: 1 where flat cloth faces the viewer."""
    direct = np.clip(_facing(slopes, LIGHT) / np.float32(LIGHT[2]), 0.0, 1.45)
    return np.asarray(0.30 + 0.70 * direct, dtype=np.float32)


def _occlusion(canvas: Canvas) -> Layer:
    """Darken pixels that are lower than their surroundings, and the garment's rim."""
    small, cover = _shrunk(canvas.relief, 2), _shrunk(canvas.cover, 2)
    unit = canvas.unit / 2
    wide = cv2.GaussianBlur(small * cover, (0, 0), 1.3 * unit)
    full = cv2.GaussianBlur(cover, (0, 0), 1.3 * unit)
    around = wide / np.maximum(full, 0.05)
    cast = _moved(small, (0.5 * unit, 0.7 * unit), 0.3 * unit)
    hollow = np.maximum(around - small, 0) / unit
    shade = np.maximum(cast - small - 0.25 * unit, 0) / unit
    dark = 1 / (1 + 0.55 * hollow) * (1 - 0.42 * np.minimum(shade, 1))
    rim = np.clip((full - 0.45) / 0.5, 0, 1)
    dark *= 0.80 + 0.20 * rim
    size = canvas.size[::-1]
    return np.asarray(cv2.resize(dark.astype(np.float32), size, interpolation=cv2.INTER_LINEAR))


def _highlights(slopes: tuple[Layer, Layer], gloss: Layer) -> Layer:
    """Return the specular light, which is white for every colour of cloth."""
    tight = np.clip(_facing(slopes, HALFWAY), 0, 1) ** 48
    return np.asarray(0.006 + 0.5 * gloss * tight, dtype=np.float32)


def _wall(size: tuple[int, int], backdrop: Backdrop) -> Layer:
    """Return the backdrop: light falls off from the upper left; a floor if there is one."""
    y = np.linspace(0, 1, size[0], dtype=np.float32)[:, None]
    x = np.linspace(0, 1, size[1], dtype=np.float32)[None]
    fall = 1.04 - 0.20 * ((x - 0.42) ** 2 + 0.8 * (y - 0.38) ** 2)
    if backdrop.floor is not None:
        edge = 1 / (1 + np.exp(-(y - backdrop.floor) * 26))
        fall = fall * (1 - 0.10 * edge + 0.10 * np.clip(y - backdrop.floor, 0, 1))
    colour = np.array(backdrop.colour, np.float32) ** 2
    return np.asarray(fall[..., None] * colour, dtype=np.float32)


def _shadow(canvas: Canvas, backdrop: Backdrop) -> Layer:
    """Return the share of the light that reaches the backdrop."""
    quarter = _shrunk(canvas.cover, 4)
    rows = canvas.size[0] / 4
    if backdrop.floor is not None:
        dark = _floor_shadow(quarter)
    else:
        near = _moved(quarter, (0.004 * rows, 0.007 * rows), 0.006 * rows)
        far = _moved(quarter, (0.014 * rows, 0.024 * rows), 0.024 * rows)
        dark = 0.24 * near + 0.26 * far
    grown = cv2.resize(dark, canvas.size[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 - grown, dtype=np.float32)


def _shrunk(layer: Layer, by: int) -> Layer:
    rows, columns = layer.shape
    size = (columns // by, rows // by)
    return np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _moved(layer: Layer, by: tuple[float, float], blur: float) -> Layer:
    """Return the layer moved by (x, y) pixels and blurred."""
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], dtype=np.float32)
    rows, columns = layer.shape
    moved = cv2.warpAffine(layer, matrix, (columns, rows))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), max(0.5, blur)), dtype=np.float32)


def _floor_shadow(cover: Layer) -> Layer:
    """Return the shadow on the floor below the garment: dark where the sole touches it."""
    rows = np.flatnonzero(cover.max(axis=1) > 0.5)
    if not len(rows):
        return cover
    bottom, height = rows[-1], cover.shape[0]
    strip = np.zeros_like(cover)
    depth = max(2, height // 60)
    reach = cover[max(0, bottom - height // 14) : bottom + 1].max(axis=0)
    strip[max(0, bottom - depth) : bottom + max(1, depth // 2)] = reach
    contact = cv2.GaussianBlur(strip, (0, 0), 0.008 * height)
    pool = cv2.GaussianBlur(strip, (0, 0), sigmaX=0.05 * height, sigmaY=0.022 * height)
    return np.asarray(np.clip(0.55 * contact + 0.9 * pool, 0, 0.75), dtype=np.float32)
