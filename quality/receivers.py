"""What photo quality does when the catalogue tells of new photos."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from core.tenancy import shop_scope
from quality.services import request_reports


def measure_saved_images(*, shop_id: UUID, image_ids: Collection[UUID], **_: Any) -> None:
    with shop_scope(shop_id):
        request_reports(shop_id=shop_id, image_ids=image_ids)
