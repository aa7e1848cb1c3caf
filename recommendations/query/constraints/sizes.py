"""Find sizes in a prompt: "size 38", "in M", "EU 42", "W32 L34", "34B", "Größe XL"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from text_to_num import text2num

from recommendations.query.constraints.size_names import (
    LENGTHS,
    WAISTS,
    SizeWish,
    name_size,
    name_waist,
    read_letters,
)
from recommendations.query.constraints.text import (
    Span,
    flatten,
    read_cues,
    read_pattern,
    split_entry,
)
from recommendations.query.nearest_words import read_garments

_NUMBER = r"\d{1,3}(?:[.,]5|\s?[½⅓⅔]|\s(?:1[/⁄][23]|2[/⁄]3))?"
_INCHES = r"(?:\s*(?:\"|''|”|″|in|inch|inches)(?!\w))?"
# A waist and a length in inches: "W32 L34", "32x34"; "32 waist", "waist 32, 30 leg".
_PAIR = re.compile(r"(?<![\w/])(\d{2})\s?[/x]\s?(\d{2})(?![\w/])")
_WAIST = re.compile(
    rf"(?<!\w)(?:w\s?(\d{{2}})|waist(?:\s+(?:size|of))?\s*:?\s*(\d{{2}}){_INCHES}"
    rf"|(\d{{2}}){_INCHES}[\s-]*waist)"
    rf"(?:[\s,/x-]*(?:(?:and|with|w)\s+)?(?:l\s?(\d{{2}})|(\d{{2}}){_INCHES}[\s-]*(?:leg|length|inseam)"
    rf"|(?:leg|length|inseam)\s*(\d{{2}}){_INCHES}))?(?!\w)"
)
# As people write it without "size"; a single letter only as a capital, or after a garment.
_LONE_LETTERS = re.compile(
    r"(?<![\w&'’./-])(?:xxs|xs|xl|xxl|xxxl|x{4}l|[2-6]\s?xl"
    r"|(?:x|xx|extra|extra extra)[\s-](?:large|small)"
    r"|one[\s-]?size|einheitsgrosse|taille unique|talla unica|taglia unica)(?![\w&'’-])"
)
_LETTER_PAIR = re.compile(
    r"(?<![\w&'’./-])(x{0,2}s|m|l|x{1,3}l)\s?/\s?(x{0,2}s|m|l|x{1,3}l)(?![\w&'’/-])"
)
_LONE_CAPITAL = re.compile(r"(?<=\s)[SML](?=\s*$|\s*,)")
_LETTER_AFTER_GARMENT = re.compile(r"(?<!\w)(\w+)\s+([ml]|medium|large|small)(?=\s*$|\s*,)")
_WORD_BEFORE_GARMENT = re.compile(r"^(?:an?\s+)?(medium|large|small)\s+(?:\w+-)?(\w+)(?!\w)")
_PLUS = re.compile(r"(?<![\w.])[1-6]X(?!\w)")
# Of bras and toddlers, and of shoes in Japan.
_SPECIAL = re.compile(
    r"(?<![\w.,])(?:(?:2[68]|[34][02468]|6[05]|[789][05]|1[01][05])(?:aa|dd?d?|ee?|ff?|gg?|[abch])"
    r"|[2-6]t|(?:2[2-9]|30)(?:\.[05])?\s?cm(?!\s+(?:heel|high|long|wide|leg|inseam|brim)))(?![\w-])"
)
_SUIT = re.compile(r"(?<!\w)(?:suit|blazer|tuxedo|jacket|coat)s?(?!\w)")
# Not "50s jacket".
_SUIT_SIZE = re.compile(r"(?<![\w.,])(?!(?:40|50)s)(?:3[4-9]|[45]\d)[rsl](?![\w-])")
_ORDER = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL")
_NUMBERS = {half / 2 for half in range(32, 124)}
_HEIGHTS = {50, 56, *range(62, 177, 6)}  # centimetres, of children's clothes
_LETTER_OF_WORDS = re.compile(r"[^\W\dxsml]")  # "small", and neither "s" nor "2xl"


def find_sizes(text: str) -> list[SizeWish]:
    """Return the sizes that a text names, without overlaps, in its order."""
    flat = flatten(text)
    found: list[SizeWish] = []
    for wish in (*_find_waists(flat), *_find_named(text, flat), *_find_lone(text, flat)):
        if not any(wish.span.overlaps(other.span) for other in found):
            found.append(wish)
    return sorted(found, key=lambda wish: wish.span)


def _find_waists(flat: str) -> Iterator[SizeWish]:
    for found in (*_WAIST.finditer(flat), *_PAIR.finditer(flat)):
        waist, *length = filter(None, found.groups())
        if int(waist) in WAISTS and all(int(inches) in LENGTHS for inches in length):
            start = _extend(flat, found.start())
            yield name_waist(Span(start, found.end()), waist, *length)


def _find_named(text: str, flat: str) -> Iterator[SizeWish]:
    called, with_system, without_system = _read_patterns()
    for pattern in called:
        for found in pattern.finditer(flat):
            yield from _follow(flat, found, _read_system(text, found))
    for found in _read_spelt().finditer(flat):
        words = found["first"], found["second"] or ""
        end = found.end("second") if all(map(_spell, words)) else found.end("first")
        if number := _spell(flat[found.start("first") : end]):
            yield name_size(Span(found.start(), end), number)
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
        if value.isdigit() and int(value) not in _NUMBERS:
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
    """Yield a size and those that follow it: "10 or 12", "M/L", "36-38", "S, M or L"."""
    yield name_size(Span(*found.span()), found["value"], system)
    end, last = found.end(), found["value"]
    while more := _read_next().match(flat, end):
        value = more["value"]
        if value.isdigit() != last.isdigit() or (value.isdigit() and int(value) * 2 <= int(last)):
            return
        pair = tuple(f"{last}{mark}{value}" for mark in "/-")
        wish = name_size(Span(*more.span()), value, system)
        yield replace(wish, forms=(*wish.forms, *pair))
        end, last = more.end(), value


def _find_lone(text: str, flat: str) -> Iterator[SizeWish]:
    for found in _LONE_LETTERS.finditer(flat):
        value = re.sub(r"(\d)\s", r"\1", found[0].replace("-", " "))
        yield name_size(Span(*found.span()), value)
    for found in _LETTER_PAIR.finditer(flat):
        pair = name_size(Span(*found.span()), found[2])
        first = name_size(pair.span, found[1])
        # "S/S" and "L/S" are short and long sleeves.
        if _ORDER.index(first.name) >= _ORDER.index(pair.name):
            continue
        forms = (*first.forms, *pair.forms, f"{found[1]}/{found[2]}", f"{found[1]}-{found[2]}")
        yield SizeWish(pair.span, f"{first.name}/{pair.name}", forms)
    for pattern in (_LONE_CAPITAL, _PLUS):
        for found in pattern.finditer(text):
            yield name_size(Span(*found.span()), found[0].lower())
    suits = _SUIT_SIZE.finditer(flat) if _SUIT.search(flat) else ()
    for found in (*_SPECIAL.finditer(flat), *suits):
        name = " ".join(found[0].upper().replace("CM", " CM").split())
        forms = (name.lower(), name.lower().replace(" ", ""), name.lower().removesuffix(" cm"))
        yield SizeWish(Span(*found.span()), name, forms)
    yield from _find_beside_garment(flat)
    yield from _find_lone_numbers(flat)


def _find_beside_garment(flat: str) -> Iterator[SizeWish]:
    """Yield "m" and "large" after a garment, and "large" before one; a large bag is no size."""
    sized = _read_sized()
    for found in _LETTER_AFTER_GARMENT.finditer(flat):
        if found[1] in sized:
            yield name_size(Span(*found.span(2)), found[2])
    first = _WORD_BEFORE_GARMENT.match(flat)
    if first and first[2] in sized:
        yield name_size(Span(*first.span(1)), first[1])


def _find_lone_numbers(flat: str) -> Iterator[SizeWish]:
    """Yield numbers at the end, or before a comma: "sneakers 42", "dress 40 or 42"."""
    for found in re.finditer(rf"(?<=\s)(?P<value>{_NUMBER})(?![\w%])", flat):
        sizes = list(_follow(flat, found))
        if not _read_end_of_numbers().match(flat, sizes[-1].span.end):
            continue
        number = sizes[0].name.partition(" ")[0]
        is_size = float(number) in _NUMBERS or int(float(number)) in _HEIGHTS
        if is_size and len(number) > 1 and not _read_not_after().search(flat[: found.start()]):
            yield from sizes


def _extend(flat: str, start: int) -> int:
    """Return the place of the words for a size before a place, or the place itself."""
    found = re.search(rf"(?:{read_pattern('size', 'before')}|(?<!\w)in)\s*$", flat[:start])
    return found.start() if found else start


def _spell(words: str) -> str:
    """Return the number that words spell; empty if they spell none."""
    try:
        return str(text2num(words.replace("-", " "), "en"))
    except ValueError:
        return ""


@cache
def _read_patterns() -> tuple[list[re.Pattern[str]], ...]:
    """Return the patterns of sizes: called so, with their system, and without one."""
    names = split_entry(read_cues()["size"]["systems"])
    like_words = split_entry(read_cues()["size"]["systems_like_words"])
    systems = rf"(?P<system>{'|'.join(names)})"
    clear_systems = rf"(?P<system>{'|'.join(name for name in names if name not in like_words)})"
    after = read_pattern("size", "after")
    numbers = read_pattern("size", "number_signs")
    letters = "|".join(map(re.escape, read_letters()))
    introductions = read_pattern("size", "introductions")
    called_so = rf"{read_pattern('size', 'before')}|(?<!\w)size(?=-)"
    words = rf"(?:(?:{introductions})\s+)?(?:{called_so})\s*[:.=-]?\s*"
    called = (
        rf"{words}{_read_value()}\s+{clear_systems}(?!\w)",
        rf"(?<!\w){systems}\s+(?:{words}){_read_value()}",
        rf"{words}(?:{systems}\s*[-.]?\s*)?{_read_value()}",
    )
    with_system = (
        rf"(?<!\w){systems}\s*[-.]?\s*{_read_value()}",
        rf"(?<!\w)(?P<value>{_NUMBER})\s*{systems}(?!\w)",
    )
    without_system = (
        rf"(?<![a-z0-9])(?P<value>{_NUMBER}|{letters})\s*(?:{after})",
        rf"(?<![\w-])(?P<value>{letters})\s+size(?!\w)",
        rf"(?:{numbers})\s*(?P<value>[2-9]\d(?:[.,]5)?)(?!\w)",
        r"(?<![\w.])t\.?\s?(?P<value>3[2-9]|4\d|5[0-6])(?!\w)",  # French "T38"
    )
    return tuple([*map(re.compile, group)] for group in (called, with_system, without_system))


@cache
def _read_spelt() -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])size\s+(?P<first>[a-z]+)(?:[\s-](?P<second>[a-z]+))?(?!\w)")


@cache
def _read_pattern_after_in() -> re.Pattern[str]:
    units = read_pattern("units", "words")
    before = r"(?<!\w)(?:in|en|w|i)\s+(?:an?\s+|size\s+)?"
    return re.compile(rf"{before}{_read_value()}(?!\s*(?:{units}))")


@cache
def _read_end() -> re.Pattern[str]:
    """Return the pattern of what may follow a size that is a word."""
    words = read_pattern("size", "words_after")
    return re.compile(rf"\s*(?:$|[,;.!?/-]|{words})")


@cache
def _read_end_of_numbers() -> re.Pattern[str]:
    """Return the pattern of what may follow a number that is a size; prices are commas here."""
    words = read_pattern("price", "before")
    return re.compile(rf"\s*(?:$|,|(?:{words})\s*,)")


@cache
def _read_next() -> re.Pattern[str]:
    """Return the pattern of one more size after a size."""
    joints = read_pattern("size", "joints")
    units = read_pattern("units", "words")
    return re.compile(
        rf"\s*(?:[/–-]|,?\s*(?:{joints})|,(?!,))\s*(?:size\s+)?{_read_value()}(?!\s*(?:{units}))"
    )


@cache
def _read_not_after() -> re.Pattern[str]:
    words = read_pattern("size", "not_after")
    return re.compile(rf"(?:{words})\s*$")


@cache
def _read_value() -> str:
    letters = "|".join(map(re.escape, read_letters()))
    return rf"(?P<value>{_NUMBER}|(?:{letters}))(?![\w%])(?!\.\w)"


@cache
def _read_sized() -> frozenset[str]:
    """Return the words for garments that have letter sizes."""
    return read_garments() - {*split_entry(read_cues()["size"]["without_letters"])}
