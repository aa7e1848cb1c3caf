from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylist.garments.garment import Season, Slot
from stylist.garments.pool import NEUTRAL
from stylist.outfits.compatibility import UNKNOWN_AGREEMENT
from stylist.outfits.scoring.score import WEIGHTS, score_outfit
from stylist.outfits.wishes import OCCASIONS, Taste, Wish
from stylist.tests.outfits.garments import LAB, make_garment, tastes, wardrobes, wishes


def one_of_each(garments):
    return [*{garment.slot: garment for garment in garments}.values()]


def score(*garments, wish=None, taste=None):
    return score_outfit(garments, wish=wish or Wish(), taste=taste or Taste())


def part(scored, name):
    return next(part for part in scored.parts if part.name == name)


TOP = make_garment(1, Slot.TOP, "white", styles={"business": 1}, formality=0.7)
BOTTOM = make_garment(2, Slot.BOTTOM, "navy", styles={"business": 1}, formality=0.7)
SHOES = make_garment(3, Slot.SHOES, "black", styles={"business": 1}, formality=0.7)


@given(wardrobes(), wishes, tastes)
def test_the_parts_add_up_to_the_total(garments, wish, taste):
    scored = score_outfit(one_of_each(garments), wish=wish, taste=taste)
    assert scored.total == pytest.approx(
        sum(part.value * part.weight for part in scored.parts), abs=1e-12
    )
    assert sum(part.weight for part in scored.parts) == pytest.approx(1)
    assert all(0 <= part.value <= 1 + 1e-6 for part in scored.parts)
    assert all(part.sentence.endswith(".") for part in scored.parts)
    assert {part.name for part in scored.parts} <= set(WEIGHTS)


@given(wardrobes(), wishes, tastes, st.randoms())
def test_the_order_of_the_garments_does_not_matter(garments, wish, taste, chance):
    worn = one_of_each(garments)
    mixed = chance.sample(worn, len(worn))
    assert score_outfit(worn, wish=wish, taste=taste) == score_outfit(mixed, wish=wish, taste=taste)


def test_two_garments_of_one_slot_are_rejected():
    with pytest.raises(ValueError, match="one top"):
        score(TOP, make_garment(4, Slot.TOP))


def test_parts_depend_on_the_wish_and_the_taste():
    assert {"occasion", "taste", "feedback"}.isdisjoint(part.name for part in score(TOP).parts)
    wish, taste = Wish(occasion=OCCASIONS["work"]), Taste(styles=frozenset({"business"}))
    names = {part.name for part in score(TOP, wish=wish, taste=taste).parts}
    assert {"occasion", "taste"} <= names


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("colour", {"primary": LAB["lime"]}),
        ("style", {"styles": {"beach": 1.0}}),
        ("formality", {"formality": 0.0}),
        ("season", {"seasons": {"summer": 1.0}}),
    ],
)
def test_a_mismatch_lowers_only_its_own_part(name, worse):
    wool = {"seasons": {"winter": 1.0}}
    others = (replace(TOP, primary=LAB["red"], **wool), replace(BOTTOM, **wool))
    good, bad = replace(SHOES, **wool), replace(SHOES, **wool | worse)
    for one in score(*others, good).parts:
        other = part(score(*others, bad), one.name)
        assert (other.value < one.value - 0.05) == (one.name == name), one.name


def test_unknown_tags_count_as_neutral():
    unknown = score(make_garment(1, Slot.TOP), make_garment(2, Slot.BOTTOM))
    values = [part(unknown, name).value for name in ("colour", "style", "formality", "season")]
    assert values == pytest.approx([UNKNOWN_AGREEMENT, NEUTRAL, NEUTRAL, NEUTRAL])
    assert "not known" in part(unknown, "colour").sentence


def test_an_unsure_formality_counts_less():
    loafers = replace(SHOES, formality=0.0)
    unsure = replace(loafers, formality_confidence=0.2)
    sure, doubtful = (part(score(TOP, shoes), "formality").value for shoes in (loafers, unsure))
    assert sure < doubtful < 0.5


def test_a_second_pattern_costs_half_or_all_of_the_part():
    striped = replace(TOP, pattern="striped")
    floral = make_garment(4, Slot.BOTTOM, "navy", second="white", pattern="floral")
    checked = make_garment(5, Slot.BOTTOM, "red", pattern="checked")
    values = [part(score(striped, other), "pattern").value for other in (BOTTOM, floral, checked)]
    assert values == [1, 0.5, 0]
    assert "share a colour" in part(score(striped, floral), "pattern").sentence
    assert "compete" in part(score(striped, checked), "pattern").sentence


def test_the_wished_formality_and_season_count():
    summery = [replace(one, seasons={"summer": 1.0}) for one in (TOP, BOTTOM, SHOES)]
    good = Wish(season=Season.SUMMER, formality=0.7)
    bad = Wish(season=Season.WINTER, formality=0.1)
    for name in ("season", "formality"):
        as_wished = part(score(*summery, wish=good), name)
        assert as_wished.value > part(score(*summery, wish=bad), name).value + 0.4
    assert part(score(*summery, wish=bad), "season").sentence == "It is not made for winter."


def test_an_occasion_sets_the_formality_unless_one_is_wished():
    work = Wish(occasion=OCCASIONS["work"])
    assert work.wanted_formality == OCCASIONS["work"].formality
    assert replace(work, formality=0.2).wanted_formality == 0.2
    sporty = [replace(one, styles={"sporty": 1}, formality=0.1) for one in (TOP, BOTTOM)]
    for name in ("occasion", "formality"):
        scored, running = (part(score(*o, wish=work), name) for o in ((TOP, BOTTOM), sporty))
        assert scored.value > running.value + 0.4


def test_a_shoppers_colours_and_styles_count():
    liking = Taste(palette=(LAB["white"], LAB["navy"]), styles=frozenset({"business"}))
    assert part(score(TOP, BOTTOM, taste=liking), "taste").value > 0.95
    other = Taste(palette=(LAB["red"],), styles=frozenset({"beach"}))
    assert part(score(TOP, BOTTOM, taste=other), "taste").value < 0.2


def test_bonuses_count_by_id_and_by_kind_and_colour():
    ids = frozenset({TOP.id, BOTTOM.id})
    looks = frozenset({("shirt", "white"), ("trousers", "navy")})
    for pair in (ids, looks):
        liked = part(score(TOP, BOTTOM, taste=Taste(bonuses={pair: 0.6})), "feedback")
        assert liked.value == pytest.approx(0.8)
        assert "liked" in liked.sentence
        disliked = part(score(TOP, BOTTOM, taste=Taste(bonuses={pair: -0.6})), "feedback")
        assert disliked.value == pytest.approx(0.2)
        assert part(score(TOP, SHOES, taste=Taste(bonuses={pair: 0.6})), "feedback").value == 0.5
    late = replace(TOP, id=UUID(int=99))
    bonuses = {frozenset({late.id, BOTTOM.id}): 0.6}
    assert part(score(late, BOTTOM, taste=Taste(bonuses=bonuses)), "feedback").value > 0.7


@pytest.mark.parametrize(
    ("colours", "sentence"),
    [
        (("white", "navy"), "All the colours are neutral and go with each other."),
        (("white", "camel"), "Camel is the one colour; the rest is neutral."),
        (("white", "red"), "Red is the one colour; the rest is neutral."),
        (("red", "coral"), "Coral and red are shades of one colour."),
        (("red", "lime"), "Lime and red are neither near nor opposite on the colour wheel."),
        (("yellow", "lime"), "Lime and yellow are neighbours on the colour wheel."),
    ],
)
def test_the_sentence_describes_the_colours(colours, sentence):
    top, bottom = (LAB[name] for name in colours)
    scored = score(replace(TOP, primary=top), replace(BOTTOM, primary=bottom))
    assert part(scored, "colour").sentence == sentence


def test_a_slightly_coloured_neutral_is_called_neutral():
    sandy = LAB["sand"]._replace(b=LAB["sand"].b * 1.5)
    scored = score(replace(TOP, primary=sandy), BOTTOM)
    assert part(scored, "colour").sentence == "All the colours are neutral and go with each other."


def test_sentences_name_the_wish():
    wish = Wish(occasion=OCCASIONS["wedding"], season=Season.WINTER)
    trainers = make_garment(9, Slot.SHOES, "denim", kind="denim sneakers", formality=0.1)
    scored = score(replace(TOP, styles={"elegant": 1}), trainers, wish=wish)
    assert (
        part(scored, "occasion").sentence == "The styles will do for what you dress for: wedding."
    )
    assert part(scored, "formality").sentence == (
        "It runs from relaxed (denim sneakers) to business (white shirt)."
    )
