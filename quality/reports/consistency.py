"""Which photos break a shop's own consistency: in background, framing and light.

A shop's catalogue looks of one piece when its photos do. What is usual is the shop's own median;
a photo that is far from it, measured by the median absolute deviation, breaks it (the modified
z-score of Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993). Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quality.measure.assessment import Assessment

# Each with the least deviation that anybody would see, in its own unit: a shop whose photos are
# alike to the last bit is not broken by the second last.
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
MIN_PHOTOS = 8  # of fewer nobody can say what is usual
FAR = 3.5
TO_DEVIATION = 0.6745  # the median absolute deviation of a normal distribution with deviation 1


@dataclass(frozen=True, slots=True)
class Outlier:
    """A photo, by its place in the list, that is far from what is usual.

    `distance` is the largest modified z-score, from 3.5; `looks` are the figures that are as far,
    and `groups` what they are of: background, framing or light.
    """

    place: int
    distance: float
    looks: tuple[str, ...]
    groups: tuple[str, ...]


def read_look(assessment: Assessment) -> list[float | None]:
    """Return a photo's figures in the order of `LOOK`; None where they cannot be told."""
    background = assessment.background or (None, None, None)
    return [
        *background,
        assessment.raws["subject_fill"],
        assessment.raws["centring"],
        assessment.raws["exposure"],
        assessment.raws["colour_cast"],
    ]


def find_outliers(looks: Sequence[Sequence[float | None]]) -> list[Outlier]:
    """Return the photos that break what is usual, the farthest first; none of too few photos."""
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


def _distances(column: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Return each photo's modified z-score; 0 where it has no figure, or too few photos have."""
    known = column[~np.isnan(column)]
    if len(known) < MIN_PHOTOS:
        return np.zeros_like(column)
    middle = np.median(known)
    spread = max(float(np.median(np.abs(known - middle))), least)
    return np.nan_to_num(TO_DEVIATION * np.abs(column - middle) / spread)
