"""Price limits in a message."""

import re
from decimal import Decimal
from typing import NamedTuple

AROUND = Decimal("0.2")  # "around 50" is 40 to 60

_NUMBERS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "a hundred": 100, "one hundred": 100, "hundred": 100,
    "two hundred": 200, "three hundred": 300, "five hundred": 500, "a thousand": 1000,
}  # fmt: skip
_MONEY = r"(?:€|\$|£|euros?|eur|dollars?|usd|bucks|pounds?|gbp|quid)"
_SPOKEN = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_AMOUNT = (
    rf"(?:{_MONEY}\s*)?(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d{{1,2}})?|{_SPOKEN})(?![\w%])"
)
_UNIT = rf"(?:\s*{_MONEY}(?!\w))?"
_NOT_MONEY = r"(?!\s*(?:degrees?|°|years?|days?|items?|outfits?|cm|kg|people|of them|pieces))"

_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_AMOUNT}{_UNIT}\s+(?:and|to)\s+{_AMOUNT}{_UNIT}{_NOT_MONEY}"
    rf"|{_AMOUNT}\s*(?:-|–|to)\s*{_AMOUNT}\s*{_MONEY}"
)
_MAX = re.compile(
    rf"\b(?:under|below|less than|up to|max(?:imum|imal)?(?: of)?|at most|no more than|"
    rf"not more than|cheaper than|within|"
    rf"budget(?: is| of|:)?(?: about| around)?|(?:for|costs?) less than|"
    rf"not over|spend(?: up to| about)?)\s+{_AMOUNT}{_UNIT}{_NOT_MONEY}"
    rf"|<\s*{_AMOUNT}|{_AMOUNT}{_UNIT}\s+(?:or less|max(?:imum)?|tops|at most)\b"
)
_MIN = re.compile(
    rf"\b(?:over|above|more than|at least|from|starting at|min(?:imum)?(?: of)?)\s+"
    rf"{_AMOUNT}{_UNIT}{_NOT_MONEY}|>\s*{_AMOUNT}|{_AMOUNT}{_UNIT}\s+(?:or more)\b"
)
_ABOUT = re.compile(
    rf"\b(?:around|about|roughly|approximately|circa)\s+{_AMOUNT}{_UNIT}{_NOT_MONEY}"
)
_BARE = re.compile(rf"{_MONEY}\s*{_AMOUNT}|\b{_AMOUNT}\s*{_MONEY}(?!\w)")


class PriceBounds(NamedTuple):
    """Inclusive price limits, and the text without the words for them."""

    price_min: Decimal | None
    price_max: Decimal | None
    rest: str


def find_bounds(text: str) -> PriceBounds:
    """Return the price limits of a text; an amount of money alone is the maximum."""
    text = text.casefold()
    if found := _BETWEEN.search(text):
        price_min, price_max = sorted(_find_amounts(found))
        return PriceBounds(price_min, price_max, _cut_out(text, found))
    if found := _ABOUT.search(text):
        (about,) = _find_amounts(found)
        return PriceBounds(about * (1 - AROUND), about * (1 + AROUND), _cut_out(text, found))
    if found := _MAX.search(text):
        rest = find_bounds(_cut_out(text, found))
        return PriceBounds(rest.price_min, _find_amounts(found)[0], rest.rest)
    if found := _MIN.search(text):
        rest = find_bounds(_cut_out(text, found))
        return PriceBounds(_find_amounts(found)[0], rest.price_max, rest.rest)
    if found := _BARE.search(text):
        return PriceBounds(None, _find_amounts(found)[0], _cut_out(text, found))
    return PriceBounds(None, None, text)


def _find_amounts(found: re.Match[str]) -> list[Decimal]:
    return [_parse_number(group) for group in found.groups() if group]


def _parse_number(text: str) -> Decimal:
    if text in _NUMBERS:
        return Decimal(_NUMBERS[text])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    return Decimal(text.replace(",", "."))


def _cut_out(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} , {text[found.end() :]}"
