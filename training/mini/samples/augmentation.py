"""Augment training photos, a whole batch at a time.

In: uint8 (n, 3, H, W) sRGB. Out: float32 (n, 3, h, w) in [-1, 1]. A model overfits on a few
thousand photos by a few hundred people; to change their colours and to mix them in pairs helps
most.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

MIN_CROP = 0.4  # of the photo's area
MIN_ASPECT = 0.75  # of the photo's own aspect ratio
MAX_TURN = math.radians(12)
NEGATIVES = 0.15  # share of the recoloured views
# Brightness, and two axes of chrominance (NTSC, 1953): a turn in their plane changes the hue.
_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.321], [0.211, -0.523, 0.311]])
_RGB = torch.linalg.inv(_YIQ)


def augment(
    photos: Tensor, *, size: tuple[int, int], recoloured: Tensor, generator: torch.Generator
) -> Tensor:
    """Crop, rotate, flip, relight and partly erase each photo at random.

    Photos marked in `recoloured` (n,) get other hues; the others keep theirs, so that the colours
    in captions stay true.
    """
    views = _random_views(photos, size, generator)
    views = _relight(views, generator)
    views = torch.where(recoloured.view(-1, 1, 1, 1), _recolour(views, generator), views)
    return _erase(views, generator)


def mix(views: Tensor, *, generator: torch.Generator) -> tuple[Tensor, Tensor, float]:
    """Blend each view with another (mixup, Zhang 2018), or paste a piece of it (CutMix, Yun 2019).

    Returns the views, the row (n,) of each one's partner, and the share that each view keeps.
    """
    partner = torch.randperm(len(views), generator=generator)
    share = float(_uniform(1, 0.0, 1.0, generator))
    if torch.rand(1, generator=generator) < 1 / 3:
        share = 1 - share / 4  # stronger blends are too hard
        return torch.lerp(views[partner], views, share), partner, share
    height, width = views.shape[-2:]
    side = math.sqrt(1 - share)
    rows, columns = int(height * side), int(width * side)
    top = int(torch.randint(height - rows + 1, (1,), generator=generator))
    left = int(torch.randint(width - columns + 1, (1,), generator=generator))
    piece = (..., slice(top, top + rows), slice(left, left + columns))
    mixed = views.clone()
    mixed[piece] = views[partner][piece]
    return mixed, partner, 1 - rows * columns / (height * width)


def _uniform(n: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(n, generator=generator) * (high - low) + low


def _random_views(photos: Tensor, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Return a rotated, mirrored crop of each photo, with one bilinear resampling."""
    n = len(photos)
    side = _uniform(n, MIN_CROP, 1.0, generator).sqrt()
    narrow = math.log(MIN_ASPECT)
    aspect = _uniform(n, narrow, -narrow, generator).exp().sqrt()
    across, down = (side * aspect).clamp(max=1), (side / aspect).clamp(max=1)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    turn = _uniform(n, -MAX_TURN, MAX_TURN, generator)
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


def _recolour(views: Tensor, generator: torch.Generator) -> Tensor:
    """Rotate hues, and change saturation and light strongly; make some views negatives."""
    n = len(views)
    turn, saturation = _uniform(n, -math.pi, math.pi, generator), _uniform(n, 0, 1.6, generator)
    change = torch.zeros(n, 3, 3)
    change[:, 0, 0] = 1
    change[:, 1, 1] = change[:, 2, 2] = turn.cos() * saturation
    change[:, 2, 1] = turn.sin() * saturation
    change[:, 1, 2] = -change[:, 2, 1]
    sign = torch.where(torch.rand(n, generator=generator) < NEGATIVES, -1.0, 1.0)
    strength = (_uniform(n, 0.6, 1.4, generator) * sign).view(-1, 1, 1)
    brightness = _uniform(n, -0.3, 0.3, generator).view(-1, 1, 1, 1)
    colours = torch.einsum("nij,njhw->nihw", _RGB @ change @ _YIQ * strength, views)
    return colours.add_(brightness).clamp_(-1, 1)


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
