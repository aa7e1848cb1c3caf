import io

import pytest
from django.core.management import CommandError, call_command

from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.words import STYLES
from evaluation.outfits.harness import evaluate
from evaluation.outfits.looks import LOOKS
from evaluation.outfits.questions import CHOICES, MIN_PIECES, make_blanks, spoil
from evaluation.outfits.sampler import OutfitSampler

OUTFITS = 136


@pytest.fixture(scope="module")
def drawn():
    return OutfitSampler(3).outfits(OUTFITS)


def test_the_looks_use_names_of_the_vocabulary():
    slots = {kind.name: kind.slot for kind in KINDS.values()}
    for look in LOOKS:
        assert look.style in STYLES
        assert all(slots[kind] == slot for slot, kinds in look.kinds.items() for kind in kinds)


def test_draws_the_same_outfits_for_the_same_seed_and_garments_of_their_look(drawn):
    def features(outfits):
        return [[(g.id, g.kind, g.primary, g.formality) for g in one.garments] for one in outfits]

    assert features(OutfitSampler(3).outfits(OUTFITS)) == features(drawn)
    assert features(OutfitSampler(4).outfits(OUTFITS)) != features(drawn)
    for one in drawn:
        assert len({garment.slot for garment in one.garments}) == len(one.garments)
        assert all(garment.kind in one.look.kinds[garment.slot] for garment in one.garments)


@pytest.mark.parametrize("same_kind", [False, True])
def test_a_blank_has_one_right_choice_and_wrong_ones_of_other_looks(drawn, same_kind):
    blanks = make_blanks(drawn, same_kind=same_kind, seed=1)
    look_of = {garment.id: one.look for one in drawn for garment in one.garments}
    assert len(blanks) > OUTFITS / 2
    for blank in blanks:
        right, *wrong = blank.choices
        assert len({choice.id for choice in blank.choices}) == CHOICES
        assert len(blank.rest) >= MIN_PIECES - 1
        assert {look_of[garment.id] for garment in blank.rest} == {look_of[right.id]}
        assert all(look_of[choice.id] is not look_of[right.id] for choice in wrong)
        assert {choice.slot for choice in wrong} == {right.slot}
        assert not same_kind or {choice.kind for choice in wrong} == {right.kind}


@pytest.mark.parametrize("pieces", [None, 1])
def test_mixed_outfits_have_the_given_number_of_other_pieces(drawn, pieces):
    look_of = {garment.id: one.look for one in drawn for garment in one.garments}
    for one, garments in zip(drawn, spoil(drawn, pieces=pieces, seed=1), strict=True):
        assert [garment.slot for garment in garments] == [garment.slot for garment in one.garments]
        foreign = sum(look_of[garment.id] is not one.look for garment in garments)
        assert foreign == (pieces or len(garments))


def test_the_scorer_finds_the_missing_piece_and_chance_does_not():
    for question in evaluate(outfits=OUTFITS, seed=5):
        figures = {method: figure.value for method, figure in question.figures.items()}
        by_chance = 0.5 if question.name.startswith("compatibility") else 1 / CHOICES
        assert figures["chance"] == pytest.approx(by_chance, abs=0.1)
        assert figures["popularity"] == pytest.approx(by_chance, abs=0.15)
        assert figures["scorer"] > by_chance + 0.2
        if "same kind" in question.name:
            assert figures["categories"] == by_chance
            assert figures["scorer"] > 0.6


def test_prints_a_table_and_notes_that_the_outfits_are_generated():
    printed = io.StringIO()
    call_command("evaluate_outfits", outfits=OUTFITS, stdout=printed)
    assert "fill in the" in printed.getvalue()
    assert "not people's outfits" in printed.getvalue()
    with pytest.raises(CommandError, match="whole number"):
        call_command("evaluate_outfits", "--outfits", "3")
