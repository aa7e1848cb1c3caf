"""Sizes by their names, and the ways in which shops write them."""

from dataclasses import dataclass
from functools import cache

from recommendations.query.constraints.text import Span, read_cues, split_entry

# Inches of waists, and of the lengths that trousers have.
WAISTS, LENGTHS = range(22, 51), range(26, 41)
ONE_SIZE = "ONE SIZE"
_FRACTIONS = {"½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "⁄": "/"}
_DECIMALS = {"1/2": "5", "1/3": "33", "2/3": "67"}


@dataclass(frozen=True, slots=True)
class SizeWish:
    """A size as shops may write it, in several ways, and its place."""

    span: Span
    name: str
    forms: tuple[str, ...]


def name_size(span: Span, value: str, system: str = "") -> SizeWish:
    """Return the wish for a flattened value, a number or letters, in a system such as EU."""
    name = read_letters().get(" ".join(value.split())) or _name_number(value)
    forms = list_forms(name)
    if system:
        forms = tuple(f"{system.lower()} {form}" for form in forms)
        name = f"{system} {name}"
    return SizeWish(span, name, forms)


def name_waist(span: Span, waist: str, length: str = "") -> SizeWish:
    """Return the wish for a waist in inches, with any length unless one is given."""
    lengths = [length] if length else [str(inches) for inches in LENGTHS]
    forms = (
        *(f"w{waist}{mark}l{each}" for each in lengths for mark in (" ", "/", "", "-")),
        *(f"{waist}{mark}{each}" for each in lengths for mark in ("/", "x", " x ", "-")),
        *(f"w{waist}", waist),
    )
    return SizeWish(span, f"W{waist} L{length}" if length else f"W{waist}", forms)


def _name_number(value: str) -> str:
    for sign, written in _FRACTIONS.items():
        value = value.replace(sign, written)
    number, _, fraction = " ".join(value.replace(",", ".").split()).partition(" ")
    if fraction == "1/2":
        return f"{number}.5"
    return f"{number} {fraction}" if fraction in _DECIMALS else f"{number}{fraction}"


def list_forms(name: str) -> tuple[str, ...]:
    """Return a size as shops may write it."""
    cues = read_cues()["size"]
    if name in cues["letters"]:
        more = split_entry(cues["one_size"]) if name == ONE_SIZE else ()
        return (*split_entry(cues["letters"][name]), *more)
    number, _, fraction = name.partition(" ")
    if fraction in _DECIMALS:
        marks = (".", ",")
        return (name, *(f"{number}{mark}{_DECIMALS[fraction]}" for mark in marks))
    return tuple(dict.fromkeys((name, name.replace(".", ","), name.replace(".5", " 1/2"))))


@cache
def read_letters() -> dict[str, str]:
    """Return the letter size by each way to write it, the longest first."""
    table = read_cues()["size"]["letters"]
    pairs = [(form, name) for name, entry in table.items() for form in split_entry(entry)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))
