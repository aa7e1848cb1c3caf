"""Images for tests."""

import io
from typing import Any

from catalog.models import Image
from catalog.services import create_image
from core.photos import open_photo
from core.tenancy import shop_scope
from core.tests.factories import make_photo
from tenants.models import Shop


def make_image(shop: Shop, colour: str = "red", **fields: Any) -> Image:
    """Return an image of the shop with a photo of one colour, waiting to be indexed."""
    with shop_scope(shop.pk):
        photo = open_photo(io.BytesIO(make_photo(colour)))
        return create_image(shop=shop, photo=photo, fields={"name": f"{colour} thing", **fields})
