"""The first photo a worker looks at takes seconds; this is that photo."""

import numpy as np

from quality.enhance.enhancement import enhance
from quality.measure.assessor import assess
from quality.measure.frame import make_frame
from quality.measure.metrics import measure

SIDE = 600


def measure_anything() -> None:
    """Measure and enhance a square before a shaded ground, and forget it."""
    rgb = np.tile(np.linspace(190, 230, SIDE, dtype=np.uint8)[:, None, None], (1, SIDE, 3))
    rgb[SIDE // 4 : -SIDE // 4, SIDE // 3 : -SIDE // 3] = (150, 40, 60)
    frame = make_frame(rgb)
    assess(frame)
    enhance(measure(frame), level=1.0)
