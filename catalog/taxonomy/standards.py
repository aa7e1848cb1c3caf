"""Google's and Shopify's product taxonomies: the paths of ids, and the first segments of paths."""

import re
import tomllib
from pathlib import Path
from typing import Literal

from catalog.vocabulary.name_keys import make_key

Taxonomy = Literal["google", "shopify"]
SEPARATOR = " > "
_TABLES = tomllib.loads(Path(__file__).with_name("standards.toml").read_text("utf-8"))
# Feeds also write an id before its path: "212 - Apparel & Accessories > Clothing > Shirts & Tops".
_GOOGLE = re.compile(r"(\d{1,7})(?:\s+-\s+\D.*)?")
_SHOPIFY = re.compile(r"(?:gid://shopify/TaxonomyCategory/)?([a-z]{2}(?:-\d+)*)", re.IGNORECASE)

# Keys of first segments that say nothing, and of those that lead to other things than garments.
ROOTS = frozenset(map(make_key, _TABLES["roots"]))
FOREIGN_ROOTS = frozenset(map(make_key, _TABLES["foreign"]))


def find_published(text: str) -> tuple[Taxonomy, str] | None:
    """Return the taxonomy of an id and the path that it stands for, "" for an unknown one.

    Returns None for a text that is no id.
    """
    text = text.strip()
    if match := _GOOGLE.fullmatch(text):
        return "google", _TABLES["google"].get(match[1].lstrip("0"), "")
    is_gid = text.lower().startswith("gid:")
    if (match := _SHOPIFY.fullmatch(text)) and (is_gid or "-" in text):
        return "shopify", _make_shopify_path(match[1].lower())
    return None


def _make_shopify_path(identifier: str) -> str:
    """Return the path of an id, up to the last category that is known."""
    numbers = identifier.split("-")
    ids = ("-".join(numbers[:end]) for end in range(1, len(numbers) + 1))
    return SEPARATOR.join(name for pk in ids if (name := _TABLES["shopify"].get(pk)))
