"""Seamless square tiles of patterns and weaves.

A pattern tile is float32 (n, n, 3) in [0, 1], the weights of three inks over the ground cloth;
a weave tile is float32 (n, n) around 0, relative brightness.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.garments.paths import Points, shifted

Tile: TypeAlias = NDArray[np.float32]
OVERSAMPLING = 3  # scale of drawing before averaging, for smooth edges


def _grid(count: int) -> tuple[Tile, Tile]:
    """Return x and y in [0, 1), each (count, count)."""
    steps = (np.arange(count, dtype=np.float32) + 0.5) / count
    x, y = np.meshgrid(steps, steps)
    return x.astype(np.float32), y.astype(np.float32)


def _inks(
    first: NDArray[Any], second: NDArray[Any] | None = None, third: NDArray[Any] | None = None
) -> Tile:
    empty = np.zeros_like(first)
    layers = [first, empty if second is None else second, empty if third is None else third]
    return np.stack(layers, axis=-1).astype(np.float32)


def striped(rng: np.random.Generator, count: int) -> Tile:
    """Draw across stripes: narrow, wide or in pairs."""
    _, y = _grid(count)
    repeats = int(rng.integers(3, 7))
    phase = (y * repeats) % 1.0
    width = rng.uniform(0.25, 0.45)
    stripe = phase < width
    if rng.random() < 0.3:
        stripe |= (phase > width + 0.14) & (phase < width + 0.22)
    return _inks(stripe.astype(np.float32))


def checked(rng: np.random.Generator, count: int) -> Tile:
    """Draw gingham, or a tartan with thin over-lines."""
    x, y = _grid(count)
    repeats = int(rng.integers(2, 5))
    across, down = (x * repeats) % 1.0 < 0.38, (y * repeats) % 1.0 < 0.38
    ground = 0.28 * across + 0.28 * down + 0.44 * (across & down)
    if rng.random() < 0.5:
        return _inks(ground)
    thin_x = np.abs((x * repeats) % 1.0 - 0.69) < 0.035
    thin_y = np.abs((y * repeats) % 1.0 - 0.69) < 0.035
    return _inks(0.75 * ground, 0.8 * np.maximum(thin_x, thin_y))


def dotted(rng: np.random.Generator, count: int) -> Tile:
    """Draw dots in offset rows."""
    x, y = _grid(count)
    repeats = 2 * int(rng.integers(2, 4))
    row = np.floor(y * repeats)
    dx = (x * repeats + 0.5 * (row % 2)) % 1.0 - 0.5
    dy = (y * repeats) % 1.0 - 0.5
    return _inks((np.hypot(dx, dy) < rng.uniform(0.2, 0.3)).astype(np.float32))


def zigzag(rng: np.random.Generator, count: int) -> Tile:
    """Draw chevrons."""
    x, y = _grid(count)
    repeats = int(rng.integers(3, 6))
    wave = np.abs((x * repeats) % 1.0 - 0.5)
    phase = (y * repeats + wave) % 1.0
    return _inks((phase < 0.36).astype(np.float32))


def _scatter(rng: np.random.Generator, *, tries: int, gap: float) -> list[tuple[float, float]]:
    """Return points in the unit square with distances over `gap`, also across the borders."""
    points: list[tuple[float, float]] = []
    for x, y in rng.random((tries, 2)):
        near = (np.hypot((x - a + 0.5) % 1 - 0.5, (y - b + 0.5) % 1 - 0.5) for a, b in points)
        if all(distance > gap for distance in near):
            points.append((float(x), float(y)))
    return points


def _stamp(layer: NDArray[np.uint8], outline: Points) -> None:
    """Fill an outline on a layer, repeated for each border that it may cross."""
    count = len(layer)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            moved = shifted(outline, dx, dy) * count
            if moved.max() > 0 and moved.min() < count:
                cv2.fillPoly(layer, [np.round(moved * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)


def _blob(x: float, y: float, radius: float, *, turn: float, squash: float) -> Points:
    """Return an ellipse leaning by `turn`, in unit-square coordinates."""
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    shape = np.stack([np.cos(angle) * radius, np.sin(angle) * radius * squash], axis=1)
    cos, sin = np.cos(turn), np.sin(turn)
    return shifted(shape @ np.array([[cos, sin], [-sin, cos]]), x, y)


def floral(rng: np.random.Generator, count: int) -> Tile:
    """Draw scattered five-petalled flowers with leaves and centres."""
    petals, leaves, centres = (np.zeros((count, count), np.uint8) for _ in range(3))
    size = rng.uniform(0.055, 0.085)
    for x, y in _scatter(rng, tries=160, gap=2.35 * size):
        scale, turn = size * rng.uniform(0.6, 1.15), rng.uniform(0, 2 * np.pi)
        for side in (-1, 1):
            lean = turn + side * rng.uniform(0.5, 1.1)
            reach = 1.55 * scale
            at = x + reach * np.cos(lean), y + reach * np.sin(lean)
            _stamp(leaves, _blob(*at, 0.7 * scale, turn=lean, squash=0.36))
        for k in range(5):
            lean = turn + k * 2 * np.pi / 5
            at = x + 0.62 * scale * np.cos(lean), y + 0.62 * scale * np.sin(lean)
            _stamp(petals, _blob(*at, 0.55 * scale, turn=lean, squash=0.72))
        _stamp(centres, _blob(x, y, 0.26 * scale, turn=0, squash=1))
    layers = [layer.astype(np.float32) / 255 for layer in (petals, leaves, centres)]
    return _inks(layers[0], layers[1] * (1 - layers[0]), layers[2])


def leopard(rng: np.random.Generator, count: int) -> Tile:
    """Draw broken rings around darker spots."""
    rings, spots = (np.zeros((count, count), np.uint8) for _ in range(2))
    size = rng.uniform(0.06, 0.08)
    for x, y in _scatter(rng, tries=260, gap=2.1 * size):
        scale, turn = size * rng.uniform(0.7, 1.1), rng.uniform(0, 2 * np.pi)
        _stamp(spots, _blob(x, y, 0.55 * scale, turn=turn, squash=0.75))
        for k in range(int(rng.integers(2, 5))):
            lean = turn + k * 1.7 + rng.uniform(-0.3, 0.3)
            far = scale * rng.uniform(0.72, 0.92)
            at = x + far * np.cos(lean), y + far * np.sin(lean)
            long = scale * rng.uniform(0.36, 0.62)
            _stamp(
                rings, _blob(*at, long, turn=lean + np.pi / 2 + rng.uniform(-0.4, 0.4), squash=0.4)
            )
    ring, spot = (layer.astype(np.float32) / 255 for layer in (rings, spots))
    return _inks(ring, 0.45 * spot * (1 - ring))


PATTERNS: dict[str, Callable[[np.random.Generator, int], Tile]] = {
    "striped": striped,
    "checked": checked,
    "dotted": dotted,
    "floral": floral,
    "zigzag": zigzag,
    "leopard": leopard,
}


def pattern_tile(pattern: str, *, rng: np.random.Generator, pixels: int) -> Tile:
    """Draw a pattern's tile with sides of `pixels`; the same generator gives the same tile."""
    large = PATTERNS[pattern](rng, OVERSAMPLING * pixels)
    return np.asarray(cv2.resize(large, (pixels, pixels), interpolation=cv2.INTER_AREA))


def weave_tile(weave: str, *, rng: np.random.Generator, pixels: int, thread: float) -> Tile:
    """Draw a weave with sides of `pixels` and threads of about `thread` pixels."""
    x, y = _grid(pixels)
    repeats = max(2, round(pixels / max(2.2, thread)))
    noise = rng.standard_normal((pixels, pixels)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 0.8, borderType=cv2.BORDER_REFLECT)
    if weave in ("denim", "twill"):
        line = np.sin(2 * np.pi * repeats * (x + y))
        fleck = 0.10 if weave == "denim" else 0.03
        return np.asarray(0.05 * line + fleck * soft, dtype=np.float32)
    if weave == "knit":
        column = np.abs((x * repeats / 2) % 1.0 - 0.5)
        stitch = np.cos(2 * np.pi * (y * repeats / 2 + column))
        return np.asarray(0.10 * stitch - 0.10 * (column > 0.42) + 0.03 * soft, dtype=np.float32)
    if weave == "leather":
        grain = cv2.GaussianBlur(noise, (0, 0), 1.6, borderType=cv2.BORDER_REFLECT)
        return np.asarray(0.10 * grain, dtype=np.float32)
    if weave == "fleece":
        fuzz = cv2.GaussianBlur(noise, (0, 0), 1.3, borderType=cv2.BORDER_REFLECT)
        return np.asarray(0.16 * fuzz, dtype=np.float32)
    cross = np.sin(2 * np.pi * repeats * x) * np.sin(2 * np.pi * repeats * y)
    return np.asarray(0.025 * cross + 0.03 * soft, dtype=np.float32)
