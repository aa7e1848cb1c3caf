"""Make answers and calibrations for tests."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from catalog.models import Image, VectorIndex
from core.tenancy import shop_scope
from recommendations.models import Prompt
from tenants.models import Shop


def make_answer(shop: Shop, *images: Image) -> Prompt:
    """Return an answer with these images, best first."""
    results = [{"id": str(image.pk), "score": 0.5, "match": None} for image in images]
    with shop_scope(shop.pk):
        answer: Prompt = Prompt.objects.create(
            shop=shop,
            prompt="red",
            number_of_images=len(images) or 1,
            results=results,
            timings_ms={"total": 1.0},
        )
    return answer


def make_calibration(*, axis: Sequence[float], weak: float, strong: float) -> dict[str, Any]:
    """Return a calibration with these thresholds; those of photos are higher by 0.2."""
    return {
        "method": VectorIndex.CALIBRATION_METHOD,
        "count": 4,
        "weak": weak,
        "strong": strong,
        "photo_weak": weak + 0.2,
        "photo_strong": strong + 0.2,
        "axis": base64.b64encode(np.array(axis, np.float16).tobytes()).decode(),
        "axis_least": 0.0,
    }
