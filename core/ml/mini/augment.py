"""Vary training photos, a whole batch at a time.

In: uint8 (n, 3, H, W) sRGB. Out: float32 (n, 3, h, w) in [-1, 1]. Hues are left alone, so that a
caption's colour words stay true.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

SMALLEST_CROP = 0.4  # of the photo's area
LARGEST_TURN = math.radians(12)


def augment(photos: Tensor, *, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Crop, turn, flip, re-light and partly erase each photo, each in its own way."""
    views = _random_views(photos, size, generator)
    views = _relight(views, generator)
    return _erase(views, generator)


def _uniform(n: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(n, generator=generator) * (high - low) + low


def _random_views(photos: Tensor, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Sample a turned, mirrored crop of each photo in one bilinear resampling."""
    n = len(photos)
    side = _uniform(n, SMALLEST_CROP, 1.0, generator).sqrt()
    aspect = _uniform(n, math.log(0.8), math.log(1.25), generator).exp().sqrt()
    across, down = (side * aspect).clamp(max=1), (side / aspect).clamp(max=1)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    turn = _uniform(n, -LARGEST_TURN, LARGEST_TURN, generator)
    cos, sin = turn.cos(), turn.sin()
    matrix = torch.zeros(n, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = across * cos * mirror, -down * sin
    matrix[:, 1, 0], matrix[:, 1, 1] = across * sin * mirror, down * cos
    matrix[:, 0, 2] = _uniform(n, -1, 1, generator) * (1 - across)
    matrix[:, 1, 2] = _uniform(n, -1, 1, generator) * (1 - down)
    grid = functional.affine_grid(matrix, [n, 3, *size], align_corners=False)
    scaled = photos.float().div_(127.5).sub_(1)
    return functional.grid_sample(scaled, grid, padding_mode="border", align_corners=False)


def _relight(views: Tensor, generator: torch.Generator) -> Tensor:
    """Change brightness, contrast and saturation a little; hues stay."""
    n = len(views)
    shape = (n, 1, 1, 1)
    contrast = _uniform(n, 0.85, 1.15, generator).view(shape)
    brightness = _uniform(n, -0.12, 0.12, generator).view(shape)
    saturation = _uniform(n, 0.8, 1.2, generator).view(shape)
    grey = views.mean(dim=1, keepdim=True)
    return (grey + (views - grey) * saturation).mul_(contrast).add_(brightness).clamp_(-1, 1)


def _erase(views: Tensor, generator: torch.Generator) -> Tensor:
    """Paint a random grey rectangle over a third of the photos."""
    n, _, height, width = views.shape
    tops, lefts = _uniform(n, 0, 0.8, generator), _uniform(n, 0, 0.8, generator)
    sides = _uniform(n, 0.1, 0.4, generator) * (torch.rand(n, generator=generator) < 0.35)
    y = torch.arange(height).div(height).view(1, -1, 1)
    x = torch.arange(width).div(width).view(1, 1, -1)
    top, left, side = (part.view(-1, 1, 1) for part in (tops, lefts, sides))
    hole = (y >= top) & (y < top + side) & (x >= left) & (x < left + side)
    paint = _uniform(n, -1, 1, generator).view(-1, 1, 1, 1)
    return torch.where(hole[:, None], paint, views)
