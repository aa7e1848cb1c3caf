"""Find sizes in a prompt: "size 38", "in M", "EU 42", "W32 L34", "Größe XL"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from recommendations.query.constraints.text import (
    Span,
    flatten,
    make_pattern,
    read_cues,
    split_entry,
)

_NUMBER = r"\d{1,3}(?:[.,]5|\s?½)?"
# A waist and a length in inches.
_WAIST = re.compile(
    r"(?<!\w)(?:w\s?(\d{2})\s*[/x,\s]?\s*l\s?(\d{2})|(\d{2})\s?[/x]\s?(\d{2}))(?!\w)"
)
# As people write it without "size"; a single letter only as a capital.
_LONE_LETTERS = re.compile(r"(?<![\w&'’.-])(?:xxs|xs|xl|xxl|xxxl|x{4}l|[2-6]xl)(?![\w&'’-])")
_LONE_CAPITAL = re.compile(r"(?<=\s)[SML](?=\s*$|\s*,)")
_RANGE_OF_NUMBERS = range(16, 63)


@dataclass(frozen=True, slots=True)
class SizeWish:
    """A size as shops may write it, in several ways, and its place."""

    span: Span
    name: str
    forms: tuple[str, ...]


def find_sizes(text: str) -> list[SizeWish]:
    """Return the sizes that a text names, without overlaps, in its order."""
    flat = flatten(text)
    found: list[SizeWish] = []
    for wish in (*_find_waists(flat), *_find_named(flat), *_find_lone(text, flat)):
        if not any(wish.span.overlaps(other.span) for other in found):
            found.append(wish)
    return sorted(found, key=lambda wish: wish.span)


def _find_waists(flat: str) -> Iterator[SizeWish]:
    for found in _WAIST.finditer(flat):
        waist, length = (group for group in found.groups() if group)
        forms = (
            *(f"w{waist}{between}l{length}" for between in (" ", "/", "", "-")),
            *(f"{waist}{between}{length}" for between in ("/", "x", " x ", "-")),
            *(f"w{waist}", waist),
        )
        start = _extend(flat, found.start())
        yield SizeWish(Span(start, found.end()), f"W{waist} L{length}", forms)


def _find_named(flat: str) -> Iterator[SizeWish]:
    for pattern in _read_patterns():
        for found in pattern.finditer(flat):
            system = found.groupdict().get("system") or ""
            yield _make_wish(found, system.upper(), found["value"])
    for found in _read_pattern_after_in().finditer(flat):
        value = found["value"]
        # No garment has another number as its size: "in 2 colours".
        if not value.isdigit() or int(value) in _RANGE_OF_NUMBERS:
            yield _make_wish(found, "", value)


def _find_lone(text: str, flat: str) -> Iterator[SizeWish]:
    for found in _LONE_LETTERS.finditer(flat):
        yield _make_wish(found, "", found[0])
    for found in _LONE_CAPITAL.finditer(text):
        yield SizeWish(Span(*found.span()), found[0], _list_forms(found[0]))
    for found in re.finditer(rf"(?<=\s)({_NUMBER})(?=\s*$|\s*,)", flat):
        number = found[1].replace(",", ".").replace("½", ".5").replace(" ", "")
        if len(number) > 1 and float(number) in {half / 2 for half in range(32, 124)}:
            yield SizeWish(Span(*found.span(1)), number, _list_forms(number))


def _make_wish(found: re.Match[str], system: str, value: str) -> SizeWish:
    name = _read_letters().get(" ".join(value.split()))
    if name is None:
        name = value.replace(",", ".").replace("½", ".5").replace(" ", "")
    forms = _list_forms(name)
    if system:
        forms = tuple(f"{system.lower()} {form}" for form in forms)
        name = f"{system} {name}"
    return SizeWish(Span(*found.span()), name, forms)


def _list_forms(name: str) -> tuple[str, ...]:
    """Return a size as shops may write it."""
    if name in read_cues()["size"]["letters"]:
        return tuple(split_entry(read_cues()["size"]["letters"][name]))
    return tuple(dict.fromkeys((name, name.replace(".", ","), name.replace(".5", " 1/2"))))


def _extend(flat: str, start: int) -> int:
    """Return the place of the words for a size before a place, or the place itself."""
    found = re.search(rf"(?:{_read_before()}|(?<!\w)in)\s*$", flat[:start])
    return found.start() if found else start


@cache
def _read_letters() -> dict[str, str]:
    """Return the letter size by each way to write it, the longest first."""
    table = read_cues()["size"]["letters"]
    pairs = [(form, name) for name, entry in table.items() for form in split_entry(entry)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _read_patterns() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of sizes that are called so, or that have their system."""
    systems = "|".join(split_entry(read_cues()["size"]["systems"]))
    system = rf"(?:(?P<system>{systems})\s*[-.]?\s*)"
    after = make_pattern(split_entry(read_cues()["size"]["after"]))
    return (
        re.compile(rf"(?:{_read_before()})\s*[:.]?\s*{system}?{_read_value()}"),
        re.compile(rf"(?<!\w){system}{_read_value()}"),
        re.compile(rf"(?<!\w)(?P<value>{_NUMBER})\s*(?:{after})"),
    )


@cache
def _read_pattern_after_in() -> re.Pattern[str]:
    units = make_pattern(split_entry(read_cues()["units"]["words"]))
    before = r"(?<!\w)(?:in|en|w|i)\s+(?:an?\s+|size\s+)?"
    return re.compile(rf"{before}{_read_value()}(?!\s*(?:{units}))")


@cache
def _read_value() -> str:
    letters = "|".join(map(re.escape, _read_letters()))
    return rf"(?P<value>{_NUMBER}|(?:{letters}))(?![\w%])"


@cache
def _read_before() -> str:
    return make_pattern(split_entry(read_cues()["size"]["before"]))
