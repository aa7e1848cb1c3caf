"""What was asked and answered, for tests."""

from __future__ import annotations

from catalog.models import Image
from recommendations.models import Prompt
from tenants.models import Shop
from tenants.scope import shop_scope


def make_answer(shop: Shop, *images: Image) -> Prompt:
    """Return an answer that showed these images, the best first."""
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
