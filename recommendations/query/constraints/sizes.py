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
_LETTER_OF_WORDS = re.compile(r"[^\W\dxsml]")  # "small", and neither "s" nor "2xl"


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
    called, with_system, without_system = _read_patterns()
    for found in called.finditer(flat):
        yield from _follow(flat, found, _read_system(text, found))
    for pattern in with_system:
        for found in pattern.finditer(flat):
            if system := _read_system(text, found):
                yield from _follow(flat, found, system)
    for pattern in without_system:
        for found in pattern.finditer(flat):
            yield from _follow(flat, found)
    for found in _read_pattern_after_in().finditer(flat):
        value = found["value"]
        # No garment has another number as its size: "in 2 colours".
        if value.isdigit() and int(value) not in _RANGE_OF_NUMBERS:
            continue
        # "In small" is a size where nothing follows that is small.
        if not _LETTER_OF_WORDS.search(value) or _read_end().match(flat, found.end()):
            yield from _follow(flat, found)


def _read_system(text: str, found: re.Match[str]) -> str:
    """Return the system of a size; empty if the letters are a word, as in "its" and "del".

    Systems that may be words, and those of letter sizes, are in capitals.
    """
    system = text[slice(*found.span("system"))] if found["system"] else ""
    is_word = flatten(system) in split_entry(read_cues()["size"]["systems_like_words"])
    is_named = system.isupper() or (found["value"][0].isdigit() and not is_word)
    return system.upper() if is_named else ""


def _follow(flat: str, found: re.Match[str], system: str = "") -> Iterator[SizeWish]:
    """Yield a size and those that follow it: "10 or 12", "M/L", "36-38"."""
    yield _make_wish(found, system, found["value"])
    end, last = found.end(), found["value"]
    while more := _read_next().match(flat, end):
        value = more["value"]
        if value.isdigit() != last.isdigit() or (value.isdigit() and int(value) * 2 <= int(last)):
            return
        pair = tuple(f"{last}{mark}{value}" for mark in "/-")
        wish = _make_wish(more, system, value)
        yield replace(wish, forms=(*wish.forms, *pair))
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
def _read_patterns() -> tuple[re.Pattern[str], list[re.Pattern[str]], list[re.Pattern[str]]]:
    """Return the patterns of sizes: called so, with their system, and without one."""
    systems = rf"(?P<system>{'|'.join(split_entry(read_cues()['size']['systems']))})"
    after = make_pattern(split_entry(read_cues()["size"]["after"]))
    letters = "|".join(map(re.escape, _read_letters()))
    called = rf"(?:{read_size_words()})\s*[:.]?\s*(?:{systems}\s*[-.]?\s*)?{_read_value()}"
    with_system = (
        rf"(?<!\w){systems}\s*[-.]?\s*{_read_value()}",
        rf"(?<!\w)(?P<value>{_NUMBER})\s*{systems}(?!\w)",
    )
    without_system = (
        rf"(?<!\w)(?P<value>{_NUMBER})\s*(?:{after})",
        rf"(?<![\w-])(?P<value>{letters})\s+size(?!\w)",
    )
    return re.compile(called), [*map(re.compile, with_system)], [*map(re.compile, without_system)]


@cache
def _read_pattern_after_in() -> re.Pattern[str]:
    units = make_pattern(split_entry(read_cues()["units"]["words"]))
    before = r"(?<!\w)(?:in|en|w|i)\s+(?:an?\s+|size\s+)?"
    return re.compile(rf"{before}{_read_value()}(?!\s*(?:{units}))")


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
