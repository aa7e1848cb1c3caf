"""Prompts say whom garments are for: a gender and an age, in one word or in several."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from recommendations.query import people
from recommendations.query.interpretation import interpret

TABLE = tomllib.loads(Path(people.__file__).with_name("people.toml").read_text("utf-8"))
WORDS = [
    *("dress", "red", "8", "'s"),
    *(
        word.strip()
        for name in ("words", "introductions", "relatives", "occasions", "singles", "numbers")
        for entry in TABLE[name].values()
        for word in entry.split(",")
    ),
]
PEOPLE = {"female", "male", *people.KNOWN_AGES, *TABLE["ages"]}


def read_people(prompt: str) -> list[str]:
    chips = interpret(prompt, encoder="mini").understanding.chips
    return [chip.value for chip in chips if chip.kind == "person"]


@pytest.mark.parametrize(
    ("prompt", "wearers"),
    [
        ("bodysuit for a newborn", ["newborn"]),
        ("gift for a newborn baby", ["newborn"]),
        ("newborn baby clothes", ["newborn"]),
        ("baby toddler shoes", ["baby"]),
        ("baby girl dress", ["female", "baby"]),
        ("toddler boy shoes", ["male", "toddler"]),
        ("teen girl jeans", ["female", "teen"]),
        ("robe bébé fille", ["female", "baby"]),
        ("vestido para bebé niña", ["female", "baby"]),
        ("clothes for babies and kids", []),
        ("girl power t-shirt", []),
        ("boy shorts", []),
        ("teen mom jeans", ["teen"]),
        ("dress for my sister", ["female"]),
        ("dress for my sister's graduation", []),
        ("robe pour le mariage de ma soeur", []),
        ("birthday present for my brother", ["male"]),
    ],
)
def test_reads_whom_a_prompt_is_for(prompt, wearers) -> None:
    assert read_people(prompt) == wearers


@limits(max_examples=300)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_no_words_for_people_break_it(words) -> None:
    wearers = read_people(" ".join(words))
    assert {value for chip in wearers for value in chip.split(", ")} <= PEOPLE


def test_words_for_people_are_not_unknown() -> None:
    for prompt in ("gift for a newborn baby", "toddler boy shoes"):
        assert interpret(prompt, encoder="mini").understanding.unknown_words == ()


@pytest.mark.parametrize(
    ("prompt", "searched_for"),
    [
        ("gift for her", "clothes for her"),
        ("something for my dad", "clothes for dad"),
        ("christmas gift ideas for him under 50", "clothes for him"),
        ("Geschenk für meine Mutter", "clothes"),
        ("подарок для мамы", "clothes"),
        ("gift for her, red", "gift for her, red"),
        ("clothes for men and women", "clothes for men and women"),
        ("gifts for men and women", "clothes"),
        ("gift", "gift"),
        ("something for a wedding", "something for a wedding"),
        ("for men", "for men"),
    ],
)
def test_a_gift_is_anything_for_the_person(prompt, searched_for) -> None:
    assert interpret(prompt, encoder="mini").understanding.searched_for == searched_for


def test_offers_no_other_spelling_of_a_common_word() -> None:
    understood = interpret("present for dad in medium wash, tronnog", encoder="mini").understanding
    assert {"present", "medium", "wash"} <= set(understood.unknown_words)
    assert [near.written for near in understood.nearest] == ["tronnog"]


@pytest.mark.parametrize(
    ("prompt", "meaning"),
    [
        ("tenue de bureau", "office clothes"),
        ("atuendo para boda", "clothes for a wedding"),
        ("Strandoutfit", "beach clothes"),
        ("outfit for a business meeting", "outfit for a business meeting"),
        ("rosa Kleid für Mädchen, 8 Jahre", "pink dress for girls"),
        ("pyjama bébé 12 mois", "baby pyjamas"),
        ("dress for a 5 year old girl", "dress for a 5 year old girl"),
    ],
)
def test_says_in_english_what_is_to_be_seen(prompt, meaning) -> None:
    assert interpret(prompt, encoder="mini").understanding.searched_for == meaning
