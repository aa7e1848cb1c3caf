"""Separate the garment in a photo from its background.

Works on OKLab photos, float32 (h, w, 3), about 100 pixels a side (see `core.ml.colours`).
"""

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import Floats


def centre_weights(height: int, width: int) -> Floats:
    """Return (h, w) weights: 1 in the middle, about 0.1 in the corners."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    weights: Floats = np.exp(-1.1 * (x**2 + y**2)).astype(np.float32)
    return weights


def find_garment(lab: Floats, weights: Floats) -> tuple[NDArray[np.bool_], bool]:
    """Split (h, w, 3) OKLab into garment (true) and background; also return if this is reliable."""
    ring = np.ones(lab.shape[:2], dtype=bool)
    edge = max(1, max(lab.shape[:2]) // 32)
    ring[edge:-edge, edge:-edge] = False
    centres, tolerances = _background_colours(lab[ring])
    distances = np.linalg.norm(lab[:, :, None] - centres, axis=-1) / tolerances
    # In the middle of the photo, a colour of the background more likely belongs to the garment.
    looks_background = distances.min(axis=-1) < 1.25 - 0.5 * weights
    garment = ~_reach_from_border(looks_background)
    share = float((garment * weights).sum() / weights.sum())
    middle = float(garment[weights > 0.75].mean()) if (weights > 0.75).any() else 0.0
    calm_border = float(looks_background[ring].mean())
    return garment, 0.06 < share < 0.93 and middle > 0.35 and calm_border > 0.6


def _background_colours(border: Floats) -> tuple[Floats, Floats]:
    """Cluster (n, 3) border colours; return centres (k, 3) and each centre's radius, (k,)."""
    centres = border[[len(border) // 2]]
    for _ in range(3):  # farthest-point start, so that no randomness is needed
        gaps = np.linalg.norm(border[:, None] - centres, axis=-1).min(axis=1)
        centres = np.vstack([centres, border[gaps.argmax()]])
    for _ in range(6):
        owner = np.linalg.norm(border[:, None] - centres, axis=-1).argmin(axis=1)
        for k in range(len(centres)):
            if (owner == k).any():
                centres[k] = border[owner == k].mean(axis=0)
    # A small cluster is a piece of the garment that reaches the border.
    large = [k for k in range(len(centres)) if (owner == k).mean() >= 0.12]
    spread = [np.linalg.norm(border[owner == k] - centres[k], axis=-1).mean() for k in large]
    tolerances = np.clip(2.2 * np.array(spread, dtype=np.float32), 0.045, 0.10)
    return centres[large].astype(np.float32), tolerances


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
