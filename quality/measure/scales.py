"""Scales that turn a raw figure into a score in [0, 1] and a verdict, and the overall score.

The knots come from 600 photos of the `train` split of the clothing dataset (photos that people
took at home, 400 x 533): most of them are fair, the best quarter good, the worst twentieth poor.
Where listing rules name a value, as for the background, the knots are theirs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Self, TypeAlias

import numpy as np

Knots: TypeAlias = tuple[tuple[float, float], ...]

GOOD, FAIR = 2 / 3, 1 / 3  # the scores from which a verdict is good, or fair


class Verdict(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"  # it cannot be measured, for instance without a visible background

    @classmethod
    def from_score(cls, score: float | None) -> "Verdict":
        if score is None:
            return cls.UNKNOWN
        if score >= GOOD:
            return cls.GOOD
        return cls.FAIR if score >= FAIR else cls.POOR


@dataclass(frozen=True)
class Scale:
    """The label, the unit and the scores of a measure.

    `knots` are (raw, score) pairs with raw ascending; the score is linear between them and constant
    outside.
    """

    label: str
    unit: str
    knots: Knots

    def score(self, raw: float) -> float:
        """Return the score in [0, 1]; 1 is best."""
        raws, scores = zip(*self.knots, strict=True)
        return float(np.interp(raw, raws, scores))


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: `raw` in the unit of its scale, and how good that is.

    `raw` and `score` are None where it cannot be measured.
    """

    name: str
    raw: float | None
    score: float | None
    verdict: Verdict

    @classmethod
    def from_raw(cls, name: str, raw: float | None) -> Self:
        score = None if raw is None else SCALES[name].score(raw)
        return cls(name, raw, score, Verdict.from_score(score))

    @property
    def label(self) -> str:
        return SCALES[self.name].label

    @property
    def unit(self) -> str:
        return SCALES[self.name].unit


def _less_is_better(best: float, good: float, fair: float, worst: float) -> Knots:
    return ((best, 1.0), (good, GOOD), (fair, FAIR), (worst, 0.0))


def _more_is_better(worst: float, fair: float, good: float, best: float) -> Knots:
    return ((worst, 0.0), (fair, FAIR), (good, GOOD), (best, 1.0))


SCALES = {
    "resolution": Scale("Resolution", "pixels, shorter side", _more_is_better(100, 250, 762, 1600)),
    "sharpness": Scale("Sharpness", "fine share of detail", _more_is_better(0.08, 0.2, 0.25, 0.40)),
    "contrast": Scale("Contrast", "lightness", _more_is_better(0.05, 0.15, 0.30, 0.55)),
    "noise": Scale("Noise", "1/255", _less_is_better(0.3, 1.0, 2.5, 8)),
    "exposure": Scale(
        "Exposure",
        "stops",
        # Generous above 0: a white background is bright, and clipping detects burnt cloth.
        ((-2.4, 0.0), (-1.1, FAIR), (-0.6, GOOD), (-0.2, 1.0),
         (0.6, 1.0), (1.15, GOOD), (1.4, FAIR), (1.6, 0.0)),
    ),
    "clipping": Scale("Clipping", "share of the garment", _less_is_better(0, 0.005, 0.03, 0.3)),
    "colour_cast": Scale("Colour cast", "OKLab chroma x 100", _less_is_better(0.5, 2, 4.5, 10)),
    "colour_accuracy": Scale("Colour accuracy", "ΔE2000", _less_is_better(1, 4, 8, 20)),
    "saturation": Scale("Saturation", "OKLab chroma", _less_is_better(0.12, 0.17, 0.21, 0.27)),
    "blockiness": Scale("JPEG blocks", "octaves", _less_is_better(0.1, 0.7, 1.1, 2.4)),
    "background_uniformity": Scale(
        "Background uniformity", "OKLab x 100", _less_is_better(1, 5.5, 12, 20)
    ),
    "background_whiteness": Scale(
        "Background whiteness", "share", _more_is_better(0, 0.5, 0.95, 0.995)
    ),
    "subject_fill": Scale(
        "Fill of the frame", "share",
        ((0.3, 0.0), (0.5, FAIR), (0.75, GOOD), (0.85, 1.0), (0.95, 1.0), (0.99, GOOD), (1.0, 0.6)),
    ),
    "centring": Scale("Off centre", "share of the side", _less_is_better(0.01, 0.06, 0.12, 0.25)),
    "naturalness": Scale("Naturalness", "distance", _less_is_better(2, 3.4, 5, 12)),
}  # fmt: skip


FLOOR = 0.05  # scores below count as this: one poor measure at most halves the whole

# The weights follow what a shopper notices first. A part's weight is the sum of its measures'.
PARTS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "detail": {"sharpness": 3, "noise": 2, "blockiness": 1.5, "resolution": 1.5},
        "light": {"exposure": 2.5, "contrast": 1.5, "clipping": 1.5},
        "colour": {"colour_cast": 1.5, "colour_accuracy": 1.5, "saturation": 0.5},
        "framing": {
            "subject_fill": 1,
            "centring": 0.5,
            "background_uniformity": 1,
            "background_whiteness": 0.25,
        },
        "naturalness": {"naturalness": 2},
    }
)


@dataclass(frozen=True, slots=True)
class Overall:
    """The overall score and its parts, each 0 to 100; a part without any measure is None."""

    score: float
    parts: dict[str, float | None]


def score(measures: Mapping[str, Measure]) -> Overall:
    """Return the overall score of a photo, 0 if no measure is known."""
    parts = {name: _mean(measures, weights) for name, weights in PARTS.items()}
    together = {name: weight for weights in PARTS.values() for name, weight in weights.items()}
    whole = _mean(measures, together) or 0.0
    return Overall(whole, parts)


def _mean(measures: Mapping[str, Measure], weights: Mapping[str, float]) -> float | None:
    known = [
        (weight, max(measures[name].score or 0.0, FLOOR))
        for name, weight in weights.items()
        if measures[name].score is not None
    ]
    if not known:
        return None
    total = sum(weight for weight, _ in known)
    return 100 * math.exp(sum(weight * math.log(value) for weight, value in known) / total)
