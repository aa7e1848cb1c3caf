"""The people that garments are for, in prompts and in what shops state.

`people.toml` has the words: "for my 8 year old son", "girls' dress", "gift for her".
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import permutations
from pathlib import Path

from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.lexicon import (
    Token,
    read_english,
    read_lexicons,
    split_words,
    tokenise,
)
from catalog.vocabulary.languages.segmentation import PromptPiece

MAX_WORDS_BEFORE = 4  # as in "for my sweet little daughter"
MAX_YEARS = 120
MAX_AGES = 8  # that a prompt names; more than one age says nothing
# The ends of the default age groups, in years.
AGE_GROUPS = ((0.25, "newborn"), (1, "infant"), (5, "toddler"), (13, "kids"), (18, "teen"))
ADULT = "adult"
KNOWN_AGES = frozenset({ADULT, *(name for _, name in AGE_GROUPS)})


class Gender(StrEnum):
    """A gender that prompts and shops name."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Wearer:
    """Whom garments are for; anybody where `gender` is None, and where `ages` are empty.

    `ages` are names of default age groups.
    """

    gender: Gender | None = None
    ages: frozenset[str] = frozenset()

    def is_another(self, *, gender: str, age_group: str) -> bool:
        """Check whether a stated gender or age group, "" for none, is that of others."""
        stated = read_gender(gender) if self.gender and gender else None
        if stated is not None and stated is not self.gender:
            return True
        age = age_group.lower()
        return bool(self.ages) and age in KNOWN_AGES and age not in self.ages


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Words for people in a prompt, and what they say: a gender, or the name of ages."""

    text: str
    value: str


def find_wearer(
    pieces: Sequence[PromptPiece], text: str
) -> tuple[Wearer, tuple[NamedPerson, ...]] | None:
    """Return whom a prompt's garments are for, with its words; None where it does not say.

    What the prompt says twice, in different ways, does not count: "for men and women".
    """
    tokens = tokenise(text)
    said = [*_read_concepts(pieces), *_read_words(tokens)]
    genders = [one for one in said if one.value in list(Gender)]
    ages = [*_read_numbers(tokens)] or _take_youngest(
        [one for one in said if one not in genders], tokens
    )
    gender, age = (_take_single(found) for found in (genders, ages))
    if gender is None and age is None:
        return None
    groups = _read_tables()["ages"]
    wearer = Wearer(
        Gender(gender.value) if gender else None,
        frozenset(groups.get(age.value, [age.value])) if age else frozenset(),
    )
    return wearer, tuple(one for one in (gender, age) if one)


def read_gift_words() -> frozenset[str]:
    """Return folded words that say nothing of a garment: "gift", "something"."""
    return _read_entries("gifts")["words"]


def read_gender(stated: str) -> Gender | None:
    """Return the gender that a text states, in any language; None for both and for other texts."""
    words = split_words(stated)
    found = {_read_gender_words().get(word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


def _take_youngest(ages: Iterable[NamedPerson], tokens: Sequence[Token]) -> list[NamedPerson]:
    """Return ages without the older one of two words side by side: "baby girl", "newborn baby"."""
    ages, order = list(dict.fromkeys(ages)), list(_read_tables()["ages"])
    words = f" {' '.join(token.text for token in tokens)} "
    older = {
        max(one, other, key=lambda person: order.index(person.value))
        for one, other in permutations(ages[:MAX_AGES], 2)
        if one.value != other.value and f" {one.text} {other.text} " in words
    }
    return [one for one in ages if one not in older]


def _take_single(found: Sequence[NamedPerson]) -> NamedPerson | None:
    return found[0] if len({one.value for one in found}) == 1 else None


def _read_concepts(pieces: Sequence[PromptPiece]) -> Iterator[NamedPerson]:
    concepts = _invert_concepts()
    for place, piece in enumerate(pieces):
        if piece.concept is None or piece.concept.role is not Role.PERSON:
            continue
        following = split_words(pieces[place + 1].text)[:1] if place + 1 < len(pieces) else ()
        if not _is_look(split_words(piece.text), following):
            yield from (NamedPerson(piece.text, one) for one in concepts[piece.concept.text])


def _is_look(words: Sequence[str], following: Sequence[str]) -> bool:
    """Check for a cut or a colour: a baby tee and a baby doll dress are for adults."""
    entries = _read_entries("looks")
    return any(not entries.get(word, frozenset()).isdisjoint(following) for word in words)


def _read_words(tokens: Sequence[Token]) -> Iterator[NamedPerson]:
    introductions = _read_entries("introductions")
    for place, token in enumerate(tokens):
        near = [other.folded for other in tokens[max(0, place - MAX_WORDS_BEFORE) : place]]
        following = [other.folded for other in tokens[place + 1 : place + 3]]
        if _is_look([token.folded], following[:1]):
            continue
        tables = ["words"]
        if introductions["words"].isdisjoint(near):
            if not introductions["ages"].isdisjoint(near[-1:]):
                tables.append("singles")
        elif not _has_occasion(near, following):
            tables.append("relatives")
        for value, words in (entry for table in tables for entry in _read_entries(table).items()):
            if token.folded in words:
                yield NamedPerson(token.text, value)


def _has_occasion(before: Sequence[str], following: Sequence[str]) -> bool:
    """Check for an occasion of a relative's: "my sister's graduation", "mariage de ma soeur"."""
    entries = _read_entries("occasions")
    occasions, ends = entries["words"], entries["ends"]
    first = next((word for word in following if word != "s"), "")
    last = next((word for word in reversed(before) if word in occasions | ends), "")
    return first in occasions or last in occasions


def _read_numbers(tokens: Sequence[Token]) -> Iterator[NamedPerson]:
    """Yield the ages that are numbers: "8 year old", "age 5", "18 months"."""
    words = _read_entries("numbers")
    for place, token in enumerate(tokens):
        if not token.folded.isdecimal() or int(token.folded) > MAX_YEARS:
            continue
        before = tokens[place - 1] if place else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if after and after.folded in words["months"]:
            yield _name_age(f"{token.text} {after.text}", int(token.folded) / 12)
        elif after and after.folded in words["years"]:
            yield _name_age(f"{token.text} {after.text}", int(token.folded))
        elif before and before.folded in words["aged"]:
            yield _name_age(f"{before.text} {token.text}", int(token.folded))


def _name_age(text: str, years: float) -> NamedPerson:
    return NamedPerson(text, next((name for end, name in AGE_GROUPS if years < end), ADULT))


@cache
def _read_tables() -> Mapping[str, Mapping[str, list[str]]]:
    found: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
        Path(__file__).with_name("people.toml").read_text("utf-8")
    )
    return found


@cache
def _read_entries(name: str) -> Mapping[str, frozenset[str]]:
    """Return the folded words of a table's entries."""
    return {value: frozenset(split_words(str(e))) for value, e in _read_tables()[name].items()}


@cache
def _invert_concepts() -> Mapping[str, Iterable[str]]:
    """Return what each concept for people says."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for value, texts in _read_tables()["concepts"].items():
        for text in texts:
            found[text].append(value)
    return found


# As feeds state a gender, beside the words of people.
_STATED = {
    **dict.fromkeys(("female", "f", "w", "woman", "womens"), Gender.FEMALE),
    **dict.fromkeys(("male", "m", "man", "mens"), Gender.MALE),
}


@cache
def _read_gender_words() -> Mapping[str, Gender]:
    words = dict(_STATED)
    concepts = _read_tables()["concepts"]
    for lexicon in (read_english(), *read_lexicons()):
        for phrase, concept in lexicon.phrases.items():
            for gender in Gender:
                if len(phrase) == 1 and concept.text in concepts[gender]:
                    words.setdefault(phrase[0], gender)
    return words
