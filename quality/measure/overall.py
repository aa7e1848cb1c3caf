"""One score of 0 to 100 from all measures, with its parts.

    overall = score(measures)          `Measures`, of `quality.measure.metrics`

The score is the weighted geometric mean of the measures' scores, so that one good measure does not
make up for a poor one. Unknown measures are left out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quality.measure.scales import Measure

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
