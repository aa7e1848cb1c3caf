"""Find photos that differ from the shop's usual photos in background, framing or light.

A photo is an outlier if it is far from the shop's median, relative to the median absolute
deviation: the modified z-score of Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993.
A look is a list of figures in the order of `LOOK`; background colours are OKLab.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.measure.assessment import Assessment

# Figures of a look, each with the smallest visible deviation in its own unit. In a shop with nearly
# equal photos, smaller deviations do not make an outlier.
LOOK = {
    "background_lightness": 0.02,
    "background_green_red": 0.01,
    "background_blue_yellow": 0.01,
    "subject_fill": 0.03,
    "centring": 0.02,
    "exposure": 0.1,
    "colour_cast": 0.4,
}
GROUPS = {
    "background_lightness": "background",
    "background_green_red": "background",
    "background_blue_yellow": "background",
    "subject_fill": "framing",
    "centring": "framing",
    "exposure": "light",
    "colour_cast": "light",
}
MIN_PHOTOS = 8  # fewer photos do not show what is usual
FAR = 3.5
TO_DEVIATION = 0.6745  # the median absolute deviation of the standard normal distribution


@dataclass(frozen=True, slots=True)
class Outlier:
    """A photo that is far from the usual ones.

    `place` is its index in the list, `distance` its largest modified z-score, `looks` the names of
    all figures above `FAR`, `groups` their groups: background, framing, light.
    """

    place: int
    distance: float
    looks: tuple[str, ...]
    groups: tuple[str, ...]


def read_look(assessment: Assessment) -> list[float | None]:
    """Return a photo's look, with None for unknown figures."""
    background = assessment.background or (None, None, None)
    return [
        *background,
        assessment.raws["subject_fill"],
        assessment.raws["centring"],
        assessment.raws["exposure"],
        assessment.raws["colour_cast"],
    ]


def find_outliers(looks: Sequence[Sequence[float | None]]) -> list[Outlier]:
    """Return the outliers, the farthest first; none below `MIN_PHOTOS` photos."""
    if len(looks) < MIN_PHOTOS:
        return []
    figures = np.array(looks, dtype=np.float64)
    columns = zip(figures.T, LOOK.values(), strict=True)
    distances = np.stack([_distances(*column) for column in columns])
    names = list(LOOK)
    breaches = []
    for place in np.flatnonzero((distances > FAR).any(axis=0)):
        far = [names[row] for row in np.flatnonzero(distances[:, place] > FAR)]
        groups = tuple(dict.fromkeys(GROUPS[name] for name in far))
        breaches.append(Outlier(int(place), float(distances[:, place].max()), tuple(far), groups))
    return sorted(breaches, key=lambda breach: -breach.distance)


def _distances(column: NDArray[np.float64], min_spread: float) -> NDArray[np.float64]:
    """Return modified z-scores; 0 for an unknown figure, or with too few known ones."""
    known = column[~np.isnan(column)]
    if len(known) < MIN_PHOTOS:
        return np.zeros_like(column)
    middle = np.median(known)
    spread = max(float(np.median(np.abs(known - middle))), min_spread)
    return np.nan_to_num(TO_DEVIATION * np.abs(column - middle) / spread)
