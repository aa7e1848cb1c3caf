"""The taxonomy has default types, and a shop's own types, which are validated."""

import importlib

import pytest

from catalog.vocabulary.kinds import KINDS, SLOTS
from catalog.vocabulary.words import FORMALITY, FORMALITY_LEVELS, SEASONS, STYLES
from stylist.garments.garment import Slot
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, MAX_OWN_TYPES, TypeUnusable

DEFAULTS = importlib.import_module("catalog.migrations.0002_default_taxonomy")


def test_there_are_at_least_forty_types_and_every_slot_has_some():
    assert len(KINDS) >= 40
    assert {kind.slot for kind in KINDS.values()} == set(SLOTS)
    assert len({name.casefold() for name in DEFAULT_TAXONOMY.names}) == len(KINDS)


def test_slots_are_those_of_outfits():
    assert tuple(Slot) == SLOTS


def test_default_categories_have_names_of_types():
    categories = set(DEFAULTS.CATEGORIES) - {"accessory"}
    assert categories <= set(DEFAULT_TAXONOMY.names)
    assert set(STYLES) <= set(DEFAULTS.STYLES)


def test_habits_name_existing_values():
    for kind in KINDS.values():
        assert set(kind.styles) <= set(STYLES), kind.name
        assert set(kind.seasons) <= set(SEASONS), kind.name
        assert 0 <= kind.formality <= 1, kind.name
    assert set(FORMALITY) == set(FORMALITY_LEVELS)


def test_a_shop_adds_types_with_its_own_words():
    taxonomy = DEFAULT_TAXONOMY.extend(
        [
            {"name": "Kilt", "slot": "bottom", "prompts": ["tartan kilt", "scottish kilt"]},
            {"name": "  obi   belt ", "slot": "accessory"},
        ]
    )

    assert taxonomy.find("KILT").slot == "bottom"
    assert taxonomy.find("kilt").prompts == ("tartan kilt", "scottish kilt")
    assert taxonomy.find("obi belt").prompts == ("obi belt",)
    assert taxonomy.find("T-Shirt").slot == "top"
    assert DEFAULT_TAXONOMY.find("kilt") is None


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([{"name": "kilt", "slot": "legs"}], "slot"),
        ([{"name": "kilt"}], "slot"),
        ([{"name": "kilt", "slot": ["bottom"]}], "slot"),
        ([{"name": " ", "slot": "bottom"}], "name"),
        ([{"name": 7, "slot": "bottom"}], "name"),
        ([{"name": "k" * 61, "slot": "bottom"}], "name"),
        ([{"name": "JEANS", "slot": "bottom"}], "name"),
        ([{"name": "kilt", "slot": "bottom"}, {"name": "Kilt", "slot": "top"}], "name"),
        ([{"name": "kilt", "slot": "bottom", "prompts": "tartan"}], "prompts"),
        ([{"name": "kilt", "slot": "bottom", "prompts": [""]}], "prompts"),
        ([{"name": "kilt", "slot": "bottom", "prompts": ["tartan"] * 9}], "prompts"),
    ],
)
def test_names_the_invalid_row_and_field(rows, field):
    with pytest.raises(TypeUnusable) as refused:
        DEFAULT_TAXONOMY.extend(rows)

    assert refused.value.details == {"index": len(rows) - 1, "field": field}


def test_refuses_too_many_types():
    rows = [{"name": f"own {k}", "slot": "top"} for k in range(MAX_OWN_TYPES + 1)]

    with pytest.raises(TypeUnusable, match="101"):
        DEFAULT_TAXONOMY.extend(rows)
