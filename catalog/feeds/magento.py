"""Read the product CSV of Magento, now Adobe Commerce.

https://experienceleague.adobe.com/en/docs/commerce-admin/systems/data-transfer/data-attributes-product
specifies the columns. A configurable product lists the SKUs of its variants, which are simple
products in rows of their own.
"""

import csv
from collections.abc import Sequence

from catalog.feeds.dialect import Dialect, check_id
from catalog.feeds.drafts import ProductDraft
from catalog.feeds.records import ProductRecord
from catalog.feeds.rows import ATTRIBUTE, Fields, Place, Row
from catalog.feeds.values import choose_path, name_option, parse_flag, split_links

FACETS = {"gender": "gender", "age_group": "age_group", "brand": "brand", "manufacturer": "brand"}
IMAGES = ("image_link", "additional_image_link")


class MagentoDialect(Dialect):
    """Configurable products with their simple ones, and simple ones alone."""

    columns = {
        "sku": "sku",
        "store view code": "store_view",
        "product type": "type",
        "categories": "categories",
        "name": "name",
        "description": "description",
        "short description": "short_description",
        "product online": "online",
        "price": "price",
        "special price": "sale_price",
        "qty": "stock",
        "is in stock": "availability",
        "base image": "image_link",
        "additional images": "additional_image_link",
        "additional attributes": "additional",
        "configurable variations": "variations",
        "color": "colour",
        "size": "size",
        "gender": "gender",
        "manufacturer": "brand",
        "brand": "brand",
    }
    required = (("sku",), ("name",))

    def locate(self, row: Row) -> Place:
        sku = check_id("sku", row.fields.get("sku", ""))
        if "store_view" in row.fields:
            return Place(sku)
        variants = _read_variations(row.fields.get("variations", ""))
        return Place(sku, sku, tuple(variant for variant in variants if variant != sku))

    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        # Rows of a store view translate a product, and have only what differs.
        own = {row.fields["sku"]: row for row in rows if "store_view" not in row.fields}
        if not own:
            return None
        facts = next((row for row in own.values() if "variations" in row.fields), None)
        chosen = _read_variations(facts.fields["variations"]) if facts else {}
        variants = [row for row in own.values() if row is not facts]
        if facts is None or not variants:
            facts = facts or variants[0]
            variants = [facts]
        for sku in chosen.keys() - own.keys():
            detail = "Send the row of this variant in the same file; it is left out."
            draft.report(facts.number, "variations", sku, "variant_missing", detail)
        if facts not in variants:
            _add_photos(facts, draft, None)
        for row in variants:
            _read_additional(row.fields)
            row.fields.update(chosen.get(row.fields["sku"], {}))
            if draft.add_variant(row):
                _add_photos(row, draft, row.fields["sku"])
        if not draft.variants:
            return None
        if facts not in variants:
            _read_additional(facts.fields)
        _read_facts(facts.fields)
        return draft.finish(rows, external_id=facts.fields["sku"], facts=facts)


def _split_pairs(text: str) -> list[tuple[str, str]]:
    """Return the pairs of “color=Blue,size=M”; one with a comma in its value is in quotes."""
    pairs: list[tuple[str, str]] = []
    # Lines within a cell mean nothing, and the reader refuses them outside of quotes.
    line = " ".join(text.split())
    for part in next(csv.reader([line], skipinitialspace=True), []):
        name, sign, value = part.partition("=")
        if sign:
            pairs.append((name.strip(), value.strip()))
        elif pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]},{part}")
    return pairs


def _read_variations(text: str) -> dict[str, Fields]:
    """Return size and colour of each variant of “sku=a,size=S|sku=b,size=M”, by its SKU."""
    found = {}
    for variation in text.split("|"):
        pairs = dict(_split_pairs(variation))
        if sku := pairs.pop("sku", ""):
            found[sku] = {
                field: value for name, value in pairs.items() if (field := name_option(name))
            }
    return found


def _read_additional(fields: Fields) -> None:
    for name, value in _split_pairs(fields.get("additional", "")):
        field = name_option(name) or FACETS.get(name) or ATTRIBUTE + name
        fields.setdefault(field, value.replace("|", ", "))


def _add_photos(row: Row, draft: ProductDraft, sku: str | None) -> None:
    for name in IMAGES:
        if text := row.fields.get(name):
            draft.add_photos(row.number, name, _split_images(text), sku)


def _split_images(text: str) -> list[str]:
    """Return links, or paths in the folder of the shop's media."""
    parts = split_links(text) if "://" in text else text.split(",")
    return [image for part in parts if (image := part.strip()) and image != "no_selection"]


def _read_facts(facts: Fields) -> None:
    if online := facts.get("online"):
        facts["status"] = "published" if parse_flag(online) else "draft"
    facts.setdefault("description", facts.get("short_description", ""))
    # The first part is the root of the shop's tree, such as “Default Category”.
    paths = [path.partition("/")[2] or path for path in facts.get("categories", "").split(",")]
    facts["category"] = choose_path(paths, "/")
