"""Enhancements are listed by image or by batch."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from core.tenancy import shop_scope
from quality.services import create_enhancement
from quality.tests.factories import make_image

pytestmark = pytest.mark.django_db
ENHANCE = "/api/v1/quality/enhance/"


def make_preview(member, **fields: Any) -> tuple[str, str]:
    """Return the ids of a new image and of an enhancement of it."""
    image = make_image(member.shop, **fields)
    with shop_scope(member.shop.pk):
        row = create_enhancement(shop=member.shop, photo=image, level=1.0, steps=(), profile="")
    return str(image.pk), str(row.pk)


def ids(member, **query: str) -> list[str]:
    return [row["id"] for row in member.client.get(ENHANCE, query).json()["results"]]


def test_lists_enhancements_of_an_image(shop):
    (image, made), (_, other) = make_preview(shop), make_preview(shop)
    assert ids(shop) == [other, made]
    assert ids(shop, image=image) == [made]
    assert ids(shop, image=image, batch=str(uuid7())) == []


def test_lists_nothing_of_another_shops_image(shop, rival):
    image, _ = make_preview(rival)
    assert ids(shop, image=image) == []


def test_invalid_id_is_a_clear_error(shop):
    answer = shop.client.get(ENHANCE, {"image": "nonsense"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
