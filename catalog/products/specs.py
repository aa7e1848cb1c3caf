"""Products as a shop wants them: what `upsert_products` takes and returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PhotoLink:
    """A photo to fetch, and the SKUs of the variants that it shows; none: all variants."""

    url: str
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductSpec:
    """A product to write. `facts`, and each of `variants`, are values of the models by field name.

    A whole product gets the defaults of fields that are left out, and exactly these variants. Of a
    partial one, which must exist, only what is named changes: variants are found by their SKU, or
    without one by size and colour, and those that are not there are added. `photos` are the photos
    by link, in their order, whether partial or not; None leaves the photos as they are.
    """

    external_id: str
    facts: Mapping[str, Any]
    variants: Sequence[Mapping[str, Any]] | None = None
    photos: Sequence[PhotoLink] | None = None
    is_partial: bool = False


class ProductChange(StrEnum):
    """What became of a `ProductSpec`."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WrittenProduct:
    """The result of one `ProductSpec`; `code` and `detail` say why it failed."""

    external_id: str
    change: ProductChange
    product_id: UUID | None = None
    code: str = ""
    detail: str = ""
