"""Images, and garments seen in them, for tests."""

import io
from typing import Any

import numpy as np

from catalog.facts import SeenGarment, record_facts
from catalog.models import Category, DuplicatePair, Image
from catalog.services import create_image, update_image
from core.photos import open_photo
from core.tenancy import shop_scope
from core.tests.factories import make_photo, make_unique
from tenants.models import Shop


def make_image(
    shop: Shop, colour: str = "red", *, jpeg: bytes | None = None, **fields: Any
) -> Image:
    """Return an image of the shop with a photo of one colour, waiting to be indexed.

    Its bytes are those of no other photo, unless they are given.
    """
    with shop_scope(shop.pk):
        photo = open_photo(io.BytesIO(jpeg or make_unique(make_photo(colour))))
        return create_image(shop=shop, photo=photo, fields={"name": f"{colour} thing", **fields})


def make_stated_image(shop: Shop, *, category: str = "", colour: str = "", **fields: Any) -> Image:
    """Return an image of which the shop states a category, by name, and a colour."""
    if category:
        with shop_scope(shop.pk):
            found = Category.objects.visible().named(category).first()
            fields["category"] = found or Category.objects.create(shop=shop, name=category)
    image = make_image(shop, **fields)
    with shop_scope(shop.pk):
        return update_image(image=image, fields={"colour": colour})


def make_garment(kind: str = "t-shirt", colour: str = "navy", **fields: Any) -> SeenGarment:
    """Return a garment of one plain colour, all of it sure, as tagging would have seen it."""
    values: dict[str, Any] = {
        "box": (0.1, 0.05, 0.9, 0.6),
        "region": "upper",
        "kind": kind,
        "kind_confidence": 0.93,
        "is_kind_sure": True,
        "colours": ((colour, 0.85), ("white", 0.15)),
        "colour_confidence": 0.9,
        "is_colour_sure": True,
        "pattern": "plain",
        "pattern_confidence": 0.8,
        "is_pattern_sure": True,
        "embedding": np.eye(1, 256, dtype=np.float32)[0],
    }
    return SeenGarment(**{**values, **fields})


def record_garments(image: Image, *garments: SeenGarment, **fields: Any) -> None:
    """Record what was seen in an image's photo, in its shop's scope."""
    values: dict[str, Any] = {"image_version": image.version, "encoder": "mini", "revision": "r2"}
    with shop_scope(image.shop_id):
        record_facts(image_id=image.pk, garments=garments, **{**values, **fields})


def make_pair(*images: Image, **fields: Any) -> DuplicatePair:
    """Return two images as near-duplicates."""
    first, second = sorted(images, key=lambda image: image.pk)
    with shop_scope(first.shop_id):
        pair: DuplicatePair = DuplicatePair.objects.create(
            shop_id=first.shop_id,
            first=first,
            first_version=first.version,
            second=second,
            second_version=second.version,
            distance=2,
            similarity=0.99,
            **fields,
        )
    return pair
