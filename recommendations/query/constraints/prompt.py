"""Read what a prompt asks for besides looks, and the text that is left to search for.

    read = read_constraints("red dress under 50 in size M", default_currency="EUR")
    read.rest       # "red dress"
    read.price      # at most 50
    read.sizes      # M

Every word of the prompt is in the rest or in a constraint.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from core.text import normalize
from recommendations.query.constraints.prices import PriceWish, find_price
from recommendations.query.constraints.size_names import SizeWish
from recommendations.query.constraints.sizes import find_sizes
from recommendations.query.constraints.text import (
    Span,
    flatten,
    read_cues,
    read_pattern,
    remove,
    split_entry,
)

MAX_SIZES = 5


class ConstraintKind(StrEnum):
    """What a constraint is about."""

    PRICE = "price"
    SIZE = "size"
    REDUCED = "reduced"
    NEW = "new"
    BRAND = "brand"
    PERSON = "person"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """A prompt without its constraints, and these; `reduced` and `new` are the words for them."""

    rest: str
    price: PriceWish | None = None
    sizes: tuple[SizeWish, ...] = ()
    reduced: Span | None = None
    new: Span | None = None
    text: str = ""

    @property
    def spans(self) -> list[Span]:
        spans = [self.price.span if self.price else None, self.reduced, self.new]
        return [*filter(None, spans), *(size.span for size in self.sizes)]


def read_constraints(text: str, *, default_currency: str = "") -> ReadPrompt:
    """Return the constraints of a prompt; `default_currency` is the shop's, "" if it has none."""
    text = normalize(text)
    price = find_price(text, default_currency)
    without_price = _mask(text, price.span) if price else text
    sizes = find_sizes(without_price)[:MAX_SIZES]
    flat = flatten(text)
    reduced, new = _find_phrase(flat, "sale"), _find_phrase(flat, "novelty")
    read = ReadPrompt(text, price, tuple(sizes), reduced, new, text)
    return replace(read, rest=remove(text, read.spans))


def find_measures(text: str) -> list[Span]:
    """Return the places of lengths, weights and the like, with the words for their limits."""
    flat = flatten(text)
    found = []
    for measure in _read_measures().finditer(flat):
        limit = _read_limit_before().search(flat[: measure.start()])
        found.append(Span(limit.start() if limit else measure.start(), measure.end()))
    return found


@cache
def _read_measures() -> re.Pattern[str]:
    units = "|".join(map(re.escape, split_entry(read_cues()["measures"]["units"])))
    number = r"(?<![\w.,/-])\d+(?:[.,]\d+)?"
    after = read_pattern("measures", "after")
    return re.compile(rf"{number}[\s-]?(?:{units})(?!\w)(?:\s+(?:{after}))?")


@cache
def _read_limit_before() -> re.Pattern[str]:
    limits = "|".join(read_pattern("price", name) for name in ("at_least", "at_most", "about"))
    return re.compile(rf"(?:{limits})\s+$")


def _mask(text: str, span: Span) -> str:
    """Return a text with commas in place of a part, which keep every other place."""
    return f"{text[: span.start]}{',' * (span.end - span.start)}{text[span.end :]}"


def _find_phrase(flat: str, name: str) -> Span | None:
    found = re.search(_read_pattern(name), flat)
    return Span(*found.span()) if found else None


@cache
def _read_pattern(name: str) -> str:
    table = read_cues()[name]
    pattern = read_pattern(name, "phrases")
    before = "".join(rf"(?<!\b{word}\s)" for word in split_entry(table.get("not_before", "")))
    return f"{before}(?:{pattern})"
