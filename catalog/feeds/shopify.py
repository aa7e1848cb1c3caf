"""Read the product CSV of Shopify, with the column names of today and the older ones.

https://help.shopify.com/manual/products/import-export/using-csv specifies the columns. A product
takes the rows with its handle: one for each variant or further image, with the facts in the first.
"""

import re
from collections.abc import Sequence

from catalog.feeds.dialect import Dialect, check_id
from catalog.feeds.drafts import ProductDraft
from catalog.feeds.money import MoneyUnclear, parse_money
from catalog.feeds.records import ProductRecord
from catalog.feeds.rows import ATTRIBUTE, Fields, Place, Row, RowRefused
from catalog.feeds.values import MAX_ID_LENGTH, fold, name_option, parse_flag, split_links

OPTIONS = (1, 2, 3)
VARIANT_FIELDS = ("sku", "price", "option1_value", "size", "colour")
# The only variant of a product without options.
NO_OPTION = "Default Title"
UNCATEGORISED = "uncategorized"
_METAFIELD = re.compile(r"(.+) \(product\.metafields\.[^.]+\.(.+)\)")
_NO_HANDLE = re.compile(r"[\W_]+")
METAFIELDS = {"target gender": "gender", "age group": "age_group"}


class ShopifyDialect(Dialect):
    """Rows of handles; those without one belong to the row before."""

    columns = {
        "url handle": "external_id",
        "handle": "external_id",
        "title": "name",
        "description": "description",
        "body (html)": "description",
        "body html": "description",
        "vendor": "brand",
        "product category": "category",
        "standardized product type": "category",
        "type": "type",
        "tags": f"{ATTRIBUTE}tags",
        "published on online store": "published",
        "published": "published",
        "status": "state",
        "sku": "sku",
        "variant sku": "sku",
        "barcode": f"{ATTRIBUTE}barcode",
        "variant barcode": f"{ATTRIBUTE}barcode",
        "price": "price",
        "variant price": "price",
        "compare at price": "compare_at_price",
        "variant compare at price": "compare_at_price",
        "inventory quantity": "stock",
        "variant inventory qty": "stock",
        "inventory tracker": "tracker",
        "variant inventory tracker": "tracker",
        "continue selling when out of stock": "is_oversold",
        "variant inventory policy": "is_oversold",
        "product image url": "image_link",
        "image src": "image_link",
        "image position": "position",
        "variant image url": "variant_image",
        "variant image": "variant_image",
        "google shopping / gender": "gender",
        "google shopping / age group": "age_group",
        "google shopping / mpn": f"{ATTRIBUTE}mpn",
        **{f"option{number} name": f"option{number}_name" for number in OPTIONS},
        **{f"option{number} value": f"option{number}_value" for number in OPTIONS},
    }
    required = (("name",),)

    def __init__(self) -> None:
        self._handle = ""

    def find_field(self, title: str) -> str:
        if metafield := _METAFIELD.fullmatch(fold(title)):
            name, key = metafield.groups()
            return METAFIELDS.get(key, ATTRIBUTE + name)
        return super().find_field(title)

    def locate(self, row: Row) -> Place:
        fields = row.fields
        handle = _find_handle(fields) or self._handle
        self._handle = check_id("external_id", handle)
        if not _is_variant(fields):
            return Place(handle)
        sku = fields.get("sku", "")
        if sku:
            check_id("sku", sku)
        options = [fields.get(f"option{number}_value", "") for number in OPTIONS]
        return Place(handle, sku or "\t".join([handle, *options]))

    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        facts = next((row for row in rows if "name" in row.fields), rows[0])
        names = [facts.fields.get(f"option{number}_name", "") for number in OPTIONS]
        images: list[tuple[int, Row]] = []
        for row in rows:
            if _is_variant(row.fields):
                _read_options(row.fields, names, facts.fields)
                _read_prices(row, draft)
                _read_stock(row.fields)
                draft.add_variant(row)
            if "image_link" in row.fields:
                images.append((_read_position(row.fields), row))
        if not draft.variants:
            if not draft.problems:
                raise RowRefused("price", "", "variant_missing", "Give the product a price.")
            return None
        for _, row in sorted(images, key=lambda image: image[0]):
            draft.add_photos(row.number, "image_link", split_links(row.fields["image_link"]))
        for row in rows:
            if image := row.fields.get("variant_image"):
                sku = row.fields.get("sku", "")
                draft.add_photos(row.number, "variant_image", split_links(image), sku)
        _read_facts(facts.fields)
        # A title without letters makes none, and its row belongs to the one before.
        handle = next(filter(None, (_find_handle(row.fields) for row in rows)), "")
        return draft.finish(rows, external_id=handle, facts=facts)


def _find_handle(fields: Fields) -> str:
    return fields.get("external_id") or _make_handle(fields.get("name", ""))


def _make_handle(title: str) -> str:
    """Return the handle that Shopify makes of a title."""
    return _NO_HANDLE.sub("-", title.lower()).strip("-")[:MAX_ID_LENGTH]


def _is_variant(fields: Fields) -> bool:
    return any(name in fields for name in VARIANT_FIELDS)


def _read_options(fields: Fields, names: Sequence[str], facts: Fields) -> None:
    """Set size and colour from the options; another option is an attribute of the product."""
    for number, name in zip(OPTIONS, names, strict=True):
        value = fields.get(f"option{number}_value", "")
        if not value or value == NO_OPTION:
            continue
        if field := name_option(name):
            fields.setdefault(field, value)
        elif name:
            facts.setdefault(ATTRIBUTE + name, value)


def _read_prices(row: Row, draft: ProductDraft) -> None:
    """Set the price before a sale: the compare-at price, if it is the higher one."""
    before, price = row.fields.get("compare_at_price"), row.fields.get("price")
    if not before or not price:
        return
    try:
        is_sale = parse_money(before).amount > parse_money(price).amount
    except MoneyUnclear as error:
        draft.report(row.number, "compare_at_price", before, error.code, error.detail)
        return
    if is_sale:
        row.fields.update(price=before, sale_price=price)


def _read_stock(fields: Fields) -> None:
    """Set the availability: a variant whose stock is not tracked can always be sold."""
    stock = fields.get("stock")
    if not stock:
        return
    try:
        has_stock = float(stock) > 0
    except ValueError:
        return
    is_oversold = fields.get("is_oversold", "").lower()
    if has_stock:
        fields["availability"] = "in_stock"
    else:
        is_sold = is_oversold == "continue" or parse_flag(is_oversold)
        fields["availability"] = "backorder" if is_sold else "out_of_stock"


def _read_position(fields: Fields) -> int:
    position = fields.get("position", "")
    return int(position) if position.isascii() and position.isdigit() and len(position) < 6 else 0


def _read_facts(facts: Fields) -> None:
    state = facts.get("state", "active").lower()
    is_published = state == "active" and parse_flag(facts.get("published", "true")) is not False
    facts["status"] = "published" if is_published else "draft"
    kind = facts.get("type", "")
    if facts.get("category", "").lower() in {"", UNCATEGORISED}:
        facts["category"] = kind
    elif kind:
        facts[f"{ATTRIBUTE}type"] = kind
