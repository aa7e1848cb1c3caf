"""Bounds on the price, read from what was written."""

import re
from decimal import Decimal
from typing import NamedTuple

AROUND = Decimal("0.2")  # "around 50" is 40 to 60

_WORDS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "a hundred": 100, "one hundred": 100, "hundred": 100,
    "two hundred": 200, "three hundred": 300, "five hundred": 500, "a thousand": 1000,
}  # fmt: skip
_MONEY = r"(?:€|\$|£|euros?|eur|dollars?|usd|bucks|pounds?|gbp|quid)"
_SPOKEN = "|".join(sorted(_WORDS, key=len, reverse=True))
_AMOUNT = (
    rf"(?:{_MONEY}\s*)?(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d{{1,2}})?|{_SPOKEN})(?![\w%])"
)
_UNIT = rf"(?:\s*{_MONEY}(?!\w))?"
_NOT_MONEY = r"(?!\s*(?:degrees?|°|years?|days?|items?|outfits?|cm|kg|people|of them|pieces))"

_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_AMOUNT}{_UNIT}\s+(?:and|to)\s+{_AMOUNT}{_UNIT}{_NOT_MONEY}"
    rf"|{_AMOUNT}\s*(?:-|–|to)\s*{_AMOUNT}\s*{_MONEY}"
)
_MOST = re.compile(
    rf"\b(?:under|below|less than|up to|max(?:imum|imal)?(?: of)?|at most|no more than|"
    rf"not more than|cheaper than|within|"
    rf"budget(?: is| of|:)?(?: about| around)?|(?:for|costs?) less than|"
    rf"not over|spend(?: up to| about)?)\s+{_AMOUNT}{_UNIT}{_NOT_MONEY}"
    rf"|<\s*{_AMOUNT}|{_AMOUNT}{_UNIT}\s+(?:or less|max(?:imum)?|tops|at most)\b"
)
_LEAST = re.compile(
    rf"\b(?:over|above|more than|at least|from|starting at|min(?:imum)?(?: of)?)\s+"
    rf"{_AMOUNT}{_UNIT}{_NOT_MONEY}|>\s*{_AMOUNT}|{_AMOUNT}{_UNIT}\s+(?:or more)\b"
)
_ABOUT = re.compile(
    rf"\b(?:around|about|roughly|approximately|circa)\s+{_AMOUNT}{_UNIT}{_NOT_MONEY}"
)
_BARE = re.compile(rf"{_MONEY}\s*{_AMOUNT}|\b{_AMOUNT}\s*{_MONEY}(?!\w)")


class Bounds(NamedTuple):
    """A price's bounds, both included, and the text without the words that said so."""

    least: Decimal | None
    most: Decimal | None
    rest: str


def find_bounds(text: str) -> Bounds:
    """Return the bounds on the price that a text states; a bare amount of money is the most."""
    text = text.casefold()
    if found := _BETWEEN.search(text):
        least, most = sorted(_amounts(found))
        return Bounds(least, most, _without(text, found))
    if found := _ABOUT.search(text):
        (about,) = _amounts(found)
        return Bounds(about * (1 - AROUND), about * (1 + AROUND), _without(text, found))
    if found := _MOST.search(text):
        rest = find_bounds(_without(text, found))
        return Bounds(rest.least, _amounts(found)[0], rest.rest)
    if found := _LEAST.search(text):
        rest = find_bounds(_without(text, found))
        return Bounds(_amounts(found)[0], rest.most, rest.rest)
    if found := _BARE.search(text):
        return Bounds(None, _amounts(found)[0], _without(text, found))
    return Bounds(None, None, text)


def _amounts(found: re.Match[str]) -> list[Decimal]:
    return [_number(group) for group in found.groups() if group]


def _number(text: str) -> Decimal:
    if text in _WORDS:
        return Decimal(_WORDS[text])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    return Decimal(text.replace(",", "."))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} , {text[found.end() :]}"
