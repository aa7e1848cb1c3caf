"""Choose the windows that fit together on a body: hat over shirt over trousers over shoes.

The most likely sequence of windows from the top of a person to the bottom, by dynamic programming
(Bellman, 1957). Each region has at most one garment, in the body's order; a dress has no skirt
below it. Bands of skin, such as faces and bare legs, are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.ml.colours import Floats
from stylist.tagging.detection.windows import Figure
from stylist.tagging.regions import REGIONS, DetectionThresholds, Region

MIN_HAT = 0.12  # of the person's height: what is lower is hair more often
BARENESS_SLOPE = 0.1  # of the share of skin: from half sure to three quarters
_BELOW: Mapping[Region | None, frozenset[Region]] = {
    None: frozenset(REGIONS),
    Region.HEAD: frozenset(REGIONS) - {Region.HEAD, Region.FEET},
    # Below a shirt, what looks like shoes is mostly a strip of trousers.
    Region.UPPER: frozenset({Region.LOWER}),
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
    """Return the garments from top to bottom; `likelihoods` (n, 5) are those of the windows."""
    count = len(figure.bands)
    best: dict[tuple[int, Region | None], _Path] = {(0, None): _Path(0.0, ())}
    cloth, bare = _rate_bands(figure, thresholds)
    for row in range(count):
        for last, path in [(last, path) for (at, last), path in best.items() if at == row]:
            skipped = _Path(path.score + bare[row], path.placements)
            _keep(best, (row + 1, last), skipped)
            for placed in _place(figure, row, last, likelihoods, thresholds):
                window = figure.windows[placed.window]
                score = path.score + sum(cloth[row : window.last]) - thresholds.split_cost
                score += window.height * float(np.log(placed.likelihood))
                longer = _Path(score, (*path.placements, placed))
                _keep(best, (window.last, placed.region), longer)
    ends = [path for (at, _), path in best.items() if at == count]
    return max(ends, key=lambda path: path.score).placements


def _rate_bands(figure: Figure, thresholds: DetectionThresholds) -> tuple[list[float], list[float]]:
    """Return the scores of each band as a part of a garment, and as none."""
    cloth, bare = [], []
    for band in figure.bands:
        logit = (thresholds.max_bareness - band.bareness) / BARENESS_SLOPE
        cloth.append(-band.height * float(np.logaddexp(0, -logit)))
        bare.append(-band.height * float(np.logaddexp(0, logit)))
    return cloth, bare


def _place(
    figure: Figure,
    row: int,
    last: Region | None,
    likelihoods: Floats,
    thresholds: DetectionThresholds,
) -> list[Placement]:
    """Return the garments that can begin at a boundary, below the lowest region so far."""
    return [
        Placement(number, region, float(likelihood))
        for number, window in enumerate(figure.windows)
        if window.first == row
        for region, likelihood in zip(REGIONS, likelihoods[number], strict=True)
        if region in _BELOW[last] and likelihood >= thresholds.min_likelihood
        if region != Region.HEAD or window.height >= MIN_HAT
    ]


def _keep(
    best: dict[tuple[int, Region | None], _Path], at: tuple[int, Region | None], path: _Path
) -> None:
    if at not in best or best[at].score < path.score:
        best[at] = path
