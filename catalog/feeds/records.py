"""Products as a feed states them, and the problems of its rows.

Values are cleaned and within the limits of `catalog.feeds.values`, but not yet compared with what
the shop has: a category is a path or name, and may be unknown.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

import orjson

MAX_PROBLEM_VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """One size and colour of a product.

    `name` is "" if it is that of the product. `currency` is of ISO 4217, in capitals.
    `availability` is in_stock, out_of_stock, preorder, backorder, or "" if the feed does not state
    it.
    """

    sku: str = ""
    size: str = ""
    size_system: str = ""
    colour: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    currency: str = ""
    availability: str = ""
    stock: int | None = None
    link: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A link to a photo, and the SKUs of the variants that it shows; none means all."""

    url: str
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product with its variants and photos.

    `row` is the number of its first row in the file, where the header of a table is row 1; in XML
    it is the number of the item. `rows` is how many rows it took. `category` is a path or a name as
    in the feed. `status` is published, draft, or "" if the feed does not state it.
    """

    row: int
    rows: int
    external_id: str
    name: str
    description: str = ""
    category: str = ""
    styles: tuple[str, ...] = ()
    age_group: str = ""
    brand: str = ""
    gender: str = ""
    link: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    status: str = ""
    variants: tuple[VariantRecord, ...] = ()
    photos: tuple[PhotoRecord, ...] = ()
    is_deleted: bool = False

    def digest(self) -> str:
        """Return the SHA-256, in hexadecimal, of everything but the place in the file."""
        facts = {name: getattr(self, name) for name in _FACTS}
        facts["attributes"] = dict(self.attributes)
        data = orjson.dumps(facts, default=str, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(data).hexdigest()


_FACTS = tuple(
    one.name for one in fields(ProductRecord) if one.name not in {"row", "rows", "attributes"}
)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row, or a value in it, that could not be used.

    `column` is named as in the feed, "" if the whole row is meant. `code` is for programs, `detail`
    says what to do. `lost_rows` is how many rows are left out for it, and `lost_ids` are the ids
    that their product may have; none if the rows cannot be read at all.
    """

    row: int
    column: str
    value: str
    code: str
    detail: str
    lost_rows: int = 0
    lost_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.value) > MAX_PROBLEM_VALUE_LENGTH:
            object.__setattr__(self, "value", self.value[:MAX_PROBLEM_VALUE_LENGTH])
