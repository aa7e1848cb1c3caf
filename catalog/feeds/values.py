"""Clean the values of feeds: texts, links, lists, numbers and states."""

import html
import re
from collections.abc import Mapping, Sequence

MAX_ID_LENGTH = 100
MAX_NAME_LENGTH = 200
MAX_DESCRIPTION_LENGTH = 5_000
MAX_BRAND_LENGTH = 100
MAX_GENDER_LENGTH = 20
MAX_SIZE_LENGTH = 40
MAX_SIZE_SYSTEM_LENGTH = 20
MAX_COLOUR_LENGTH = 60
MAX_FACET_LENGTH = 60
MAX_CATEGORY_LENGTH = 500
MAX_LIST_LENGTH = 20
MAX_LINK_LENGTH = 500
MAX_PHOTO_LINK_LENGTH = 2_000
MAX_ATTRIBUTE_LENGTH = 500
MAX_STOCK = 2**31 - 1
# Markup is longer than the text in it; what is after this is not read.
MAX_MARKUP_LENGTH = 20 * MAX_DESCRIPTION_LENGTH

AVAILABILITY: Mapping[str, str] = {
    "in stock": "in_stock",
    "instock": "in_stock",
    "available": "in_stock",
    "limited availability": "in_stock",
    "limitedavailability": "in_stock",
    "online only": "in_stock",
    "onlineonly": "in_stock",
    "1": "in_stock",
    "yes": "in_stock",
    "true": "in_stock",
    "out of stock": "out_of_stock",
    "outofstock": "out_of_stock",
    "oos": "out_of_stock",
    "sold out": "out_of_stock",
    "soldout": "out_of_stock",
    "unavailable": "out_of_stock",
    "discontinued": "out_of_stock",
    "0": "out_of_stock",
    "no": "out_of_stock",
    "false": "out_of_stock",
    "preorder": "preorder",
    "pre order": "preorder",
    "presale": "preorder",
    "backorder": "backorder",
    "back order": "backorder",
    "onbackorder": "backorder",
    "available for order": "backorder",
}
FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("1", "true", "yes", "y", "on", "active"), True),
    **dict.fromkeys(("0", "false", "no", "n", "off", ""), False),
}

# As shops call their options, in the larger languages of Europe.
_SIZES = """
size,sizes,größe,grösse,grosse,taille,talla,taglia,maat,storlek,størrelse,koko,rozmiar,velikost,
tamanho,méret,размер,μέγεθος,beden,mărime,shoe size,clothing size,eu size,uk size,us size
"""
_COLOURS = """
color,colour,colors,colours,farbe,couleur,colore,kleur,färg,farve,farge,väri,kolor,barva,cor,szín,
цвет,χρώμα,renk,culoare
"""
SIZE_NAMES = frozenset(name.strip() for name in _SIZES.split(","))
COLOUR_NAMES = frozenset(name.strip() for name in _COLOURS.split(","))
# What our own and WooCommerce's tables escape.
ESCAPED_SIGNS = frozenset("=+-@\t\r\n")

# Each of these removes to the end of the text if its end is missing, so that none reads it twice.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table|section|article)\b[^<>]*>", re.I)
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.I)
# The lookbehind lets each run of separators be read once.
_LINK_START = re.compile(r"(?<![\s,;|])[\s,;|]+(?=https?://)", re.I)
_LINK = re.compile(r"https?://[^\s/?#]\S*", re.I)
_LIST = re.compile(r"[,;|]")
_WHOLE = re.compile(r"[+-]?\d{1,12}(?:\.0+)?", re.ASCII)


def clean_line(text: str, max_length: int | None = None) -> str:
    """Return a text on one line, without markup, cut to a length."""
    if "<" in text or "&" in text:
        text = remove_markup(text)
    return " ".join(text.split())[:max_length].rstrip()


def remove_markup(text: str) -> str:
    """Return the text of HTML, with a line for each block."""
    text = text[:MAX_MARKUP_LENGTH]
    if "<" in text:
        text = _CODE.sub(" ", _COMMENT.sub(" ", text))
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text


def clean_description(text: str) -> str:
    """Return a description as plain text of at most `MAX_DESCRIPTION_LENGTH` characters."""
    if "<" in text or "&" in text:
        text = remove_markup(text)
    lines = (" ".join(line.split()) for line in text[:MAX_MARKUP_LENGTH].split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_DESCRIPTION_LENGTH].rstrip()


def split_links(text: str) -> list[str]:
    """Return the links of a list, which may be separated by commas, spaces, lines or bars."""
    return [part for link in _LINK_START.split(text) if (part := link.strip(" \t\n,;|"))]


def is_link(text: str) -> bool:
    """Return whether a text is one absolute web address."""
    return _LINK.fullmatch(text) is not None


def split_list(text: str) -> tuple[str, ...]:
    """Return the values of a list, each once."""
    values = (clean_line(part, MAX_FACET_LENGTH) for part in _LIST.split(text))
    return tuple(dict.fromkeys(value for value in values if value))[:MAX_LIST_LENGTH]


def fold(text: str) -> str:
    """Return a header or a keyword in lower case, with single spaces for its separators."""
    return " ".join(text.replace("_", " ").replace("-", " ").lower().split())


def parse_availability(text: str) -> str | None:
    """Return a state as `VariantRecord.availability` has it; None if it is unknown."""
    text = text.rpartition("/")[2]  # schema.org's are links
    return AVAILABILITY.get(fold(text))


def parse_stock(text: str) -> int | None:
    """Return a number of pieces, 0 for less than none; None if the text is no whole number."""
    if not _WHOLE.fullmatch(text):
        return None
    return min(max(int(text.partition(".")[0]), 0), MAX_STOCK)


def parse_flag(text: str) -> bool | None:
    """Return what yes, true or 1 and their opposites mean; None for another text."""
    return FLAGS.get(text.strip().lower())


def choose_path(paths: Sequence[str], separator: str) -> str:
    """Return the deepest of several paths of categories, the first of equal ones, with “ > ”."""
    split = [[part.strip() for part in path.split(separator) if part.strip()] for path in paths]
    deepest = max(split, key=len, default=[])
    return " > ".join(deepest)


def name_option(name: str) -> str:
    """Return `size` or `colour` for the name of a shop's option that is one, else ""."""
    folded = fold(name.removeprefix("pa_"))
    return "size" if folded in SIZE_NAMES else "colour" if folded in COLOUR_NAMES else ""


def remove_escape(text: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from reading a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in ESCAPED_SIGNS else text
