"""Recognise the format of a feed by how it begins."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from catalog.feeds.atelier import JSONLinesDialect, OwnTableDialect
from catalog.feeds.dialect import Dialect
from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.google import GoogleDialect
from catalog.feeds.magento import MagentoDialect
from catalog.feeds.shopify import ShopifyDialect
from catalog.feeds.tables import DELIMITERS
from catalog.feeds.text import read_sample
from catalog.feeds.values import fold
from catalog.feeds.woocommerce import WooCommerceDialect


class FeedFormat(StrEnum):
    """The formats of feeds."""

    GOOGLE_TSV = "google_tsv"
    GOOGLE_CSV = "google_csv"
    GOOGLE_XML = "google_xml"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    MAGENTO = "magento"
    JSON_LINES = "json_lines"
    CSV = "csv"


DIALECTS: Mapping[FeedFormat, type[Dialect]] = {
    FeedFormat.GOOGLE_TSV: GoogleDialect,
    FeedFormat.GOOGLE_CSV: GoogleDialect,
    FeedFormat.GOOGLE_XML: GoogleDialect,
    FeedFormat.SHOPIFY: ShopifyDialect,
    FeedFormat.WOOCOMMERCE: WooCommerceDialect,
    FeedFormat.MAGENTO: MagentoDialect,
    FeedFormat.JSON_LINES: JSONLinesDialect,
    FeedFormat.CSV: OwnTableDialect,
}


@dataclass(frozen=True, slots=True)
class Signature:
    """Columns by which a format is known: all of `needed`, and one of `typical` at least."""

    format: FeedFormat
    needed: frozenset[str]
    typical: frozenset[str]

    def matches(self, titles: frozenset[str]) -> bool:
        return self.needed <= titles and not self.typical.isdisjoint(titles)


def _sign(format: FeedFormat, needed: str, typical: str) -> Signature:
    return Signature(format, frozenset(needed.split(",")), frozenset(typical.split(",")))


# In this order: a feed may have columns of several formats.
SIGNATURES = (
    _sign(FeedFormat.CSV, "external id", "name"),
    _sign(
        FeedFormat.SHOPIFY,
        "title",
        "handle,url handle,variant price,variant sku,body (html),published on online store"
        ",option1 value,product image url",
    ),
    _sign(FeedFormat.WOOCOMMERCE, "type,name", "regular price,is featured?,in stock?"),
    _sign(
        FeedFormat.MAGENTO,
        "sku,name",
        "attribute set code,additional attributes,configurable variations,product online,base image"
        ",product websites,store view code,product type",
    ),
    _sign(FeedFormat.GOOGLE_CSV, "id", "title"),
)
_ROOT = re.compile(r"<(?:\w+:)?(rss|feed|rdf|channel)[\s>]", re.I)
# `(?>…)` and `*+` read comments before the page once; otherwise many of them take for ever.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_KNOWN = frozenset(
    {title for dialect in DIALECTS.values() for title in dialect.columns}
    | {title for signature in SIGNATURES for title in signature.typical}
)


def recognise(stream: BinaryIO) -> FeedFormat:
    """Return the format of a seekable stream, and rewind it; raises `FeedUnreadable`."""
    sample = read_start(stream)
    start = sample.lstrip()
    if start.startswith("<"):
        if _ROOT.search(sample):
            return FeedFormat.GOOGLE_XML
        raise _unknown("This XML is neither RSS nor Atom.")
    if start.startswith("{"):
        return FeedFormat.JSON_LINES
    if start.startswith("["):
        raise _unknown("This is a JSON list. Write each product on a line of its own, without one.")
    return _recognise_table(sample)


def read_start(stream: BinaryIO) -> str:
    """Return the first text of a feed, and rewind it.

    Raises `FeedUnreadable` for what is no feed of any format: an empty or binary file, a web page.
    """
    sample = read_sample(stream)
    if not sample.strip():
        raise FeedUnreadable("The file is empty.", code="feed_empty")
    if _PAGE.match(sample):
        raise FeedUnreadable(
            "This is a web page, not a feed. Check the address: it may need a login, or be that of"
            " a page with a link to the feed.",
            code="feed_is_page",
        )
    return sample


def find_delimiter(sample: str, titles: Sequence[str] = ()) -> str:
    """Return the delimiter of a table with which its first line has the most known columns."""
    known = _KNOWN | {fold(title) for title in titles}
    line = _first_line(sample)
    headers = {one: [fold(title) for title in _split(line, one)] for one in DELIMITERS}
    return max(
        DELIMITERS,
        key=lambda one: (sum(title in known for title in headers[one]), len(headers[one])),
    )


def _recognise_table(sample: str) -> FeedFormat:
    delimiter = find_delimiter(sample)
    header = _split(_first_line(sample), delimiter)
    titles = frozenset(fold(title.removeprefix("g:")) for title in header)
    for signature in SIGNATURES:
        if signature.matches(titles):
            is_tsv = signature.format == FeedFormat.GOOGLE_CSV and delimiter == "\t"
            return FeedFormat.GOOGLE_TSV if is_tsv else signature.format
    found = ", ".join(header[:20])[:500]
    raise _unknown(f"The first row does not have the columns of a known format: {found}.")


def _first_line(sample: str) -> str:
    return sample.lstrip("\n").partition("\n")[0]


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _unknown(detail: str) -> FeedUnreadable:
    return FeedUnreadable(
        f"{detail} Formats: Google Merchant Center (TSV, CSV, RSS, Atom), the product CSV of"
        " Shopify, WooCommerce or Magento, JSON Lines, and CSV of our fields.",
        code="feed_format_unknown",
    )
