"""Texts name kinds, and kinds contradict each other or not."""

import pytest

from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.kinship import contradict, find_kinds
from catalog.vocabulary.words import read_toml


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("red dress", {"dress"}),
        ("Dresses", {"dress"}),
        ("Shirt dress with a belt", {"shirt dress"}),
        ("denim shirt with hood", {"shirt"}),
        ("shoes to go with a dress", {"shoes"}),
        ("looking for a red frock", {"dress"}),
        ("Shirts & Blouses", {"shirt", "blouse"}),
        ("dress or skirt", {"dress", "skirt"}),
        ("Men's T-Shirts", {"t-shirt"}),
        ("suit jacket", {"blazer"}),
        ("chelsea boots", {"ankle boots"}),
        ("something for the evening", set()),
        ("bicycle", set()),
        ("Women", set()),
        ("", set()),
    ],
)
def test_finds_the_kinds_that_a_text_names(text, kinds):
    assert find_kinds(text) == kinds


@pytest.mark.parametrize(
    ("wanted", "known", "expected"),
    [
        ({"dress"}, {"dress"}, False),
        ({"jacket"}, {"denim jacket"}, False),
        ({"denim jacket"}, {"jacket"}, False),
        ({"blouse"}, {"shirt"}, False),
        ({"dress", "skirt"}, {"skirt"}, False),
        ({"denim jacket"}, {"leather jacket"}, True),
        ({"dress"}, {"shirt", "trousers"}, True),
        ({"dress"}, set(), False),
        (set(), {"dress"}, False),
    ],
)
def test_kinds_contradict_if_none_is_the_same_or_akin(wanted, known, expected):
    assert contradict(wanted, known) is expected


def test_every_kind_is_found_by_its_name_and_contradicts_others_in_both_directions():
    for kind in KINDS:
        assert kind in find_kinds(kind)
        for other in KINDS:
            assert contradict({kind}, {other}) is contradict({other}, {kind})


def test_the_table_has_kinds_of_the_vocabulary_only():
    tables = read_toml("kinship").values()
    named = {kind for table in tables for row in table.items() for kind in (row[0], *row[1])}
    assert named <= set(KINDS)
