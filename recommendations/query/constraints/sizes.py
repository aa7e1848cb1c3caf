"""Find sizes in a prompt: "size 38", "in M", "EU 42", "W32 L34", "Größe XL"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_LONE_LETTERS = re.compile(r"(?<![\w&'’./-])(?:xxs|xs|xl|xxl|xxxl|x{4}l|[2-6]xl)(?![\w&'’-])")
_LONE_CAPITAL = re.compile(r"(?<=\s)[SML](?=\s*$|\s*,)")
_RANGE_OF_NUMBERS = range(16, 63)
LETTERS = 4  # of the longest size that is no word: "XXXL"


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
    for wish in (*_find_waists(flat), *_find_named(text, flat), *_find_lone(text, flat)):
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


def _find_named(text: str, flat: str) -> Iterator[SizeWish]:
    for number, pattern in enumerate(_read_patterns()):
        for found in pattern.finditer(flat):
            system = text[slice(*found.span("system"))] if found["system"] else ""
            if system and not _is_system(system, found["value"]):
                if number:
                    continue
                system = ""
            yield from _follow(flat, _make_wish(found, system.upper(), found["value"]), found)
    for found in _read_pattern_after_in().finditer(flat):
        value = found["value"]
        is_number = value.isdigit()
        # No garment has another number as its size: "in 2 colours".
        if is_number and int(value) not in _RANGE_OF_NUMBERS:
            continue
        # "In small" is a size where nothing follows that is small.
        if is_number or len(value) <= LETTERS or _read_end().match(flat, found.end()):
            yield from _follow(flat, _make_wish(found, "", value), found)


def _is_system(written: str, value: str) -> bool:
    """Check whether letters are a system of sizes; those of words are in capitals: "it", "des"."""
    is_word = flatten(written) in split_entry(read_cues()["size"]["systems_like_words"])
    return written.isupper() or (value[0].isdigit() and not is_word)


def _follow(flat: str, wish: SizeWish, found: re.Match[str]) -> Iterator[SizeWish]:
    """Yield a size and those that follow it: "10 or 12", "M/L", "36-38"."""
    yield wish
    system = wish.name.split()[0] if found["system"] and " " in wish.name else ""
    end, last = wish.span.end, found["value"]
    while more := _read_next().match(flat, end):
        value = more["value"]
        if value.isdigit() != last.isdigit() or (value.isdigit() and int(value) * 2 <= int(last)):
            return
        pair = tuple(f"{last}{mark}{value}" for mark in "/-")
        one = _make_wish(more, system, value)
        yield replace(one, forms=(*one.forms, *pair))
        end, last = more.end(), value


def _find_lone(text: str, flat: str) -> Iterator[SizeWish]:
    for found in _LONE_LETTERS.finditer(flat):
        yield _make_wish(found, "", found[0])
    for found in _LONE_CAPITAL.finditer(text):
        yield SizeWish(Span(*found.span()), found[0], _list_forms(found[0]))
    for found in re.finditer(rf"(?<=\s)({_NUMBER})(?=\s*$|\s*,)", flat):
        if _read_not_after().search(flat[: found.start()]):
            continue
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
    found = re.search(rf"(?:{read_size_words()}|(?<!\w)in)\s*$", flat[:start])
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
    letters = "|".join(map(re.escape, _read_letters()))
    return (
        re.compile(rf"(?:{read_size_words()})\s*[:.]?\s*{system}?{_read_value()}"),
        re.compile(rf"(?<!\w){system}{_read_value()}"),
        re.compile(rf"(?<!\w)(?P<value>{_NUMBER})\s*(?P<system>{systems})(?!\w)"),
        re.compile(rf"(?<!\w)(?P<value>{_NUMBER})\s*(?:{after})(?P<system>)"),
        re.compile(rf"(?<![\w-])(?P<value>{letters})\s+size(?!\w)(?P<system>)"),
    )


@cache
def _read_pattern_after_in() -> re.Pattern[str]:
    units = make_pattern(split_entry(read_cues()["units"]["words"]))
    before = r"(?<!\w)(?:in|en|w|i)\s+(?:an?\s+|size\s+)?"
    return re.compile(rf"{before}{_read_value()}(?!\s*(?:{units}))(?P<system>)")


@cache
def _read_end() -> re.Pattern[str]:
    """Return the pattern of what may follow a size that is a word."""
    words = make_pattern(split_entry(read_cues()["size"]["words_after"]))
    return re.compile(rf"\s*(?:$|[,;.!?/-]|{words})")


@cache
def _read_next() -> re.Pattern[str]:
    """Return the pattern of one more size after a size."""
    joints = make_pattern(split_entry(read_cues()["size"]["joints"]))
    units = make_pattern(split_entry(read_cues()["units"]["words"]))
    return re.compile(rf"\s*(?:[/–-]|{joints})\s*(?:size\s+)?{_read_value()}(?!\s*(?:{units}))")


@cache
def _read_not_after() -> re.Pattern[str]:
    words = make_pattern(split_entry(read_cues()["size"]["not_after"]))
    return re.compile(rf"(?:{words})\s*$")


@cache
def _read_value() -> str:
    letters = "|".join(map(re.escape, _read_letters()))
    return rf"(?P<value>{_NUMBER}|(?:{letters}))(?![\w%])(?!\.\w)"


@cache
def read_size_words() -> str:
    """Return the pattern of the words that stand before a size."""
    return make_pattern(split_entry(read_cues()["size"]["before"]))
