"""Read JSON Lines and CSV of our own fields.

JSON Lines have one product a line, with `variants` and `images`. CSV has one variant a row; rows
with the same `external_id` are one product.
"""

from collections.abc import Sequence
from typing import Any

from catalog.feeds.dialect import Dialect, check_id
from catalog.feeds.drafts import ProductDraft
from catalog.feeds.records import ProductRecord
from catalog.feeds.rows import ATTRIBUTE, Fields, Place, Row, RowRefused
from catalog.feeds.values import parse_flag, remove_escape, split_links

OWN_COLUMNS = {
    **{
        name.replace("_", " "): name
        for name in (
            "external_id",
            "name",
            "description",
            "category",
            "styles",
            "age_group",
            "brand",
            "gender",
            "link",
            "status",
            "sku",
            "size",
            "size_system",
            "colour",
            "price",
            "sale_price",
            "currency",
            "availability",
            "stock",
            "variant_name",
            "variant_link",
            "is_deleted",
        )
    },
    "color": "colour",
    "image urls": "image_link",
    "image url": "image_link",
    "image link": "image_link",
    "additional image link": "additional_image_link",
}
VARIANT_FIELDS = (
    "sku",
    "size",
    "size_system",
    "colour",
    "price",
    "sale_price",
    "currency",
    "availability",
    "stock",
    "link",
)
MAX_JSON_VARIANTS = 2_000


class OwnTableDialect(Dialect):
    """CSV of our own fields; a column `attributes.material` is an attribute."""

    columns = OWN_COLUMNS
    required = (("external_id",), ("name",))

    def find_field(self, title: str) -> str:
        return title if title.startswith(ATTRIBUTE) else super().find_field(title)

    def locate(self, row: Row) -> Place:
        for name, value in row.fields.items():
            row.fields[name] = remove_escape(value)
        group = check_id("external_id", row.fields.get("external_id", ""))
        if sku := row.fields.get("sku", ""):
            return Place(group, check_id("sku", sku))
        values = [row.fields.get(name, "") for name in ("size", "size_system", "colour")]
        return Place(group, "\t".join([group, *values]))

    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        facts = next((row for row in rows if "name" in row.fields), rows[0])
        identity = facts.fields["external_id"]
        if any(parse_flag(row.fields.get("is_deleted", "")) for row in rows):
            return draft.finish(rows, external_id=identity, facts=facts, is_deleted=True)
        for row in rows:
            # `link` is that of the product's page.
            link = row.fields.get("variant_link", "")
            if variant := draft.add_variant(Row(row.number, {**row.fields, "link": link})):
                for name, value in row.fields.items():
                    if "image_link" in name:
                        draft.add_photos(row.number, name, split_links(value), variant.sku)
        if not draft.variants:
            return None
        return draft.finish(rows, external_id=identity, facts=facts)


class JSONLinesDialect(Dialect):
    """Products as JSON objects; one without `variants` has the fields of its only one itself."""

    columns = OWN_COLUMNS
    required = ()

    def locate(self, row: Row) -> Place:
        identity = _read_text(row.fields.get("external_id"), "external_id")
        return Place(check_id("external_id", identity), identity)

    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        row = rows[0]
        fields = row.fields
        facts = Row(row.number, _read_facts(fields))
        identity = facts.fields["external_id"]
        if parse_flag(facts.fields.get("is_deleted", "")):
            return draft.finish(rows, external_id=identity, facts=facts, is_deleted=True)
        for variant in _list_variants(fields, facts.fields):
            _add_variant(Row(row.number, variant), draft)
        if not draft.variants:
            return None
        for image in _read_list(fields, "images") + _read_list(fields, "image_link"):
            _add_photo(row.number, image, draft)
        return draft.finish(rows, external_id=identity, facts=facts)


def _list_variants(fields: Fields, facts: Fields) -> list[Fields]:
    variants = _read_list(fields, "variants")
    if not variants:
        names = [name for name in VARIANT_FIELDS if name != "link"]
        return [{name: facts[name] for name in names if facts.get(name)}]
    if len(variants) > MAX_JSON_VARIANTS:
        detail = f"A product may have {MAX_JSON_VARIANTS} variants."
        raise RowRefused("variants", str(len(variants)), "product_too_large", detail)
    shared = {"currency": facts["currency"]} if facts.get("currency") else {}
    return [shared | _read_variant(variant) for variant in variants]


def _read_variant(variant: Any) -> Fields:
    if not isinstance(variant, dict):
        raise RowRefused("variants", str(variant), "json_invalid", "A variant is an object.")
    if "color" in variant:
        variant.setdefault("colour", variant["color"])
    found = {name: _read_text(variant.get(name), name) for name in VARIANT_FIELDS}
    found["variant_name"] = _read_text(variant.get("name"), "name")
    return {name: text for name, text in found.items() if text}


def _add_variant(row: Row, draft: ProductDraft) -> None:
    sku = row.fields.get("sku", "")
    if sku:
        check_id("sku", sku)
        if any(variant.sku == sku for variant in draft.variants):
            draft.report(row.number, "sku", sku, "id_repeated", "Use each SKU once.")
            return
    draft.add_variant(row)


def _add_photo(number: int, image: Any, draft: ProductDraft) -> None:
    if isinstance(image, str):
        draft.add_photos(number, "images", [image])
        return
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        detail = "An image is an address, or an object with `url` and perhaps `skus`."
        draft.report(number, "images", image, "json_invalid", detail)
        return
    skus = [_read_text(sku, "images") for sku in _read_list(image, "skus")]
    draft.add_photos(number, "images", [image["url"]])
    for sku in skus:
        draft.add_photos(number, "images", [image["url"]], sku)


def _read_facts(fields: Fields) -> Fields:
    """Return the values of a product as texts."""
    facts = {}
    for name in dict.fromkeys(OWN_COLUMNS.values()):
        value = fields.get(name)
        if name == "styles" and isinstance(value, list):
            facts[name] = ",".join(_read_text(style, name) for style in value)
        elif "image_link" not in name and value is not None:
            facts[name] = _read_text(value, name)
    attributes = fields.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise RowRefused("attributes", str(attributes), "json_invalid", "Send an object.")
    for name, value in attributes.items():
        if value is not None:
            facts[ATTRIBUTE + name] = _read_text(value, "attributes")
    return facts


def _read_list(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name) or []
    if isinstance(value, str):
        return split_links(value)
    if not isinstance(value, list):
        raise RowRefused(name, str(value), "json_invalid", "Send a list.")
    return value


def _read_text(value: Any, name: str) -> str:
    """Return a value as the text that a table would have; raises `RowRefused` for a collection."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # A number has no separators that could be ambiguous: four decimals say so.
        return str(int(value)) if value.is_integer() else f"{value:.4f}"
    raise RowRefused(name, str(value), "json_invalid", "Send a text, a number or a boolean.")
