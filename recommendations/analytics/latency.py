"""Times counted in buckets that can be added up, and quantiles of them within 1 %.

The sketch is DDSketch's (Masson, Rim and Lee, VLDB 2019): bucket i counts what lies above
g^(i-1) and up to g^i, with g = (1 + accuracy) / (1 - accuracy). Keys are buckets as texts,
as JSON has them; times are milliseconds.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

ACCURACY = 0.01
SHORTEST_MS = 0.1
_GROWTH = (1 + ACCURACY) / (1 - ACCURACY)

Sketch = Mapping[str, int]


def sketch(times: Iterable[float]) -> Counter[str]:
    """Count times by bucket; what is shorter than `SHORTEST_MS` counts as that."""
    return Counter(str(math.ceil(math.log(max(time, SHORTEST_MS), _GROWTH))) for time in times)


def add_up(sketches: Iterable[Sketch]) -> Counter[str]:
    """Return the sketch of all times in any of the sketches."""
    total: Counter[str] = Counter()
    for one in sketches:
        total.update(one)
    return total


def quantile(counts: Sketch, share: float) -> float | None:
    """Return the time that `share` (0 to 1) of the times do not exceed; None of no times."""
    rank = math.ceil(share * sum(counts.values()))
    for bucket in sorted(map(int, counts)):
        rank -= counts[str(bucket)]
        if rank <= 0:
            return round(2 * _GROWTH**bucket / (_GROWTH + 1), 1)
    return None
