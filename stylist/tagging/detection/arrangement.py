"""Choose the windows that fit together on a body: hat over shirt over trousers over shoes.

The most likely sequence of windows from the top of a person to the bottom, by dynamic programming
(Bellman, 1957). Each region has at most one garment, in the body's order; a dress has no skirt
below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.ml.colours import Floats
from stylist.tagging.detection.windows import Figure
from stylist.tagging.regions import (
    NO_GARMENT,
    REGIONS,
    DetectionThresholds,
    Region,
)

_FLOOR = 1e-4  # a window that looks wrong is not impossible
_BELOW_SHIRT = frozenset({Region.LOWER, Region.FEET})
_BELOW: Mapping[Region | None, frozenset[Region]] = {
    None: frozenset(REGIONS),
    Region.HEAD: frozenset(REGIONS) - {Region.HEAD},
    Region.UPPER: _BELOW_SHIRT,
    Region.WHOLE: frozenset({Region.FEET}),
    Region.LOWER: frozenset({Region.FEET}),
    Region.FEET: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Placement:
    """A garment: the place of its window in `Figure.windows`, its region, and how likely it is."""

    window: int
    region: Region
    likelihood: float


@dataclass(frozen=True, slots=True)
class _Path:
    score: float
    placements: tuple[Placement, ...]


def arrange(
    figure: Figure, likelihoods: Floats, thresholds: DetectionThresholds
) -> tuple[Placement, ...]:
    """Return the garments from top to bottom; `likelihoods` (n, 6) are those of the windows."""
    best: dict[tuple[int, Region | None], _Path] = {(0, None): _Path(0.0, ())}
    for row in range(figure.bands):
        starts = [(last, path) for (at, last), path in best.items() if at == row]
        for last, path in starts:
            _keep(best, (row + 1, last), path if _is_gap(figure, row) else None)
            for end, region, longer in _extend(figure, row, last, path, likelihoods, thresholds):
                _keep(best, (end, region), longer)
    ends = [path for (at, _), path in best.items() if at == figure.bands]
    return max(ends, key=lambda path: path.score).placements if ends else ()


def _is_gap(figure: Figure, row: int) -> bool:
    """Return whether a band is too small for a window of its own."""
    return not any(window.first == row and window.last == row + 1 for window in figure.windows)


def _extend(
    figure: Figure,
    row: int,
    last: Region | None,
    path: _Path,
    likelihoods: Floats,
    thresholds: DetectionThresholds,
) -> Sequence[tuple[int, Region | None, _Path]]:
    """Return the ways on from a boundary: its row, the lowest region so far, and the path."""
    found = []
    for number, window in enumerate(figure.windows):
        if window.first != row:
            continue
        weight = window.height**thresholds.length_power
        for column, likelihood in enumerate(likelihoods[number].tolist()):
            score = path.score + weight * float(np.log(likelihood + _FLOOR))
            score -= thresholds.split_cost
            if column == NO_GARMENT:
                found.append((window.last, last, _Path(score, path.placements)))
            elif REGIONS[column] in _BELOW[last] and likelihood >= thresholds.min_likelihood:
                placed = Placement(number, REGIONS[column], likelihood)
                longer = _Path(score, (*path.placements, placed))
                found.append((window.last, REGIONS[column], longer))
    return found


def _keep(
    best: dict[tuple[int, Region | None], _Path],
    at: tuple[int, Region | None],
    path: _Path | None,
) -> None:
    if path is not None and (at not in best or best[at].score < path.score):
        best[at] = path
