"""The words of the rules stand for names that the rest of the stylist uses."""

import pytest

from catalog.vocabulary.kinds import SLOT_PHRASES
from catalog.vocabulary.words import COLOURS, MATERIALS, SEASONS, STYLE_FORMALITY, STYLES
from core.ml.colours import BASIC_OF, RETAIL_COLOURS
from stylist.chat.rules.answers.advice import (
    MIN_AGREEMENT,
    explain_pair,
    find_partners,
    measure_agreement,
)
from stylist.chat.rules.interpretation import understand
from stylist.chat.rules.vocabulary import CARE, FIBRE_OF, OCCASION_WORDS
from stylist.chat.shared.items import expand_kind
from stylist.chat.shared.question import Memory
from stylist.garments.garment import Season, Slot
from stylist.outfits.colour_phrases import NEUTRALS
from stylist.outfits.wishes import OCCASIONS
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY


def test_every_word_stands_for_a_known_name():
    assert {*SLOT_PHRASES.values()} <= {*Slot}
    assert {*COLOURS} == {*BASIC_OF}
    assert {*STYLE_FORMALITY} <= {*STYLES}
    assert {*OCCASION_WORDS.values()} <= {*OCCASIONS}
    assert {*SEASONS} == {*Season}


def test_every_fibre_has_care_advice():
    assert {*MATERIALS} <= {*CARE}
    assert {*FIBRE_OF.values()} <= {*CARE}
    assert {*FIBRE_OF} <= {*DEFAULT_TAXONOMY.names}
    assert CARE.get("kevlar") is None
    assert FIBRE_OF.get("dress") is None


@pytest.mark.parametrize("kind", DEFAULT_TAXONOMY.types, ids=lambda kind: kind.name)
def test_every_type_is_understood_by_its_name(kind):
    assert understand(f"show me a {kind.name}", Memory()).garments == (kind.name,)


@pytest.mark.parametrize("colour", RETAIL_COLOURS, ids=lambda colour: colour.name)
def test_colour_advice_agrees_with_the_score_of_outfits(colour):
    advice = find_partners(colour.name)
    assert advice.is_neutral == (colour.name in NEUTRALS)
    going = (*advice.near, *advice.opposite)
    assert all(measure_agreement(colour.name, other) >= MIN_AGREEMENT for other in going)
    assert all(measure_agreement(colour.name, other) < MIN_AGREEMENT for other in advice.clashing)
    assert not {*going, *advice.clashing} & NEUTRALS


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("navy", "red", "navy is neutral"),
        ("black", "grey", "both neutral"),
        ("red", "red", "one colour"),
        ("red", "coral", "neighbours"),
        ("orange", "sky blue", "opposites"),
        ("fuchsia", "lime", "clash"),
    ],
)
def test_explains_why_two_colours_match_or_clash(one, other, expected):
    assert expected in explain_pair(one, other)
    assert expected in explain_pair(other, one)


@pytest.mark.parametrize(
    ("kind", "under"),
    [("shoes", "sneakers"), ("jacket", "denim jacket"), ("bag", "clutch"), ("dress", "sundress")],
)
def test_general_words_include_specific_kinds(kind, under):
    assert {kind, under} <= expand_kind(kind)
    assert kind not in expand_kind(under)
