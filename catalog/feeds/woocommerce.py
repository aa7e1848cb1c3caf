"""Read the product CSV of WooCommerce.

https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema specifies the columns. A
variation is a row of its own, which names its parent by id (`id:123`) or SKU.
"""

import re
from collections.abc import Sequence

from catalog.feeds.dialect import Dialect, check_id
from catalog.feeds.drafts import ProductDraft
from catalog.feeds.records import ProductRecord
from catalog.feeds.rows import ATTRIBUTE, Fields, Place, Row, RowRefused
from catalog.feeds.values import (
    choose_path,
    fold,
    name_option,
    parse_flag,
    remove_escape,
    split_links,
)

_ATTRIBUTE_COLUMN = re.compile(r"attribute (\d{1,2}) (name|value\(s\))")
_COMMA = re.compile(r"(?<!\\),")


class WooCommerceDialect(Dialect):
    """Products, and variations that belong to one of them."""

    columns = {
        "id": "external_id",
        "type": "type",
        "sku": "sku",
        "gtin, upc, ean, or isbn": f"{ATTRIBUTE}gtin",
        "name": "name",
        "published": "published",
        "short description": "short_description",
        "description": "description",
        "in stock?": "availability",
        "stock": "stock",
        "sale price": "sale_price",
        "regular price": "price",
        "categories": "categories",
        "tags": f"{ATTRIBUTE}tags",
        "brands": "brand",
        "images": "image_link",
        "parent": "parent",
    }
    required = (("sku", "external_id"), ("name",))

    def find_field(self, title: str) -> str:
        if column := _ATTRIBUTE_COLUMN.fullmatch(fold(title)):
            return f"option{column[1]}_{'name' if column[2] == 'name' else 'value'}"
        return super().find_field(title)

    def locate(self, row: Row) -> Place:
        for name, value in row.fields.items():
            row.fields[name] = remove_escape(value)
        number, sku = row.fields.get("external_id", ""), row.fields.get("sku", "")
        check_id("sku", sku or number)
        own = f"id:{number}" if number else f"sku:{sku}"
        ident = sku or own
        if _is_variation(row.fields):
            parent = row.fields.get("parent", "")
            if not parent:
                raise _parent_missing(row.fields)
            return Place(parent if parent.startswith("id:") else f"sku:{parent}", ident)
        return Place(own, ident, (f"sku:{sku}",) if number and sku else ())

    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        parents = [row for row in rows if not _is_variation(row.fields)]
        if not parents:
            for row in rows:
                error = _parent_missing(row.fields)
                draft.report(row.number, error.field, error.value, error.code, error.detail)
            return None
        facts = parents[0]
        for row in parents[1:]:
            number = row.fields.get("external_id", "")
            draft.report(row.number, "external_id", number, "id_repeated", "Use each id once.")
        variations = [row for row in rows if _is_variation(row.fields)]
        for row in variations:
            # WooCommerce disables a variation so.
            if parse_flag(row.fields.get("published", "1")) is not False:
                _add_variant(row, draft)
        if not variations:
            _add_variant(facts, draft)
        if not draft.variants:
            return None
        sku = None if variations else draft.variants[0].sku
        draft.add_photos(
            facts.number, "image_link", split_links(facts.fields.get("image_link", "")), sku
        )
        for row in variations:
            if images := row.fields.get("image_link"):
                links = split_links(images)
                draft.add_photos(row.number, "image_link", links, row.fields.get("sku", ""))
        _read_facts(facts.fields)
        identity = facts.fields.get("external_id") or facts.fields["sku"]
        return draft.finish(rows, external_id=identity, facts=facts)


def _is_variation(fields: Fields) -> bool:
    return "variation" in fields.get("type", "").lower()


def _parent_missing(fields: Fields) -> RowRefused:
    return RowRefused(
        "parent",
        fields.get("parent", ""),
        "parent_missing",
        "Name the variation's product in this column, and send its row in the same file.",
    )


def _add_variant(row: Row, draft: ProductDraft) -> None:
    for name, values in _list_options(row.fields):
        field = name_option(name)
        # A product lists the values of all its variations.
        if field and len(values) == 1:
            row.fields.setdefault(field, values[0])
    if "backorder" in row.fields.get("availability", "").lower():
        row.fields["availability"] = "backorder"
    draft.add_variant(row)


def _list_options(fields: Fields) -> list[tuple[str, list[str]]]:
    return [
        (name, _split(fields.get(f"{column.removesuffix('_name')}_value", "")))
        for column, name in fields.items()
        if column.startswith("option") and column.endswith("_name")
    ]


def _split(text: str) -> list[str]:
    """Return the values of a list, in which a comma of a value follows a backslash."""
    parts = (part.replace("\\,", ",").strip() for part in _COMMA.split(text))
    return [part for part in parts if part]


def _read_facts(facts: Fields) -> None:
    if published := facts.get("published"):
        facts["status"] = "published" if parse_flag(published) else "draft"
    description = facts.get("description") or facts.get("short_description", "")
    facts["description"] = description.replace("\\n", "\n")
    facts["category"] = choose_path(_split(facts.get("categories", "")), ">")
    for name, values in _list_options(facts):
        if not name_option(name) and values:
            facts[ATTRIBUTE + name.removeprefix("pa_")] = ", ".join(values)
