"""Make prompts and events for tests of figures, and count them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid4

from catalog.models import Image
from core.tenancy import shop_scope
from recommendations.analytics.rollup import roll_up
from recommendations.models import Event, Prompt
from tenants.models import Shop


def make_plain_image(shop: Shop, name: str = "Dress", **fields: Any) -> Image:
    """Return an image without a photo."""
    with shop_scope(shop.pk):
        image: Image = Image.objects.create(
            shop=shop, name=name, width=1, height=1, digest="0" * 64, **fields
        )
    return image


def make_prompt(
    shop: Shop, text: str = "red dress", *, found: str | None = "strong", **fields: Any
) -> Prompt:
    """Return an answer with a result of this match for each image; without results if None."""
    images = fields.pop("images", ())
    ids = [image.pk for image in images] or ([uuid4()] if found else [])
    results = [{"id": str(pk), "score": 0.5, "match": found} for pk in ids]
    values = {"timings_ms": {"total": 10.0}, "results": results, **fields}
    created_at = values.pop("created_at", None)
    with shop_scope(shop.pk):
        prompt: Prompt = Prompt.objects.create(shop=shop, prompt=text, number_of_images=1, **values)
        if created_at:
            Prompt.objects.filter(pk=prompt.pk).update(created_at=created_at)
    return prompt


def make_event(image: Image, kind: str = "click", **fields: Any) -> Event:
    """Return an event of the image's shop, by default at the present time."""
    values = {"occurred_at": timezone.now(), "event_id": str(uuid4()), **fields}
    with shop_scope(image.shop_id):
        event: Event = Event.objects.create(shop_id=image.shop_id, image=image, kind=kind, **values)
    return event


def count_all() -> int:
    """Count all rows; in a test, none can still arrive."""
    return roll_up(up_to=timezone.now() + timedelta(seconds=1))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
