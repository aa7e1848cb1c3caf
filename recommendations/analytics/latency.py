"""Sketches of durations: counts by bucket that can be merged, with quantiles within 1 %.

The sketch is DDSketch (Masson, Rim and Lee, VLDB 2019): bucket i counts durations above g^(i-1) and
up to g^i, with g = (1 + accuracy) / (1 - accuracy). Keys are bucket numbers as texts, for JSON;
durations are milliseconds.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

ACCURACY = 0.01
MIN_MS = 0.1
_GROWTH = (1 + ACCURACY) / (1 - ACCURACY)

Sketch = Mapping[str, int]


def build_sketch(times: Iterable[float]) -> Counter[str]:
    """Count durations by bucket; shorter ones than `MIN_MS` count as `MIN_MS`."""
    return Counter(str(math.ceil(math.log(max(time, MIN_MS), _GROWTH))) for time in times)


def merge_sketches(sketches: Iterable[Sketch]) -> Counter[str]:
    """Return the sketch of all durations in the sketches."""
    total: Counter[str] = Counter()
    for sketch in sketches:
        total.update(sketch)
    return total


def estimate_quantile(counts: Sketch, share: float) -> float | None:
    """Return the duration that a `share` (0 to 1) does not exceed; None without durations."""
    rank = math.ceil(share * sum(counts.values()))
    for bucket in sorted(map(int, counts)):
        rank -= counts[str(bucket)]
        if rank <= 0:
            return round(2 * _GROWTH**bucket / (_GROWTH + 1), 1)
    return None
