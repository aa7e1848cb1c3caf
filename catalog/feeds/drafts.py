"""Make a product of its rows: check each value, and report those that cannot be used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from catalog.feeds import values
from catalog.feeds.money import Money, MoneyUnclear, parse_money
from catalog.feeds.records import PhotoRecord, ProductRecord, RowProblem, VariantRecord
from catalog.feeds.rows import ATTRIBUTE, Fields, Row

MAX_PHOTOS = 100
MAX_ATTRIBUTES = 50
MAX_ATTRIBUTES_BYTES = 16_000
STATUSES = {"published": "published", "active": "published", "draft": "draft"}


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What applies to a whole feed: its names of fields, its currency, the base of its images."""

    titles: Mapping[str, str] = field(default_factory=dict)
    default_currency: str = ""
    image_base: str = ""


class ProductDraft:
    """A product in the making, with the problems of its rows."""

    def __init__(self, settings: FeedSettings) -> None:
        self.problems: list[RowProblem] = []
        self.variants: list[VariantRecord] = []
        self._settings = settings
        # The variants that a photo shows; None if it was stated for the whole product.
        self._photos: dict[str, list[str] | None] = {}

    def report(self, row: int, name: str, value: Any, code: str, detail: str) -> None:
        """Report a value that is left out, or the row if the value is essential."""
        column = self._settings.titles.get(name, name)
        problem = RowProblem(row, column, str(value), code, detail)
        # A product and its variant may state the same value.
        if problem not in self.problems:
            self.problems.append(problem)

    def add_variant(self, row: Row) -> VariantRecord | None:
        """Add the variant that a row states; None, and a problem, if its price is unusable."""
        number, fields = row
        get = fields.get
        currency = get("currency") or self._settings.default_currency
        price: Decimal | None = None
        sale_price: Decimal | None = None
        if text := get("price"):
            money = self._read_money(number, "price", text, currency)
            if money is None:
                return None
            price, currency = money.amount, money.currency
        if (text := get("sale_price")) and (
            sale := self._read_money(number, "sale_price", text, currency)
        ):
            sale_price = self._compare(number, text, sale, price, currency)
        variant = VariantRecord(
            get("sku", ""),
            self._read_short(number, "size", get("size"), values.MAX_SIZE_LENGTH),
            self._read_short(
                number, "size_system", get("size_system"), values.MAX_SIZE_SYSTEM_LENGTH
            ),
            self._read_short(number, "colour", get("colour"), values.MAX_COLOUR_LENGTH),
            price,
            sale_price,
            currency if price is not None else "",
            self._read_availability(number, get("availability")),
            self._read_stock(number, get("stock")),
            self._read_link(number, get("link")),
            values.clean_line(get("variant_name", ""), values.MAX_NAME_LENGTH),
        )
        self.variants.append(variant)
        return variant

    def add_photos(self, row: int, name: str, links: Iterable[str], sku: str | None = None) -> None:
        """Add photos of one variant, or of the whole product if `sku` is None."""
        for link in links:
            url = self._settings.image_base + link.lstrip("/") if _is_path(link) else link
            if not values.is_link(url) or len(url) > values.MAX_PHOTO_LINK_LENGTH:
                detail = "Send the photo's whole address, beginning with https:// or http://."
                self.report(row, name, link, "link_invalid", detail)
            elif url in self._photos:
                shown = self._photos[url]
                if sku is not None and shown is None:
                    self._photos[url] = [sku]
                elif sku is not None and shown is not None and sku not in shown:
                    shown.append(sku)
            elif len(self._photos) == MAX_PHOTOS:
                detail = f"A product may have {MAX_PHOTOS} photos; this one is left out."
                self.report(row, name, link, "too_many_photos", detail)
            else:
                self._photos[url] = None if sku is None else [sku]

    def finish(
        self,
        rows: Sequence[Row],
        *,
        external_id: str,
        facts: Row,
        name: str = "",
        is_deleted: bool = False,
    ) -> ProductRecord | None:
        """Return the product with the facts of one of its rows; None if it has no name."""
        number, fields = facts
        get = fields.get
        name = values.clean_line(name or get("name", ""), values.MAX_NAME_LENGTH)
        if not name and not is_deleted:
            self.report(number, "name", "", "name_missing", "Give the product a name.")
            return None
        return ProductRecord(
            rows[0].number,
            len(rows),
            external_id,
            name,
            values.clean_description(get("description", "")),
            values.clean_line(get("category", ""), values.MAX_CATEGORY_LENGTH),
            values.split_list(get("styles", "")),
            values.clean_line(get("age_group", ""), values.MAX_FACET_LENGTH).lower(),
            values.clean_line(get("brand", ""), values.MAX_BRAND_LENGTH),
            self._read_short(number, "gender", get("gender"), values.MAX_GENDER_LENGTH).lower(),
            self._read_link(number, get("link")),
            read_attributes(fields),
            self._read_status(number, get("status")),
            tuple(replace(one, name="") if one.name == name else one for one in self.variants),
            self._list_photos(),
            is_deleted,
        )

    def _list_photos(self) -> tuple[PhotoRecord, ...]:
        skus = {variant.sku for variant in self.variants}
        return tuple(
            PhotoRecord(url, () if not shown or skus.issubset(shown) else _list_named(shown, skus))
            for url, shown in self._photos.items()
        )

    def _read_money(self, row: int, name: str, text: str, currency: str) -> Money | None:
        try:
            return parse_money(text, currency)
        except MoneyUnclear as error:
            self.report(row, name, text, error.code, error.detail)
            return None

    def _compare(
        self, row: int, text: str, sale: Money, price: Decimal | None, currency: str
    ) -> Decimal | None:
        """Return the sale price if it is lower than the price; report it if it is higher."""
        if price is None or sale.currency != currency or sale.amount > price:
            detail = "A sale price needs a price that is higher, in the same currency."
            self.report(row, "sale_price", text, "sale_price_invalid", detail)
            return None
        return sale.amount if sale.amount < price else None

    def _read_short(self, row: int, name: str, text: str | None, max_length: int) -> str:
        if not text:
            return ""
        text = values.clean_line(text)
        if len(text) > max_length:
            detail = f"Shorten it to {max_length} characters; it is left out."
            self.report(row, name, text, "value_too_long", detail)
            return ""
        return text

    def _read_availability(self, row: int, text: str | None) -> str:
        if not text:
            return ""
        availability = values.parse_availability(text)
        if availability is None:
            detail = "Write in_stock, out_of_stock, preorder or backorder."
            self.report(row, "availability", text, "availability_unknown", detail)
        return availability or ""

    def _read_stock(self, row: int, text: str | None) -> int | None:
        if not text:
            return None
        stock = values.parse_stock(text)
        if stock is None:
            self.report(row, "stock", text, "stock_invalid", "Write a whole number of pieces.")
        return stock

    def _read_link(self, row: int, text: str | None) -> str:
        if not text:
            return ""
        if len(text) > values.MAX_LINK_LENGTH or not values.is_link(text):
            detail = (
                "Write one address that begins with https:// or http:// and has at most"
                f" {values.MAX_LINK_LENGTH} characters."
            )
            self.report(row, "link", text, "link_invalid", detail)
            return ""
        return text

    def _read_status(self, row: int, text: str | None) -> str:
        if not text:
            return ""
        status = STATUSES.get(text.lower(), "")
        if not status:
            self.report(row, "status", text, "status_unknown", "Write published or draft.")
        return status


def read_attributes(fields: Fields) -> dict[str, str]:
    """Return the attributes among the fields of a row, as far as they are within the limits."""
    found: dict[str, str] = {}
    size = 0
    for name, value in fields.items():
        if name.startswith(ATTRIBUTE):
            key = name.removeprefix(ATTRIBUTE)[: values.MAX_FACET_LENGTH]
            text = values.clean_line(value, values.MAX_ATTRIBUTE_LENGTH)
            size += len(key.encode()) + len(text.encode())
            if len(found) == MAX_ATTRIBUTES or size > MAX_ATTRIBUTES_BYTES:
                break
            if text:
                found[key] = text
    return found


def _is_path(link: str) -> bool:
    return "://" not in link and not link.startswith("//")


def _list_named(shown: list[str], skus: set[str]) -> tuple[str, ...]:
    return tuple(sku for sku in shown if sku and sku in skus)
