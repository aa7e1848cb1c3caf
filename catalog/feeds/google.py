"""Read feeds of Google Merchant Center: TSV, CSV, RSS 2.0 and Atom.

https://support.google.com/merchants/answer/7052112 specifies the attributes. Each row is a variant,
and `item_group_id` names its product.
"""

from collections.abc import Sequence
from itertools import takewhile

from catalog.feeds.dialect import Dialect, check_id
from catalog.feeds.drafts import ProductDraft
from catalog.feeds.records import ProductRecord
from catalog.feeds.rows import ATTRIBUTE, Place, Row
from catalog.feeds.values import split_links

MIN_COMMON_LETTERS = 4
# What stands between the name of a product and that of its variant, as in “Shirt, blue / M”.
SEPARATORS = " -–—,;:/|([·"


class GoogleDialect(Dialect):
    """The attributes of Google, whose ids are SKUs here."""

    columns = {
        "id": "sku",
        "item group id": "external_id",
        "title": "name",
        "description": "description",
        "link": "link",
        "image link": "image_link",
        "additional image link": "additional_image_link",
        "availability": "availability",
        "quantity": "stock",
        "price": "price",
        "sale price": "sale_price",
        "brand": "brand",
        "product type": "category",
        "google product category": "google_category",
        "color": "colour",
        "colour": "colour",
        "size": "size",
        "size system": "size_system",
        "age group": "age_group",
        "gender": "gender",
        **{
            name.replace("_", " "): ATTRIBUTE + name
            for name in ("gtin", "mpn", "material", "pattern", "condition", "size_type")
        },
        **{f"custom label {number}": f"{ATTRIBUTE}custom_label_{number}" for number in range(5)},
        # Atom's own elements, where a feed has no attribute of Google for them.
        "summary": "summary",
        "content": "summary",
    }
    required = (("sku",), ("name",))

    def locate(self, row: Row) -> Place:
        sku = check_id("sku", row.fields.get("sku", ""))
        group = check_id("external_id", row.fields.get("external_id", sku))
        return Place(group, sku)

    def assemble(self, rows: Sequence[Row], draft: ProductDraft) -> ProductRecord | None:
        used = []
        for row in rows:
            row.fields["variant_name"] = row.fields.get("name", "")
            if variant := draft.add_variant(row):
                used.append(row)
                for name, value in row.fields.items():
                    if "image_link" in name:
                        draft.add_photos(row.number, name, split_links(value), variant.sku)
        if not used:
            return None
        facts = used[0]
        _choose_category(facts)
        if summary := facts.fields.get("summary"):
            facts.fields.setdefault("description", summary)
        return draft.finish(
            rows,
            external_id=facts.fields.get("external_id") or facts.fields["sku"],
            facts=facts,
            name=find_common_name([row.fields.get("name", "") for row in used]),
        )


def find_common_name(names: Sequence[str]) -> str:
    """Return the words that all names begin with if they are a name of their own, else the first.

    “Linen shirt blue M” and “Linen shirt blue L” have “Linen shirt blue” in common.
    """
    first = names[0]
    if len(set(names)) == 1:
        return first
    columns = zip(*(name.split() for name in names), strict=False)
    words = [words[0] for words in takewhile(lambda words: len(set(words)) == 1, columns)]
    common = " ".join(words).rstrip(SEPARATORS)
    letters = sum(sign.isalpha() for sign in common)
    is_name = letters >= MIN_COMMON_LETTERS and len(common) * 3 >= len(first)
    return common if is_name else first


def _choose_category(facts: Row) -> None:
    """Use the shop's own category, else that of Google, which then is an attribute as well."""
    if google := facts.fields.pop("google_category", ""):
        facts.fields.setdefault("category", google)
        facts.fields[f"{ATTRIBUTE}google_product_category"] = google
