from dataclasses import replace
from itertools import combinations
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylist.garments.garment import SLOT_INDEX, SLOTS, Season, Slot
from stylist.garments.pool import Pool
from stylist.outfits.compatibility import (
    MAX_COLOURS,
    chromatic_hues,
    count_colours,
    share_a_colour,
)
from stylist.outfits.composition.beam_search import BEAM_WIDTH
from stylist.outfits.composition.compose import (
    AnchorsExclude,
    AnchorUnknown,
    choose_outfits,
    compose,
)
from stylist.outfits.feedback import Feedback, Opinion, learn_bonuses
from stylist.outfits.scoring.pairs import check_rules
from stylist.outfits.scoring.score import Scorer, score_outfit
from stylist.outfits.wishes import OCCASIONS, Taste, Wish
from stylist.tests.outfits.garments import (
    make_garment,
    make_wardrobe,
    tastes,
    wardrobes,
    wishes,
)


def outfits_of(garments, *, wish=None, taste=None, count=3):
    return compose(garments=garments, wish=wish or Wish(), taste=taste or Taste(), count=count)


def ids_of(outfits):
    return [[garment.id for garment in outfit.garments] for outfit in outfits]


def is_whole(slots):
    two = {Slot.TOP, Slot.BOTTOM}
    return (two <= slots and Slot.ONE_PIECE not in slots) or (two.isdisjoint(slots) and (
        Slot.ONE_PIECE in slots
    ))  # fmt: skip


@settings(max_examples=60)
@given(wardrobes(), wishes, tastes)
def test_outfits_obey_the_rules(garments, wish, taste):
    outfits = outfits_of(garments, wish=wish, taste=taste)
    assert len(outfits) <= 3
    assert len({frozenset(ids) for ids in ids_of(outfits)}) == len(outfits)
    for outfit in outfits:
        slots = [garment.slot for garment in outfit.garments]
        assert slots == sorted(set(slots), key=SLOTS.index)
        assert is_whole(set(slots))
        assert not (wish.season == Season.SUMMER and Slot.OUTER in slots)
        pool = Pool.of(outfit.garments)
        assert count_colours(chromatic_hues(pool.colours).reshape(1, -1))[0] <= MAX_COLOURS
        patterned = pool.colours[pool.is_patterned]
        assert all(share_a_colour(one, other) for one, other in combinations(patterned, 2))
        assert outfit.score == score_outfit(outfit.garments, wish=wish, taste=taste)


@settings(max_examples=40)
@given(wardrobes(), wishes, tastes, st.randoms())
def test_the_order_of_the_wardrobe_does_not_matter(garments, wish, taste, chance):
    mixed = chance.sample(garments, len(garments))
    assert ids_of(outfits_of(garments, wish=wish, taste=taste)) == ids_of(
        outfits_of([*mixed, *mixed], wish=wish, taste=taste)
    )


@settings(max_examples=60)
@given(wardrobes(), wishes, st.data())
def test_an_anchor_is_in_every_outfit_even_if_it_is_disliked(garments, wish, data):
    if not garments:
        return
    anchor = data.draw(st.sampled_from(garments))
    wish = replace(wish, anchors=frozenset({anchor.id}))
    outfits = outfits_of(garments, wish=wish, taste=Taste(disliked=frozenset({anchor.kind})))
    assert all(anchor.id in ids for ids in ids_of(outfits))
    assert all(is_whole({garment.slot for garment in outfit.garments}) for outfit in outfits)
    assert not any(
        garment.kind == anchor.kind
        for outfit in outfits
        for garment in outfit.garments
        if garment.id != anchor.id
    )


def test_a_plain_wardrobe_makes_an_outfit_with_shoes():
    garments = [
        make_garment(k, slot, "navy") for k, slot in enumerate(SLOTS) if slot != "one_piece"
    ]
    (outfit,) = outfits_of(garments, wish=Wish(season=Season.WINTER), count=1)
    assert {garment.slot for garment in outfit.garments} >= {
        Slot.TOP, Slot.BOTTOM, Slot.SHOES, Slot.OUTER,
    }  # fmt: skip


@pytest.mark.parametrize("slots", [[], ["top"], ["bottom", "shoes"], ["bag", "accessory", "outer"]])
def test_incomplete_wardrobes_make_no_outfit(slots):
    assert outfits_of([make_garment(k, Slot(slot)) for k, slot in enumerate(slots)]) == []


def test_shoes_are_left_out_only_if_none_fit():
    top = make_garment(1, Slot.TOP, "red", second="yellow", pattern="striped")
    bottom = make_garment(2, Slot.BOTTOM, "blue")
    green = make_garment(3, Slot.SHOES, "green")
    assert ids_of(outfits_of([top, bottom, green])) == [[top.id, bottom.id]]
    ugly = make_garment(4, Slot.SHOES, "red", styles={"beach": 1}, formality=0.0)
    assert ids_of(outfits_of([top, bottom, green, ugly])) == [[top.id, bottom.id, ugly.id]]


def test_a_bag_that_spoils_the_outfit_is_left_out():
    suit = [
        make_garment(k, slot, "black", styles={"formal": 1}, formality=1.0)
        for k, slot in enumerate((Slot.TOP, Slot.BOTTOM, Slot.SHOES))
    ]
    clutch = make_garment(8, Slot.BAG, "black", styles={"formal": 1}, formality=1.0)
    sack = make_garment(9, Slot.BAG, "lime", styles={"outdoor": 1}, formality=0.0)
    assert sack.id not in ids_of(outfits_of([*suit, sack], count=1))[0]
    assert clutch.id in ids_of(outfits_of([*suit, sack, clutch], count=1))[0]


def test_only_the_anchor_is_in_every_outfit():
    wardrobe = make_wardrobe(140)
    anchor = next(garment for garment in wardrobe if garment.slot == Slot.TOP)
    free = outfits_of(wardrobe, count=4)
    assert len(free) == 4
    assert not set.intersection(*map(set, ids_of(free)))
    held = outfits_of(wardrobe, wish=Wish(anchors=frozenset({anchor.id})), count=4)
    assert set.intersection(*map(set, ids_of(held))) == {anchor.id}


def test_the_best_outfit_comes_first_and_the_others_are_good():
    totals = [outfit.score.total for outfit in outfits_of(make_wardrobe(140), count=5)]
    assert totals[0] == max(totals)
    assert min(totals) > totals[0] - 0.15


def test_beam_search_finds_nearly_the_best_outfit():
    wardrobe = make_wardrobe(35, seed=3)
    (found,) = outfits_of(wardrobe, count=1)
    scorer = Scorer(Pool.of(wardrobe), Wish(), Taste())
    by_slot = [[-1, *(k for k, g in enumerate(wardrobe) if g.slot == slot)] for slot in SLOTS]
    every = np.stack(np.meshgrid(*by_slot, indexing="ij"), axis=-1).reshape(-1, len(SLOTS))
    two = (every[:, 0] >= 0) & (every[:, 1] >= 0) & (every[:, 2] < 0)
    one = (every[:, 0] < 0) & (every[:, 1] < 0) & (every[:, 2] >= 0)
    whole = every[(two | one) & (every[:, SLOT_INDEX[Slot.SHOES]] >= 0)]
    best = scorer.totals(whole[check_rules(scorer.relations, whole)]).max()
    assert found.score.total >= best - 0.02


def test_the_number_of_scored_outfits_is_bounded(monkeypatch):
    scored = []
    totals = Scorer.totals

    def count(self, rows):
        scored.append(len(rows))
        return totals(self, rows)

    monkeypatch.setattr(Scorer, "totals", count)
    outfits_of(make_wardrobe(1_400))
    assert sum(scored) < 40 * 41 + 5 * (BEAM_WIDTH * 41)


def test_twins_do_not_make_different_outfits():
    vector = np.zeros(8, np.float32)
    vector[0] = 1
    top, bottom = (
        make_garment(k, slot, "navy", styles={"business": 1})
        for k, slot in enumerate((Slot.TOP, Slot.BOTTOM), 1)
    )
    shown_twice = replace(top, id=UUID(int=7), embedding=vector)
    other = make_garment(8, Slot.TOP, "navy", styles={"business": 0.7, "smart casual": 0.3})
    twins = [replace(top, embedding=vector), bottom, shown_twice, other]
    assert [outfit.garments[0] for outfit in outfits_of(twins, count=2)] == [twins[0], other]
    unlike = [top, bottom, replace(shown_twice, embedding=-vector), other]
    assert other not in [outfit.garments[0] for outfit in outfits_of(unlike, count=2)]


def test_the_last_outfit_lacks_what_all_the_others_share():
    rows = np.full((4, len(SLOTS)), -1)
    rows[:, SLOT_INDEX[Slot.TOP]] = [1, 1, 1, 2]
    rows[:, SLOT_INDEX[Slot.BOTTOM]] = [3, 4, 5, 6]
    totals = np.array([0.9, 0.9, 0.9, 0.4])
    free, held = np.full(len(SLOTS), -1), np.full(len(SLOTS), -1)
    held[SLOT_INDEX[Slot.TOP]] = 1
    assert choose_outfits(rows, totals, count=3, start=free) == [0, 1, 3]
    assert choose_outfits(rows[:3], totals[:3], count=3, start=free) == [0, 1, 2]
    assert choose_outfits(rows, totals, count=3, start=held) == [0, 1, 2]


def test_summer_outfits_have_no_outer_garment():
    styles = {Slot.TOP: "business", Slot.BOTTOM: "casual", Slot.OUTER: "business"}
    garments = [
        make_garment(k, slot, "navy", styles={style: 1})
        for k, (slot, style) in enumerate(styles.items())
    ]
    (spring,), (summer,) = (
        outfits_of(garments, wish=Wish(season=season), count=1)
        for season in (Season.SPRING, Season.SUMMER)
    )
    assert spring.garments == tuple(garments)
    assert summer.garments == tuple(garments[:2])
    coat = Wish(season=Season.SUMMER, anchors=frozenset({garments[2].id}))
    assert outfits_of(garments, wish=coat)[0].garments == tuple(garments)


def test_a_missing_anchor_is_reported():
    with pytest.raises(AnchorUnknown) as error:
        outfits_of(make_wardrobe(10), wish=Wish(anchors=frozenset({UUID(int=999)})))
    assert error.value.details == {"ids": [str(UUID(int=999))]}


@pytest.mark.parametrize("slots", [("top", "top"), ("one_piece", "bottom"), ("top", "one_piece")])
def test_anchors_that_exclude_each_other_are_reported(slots):
    garments = [make_garment(k, Slot(slot)) for k, slot in enumerate(slots)]
    with pytest.raises(AnchorsExclude):
        outfits_of(garments, wish=Wish(anchors=frozenset(garment.id for garment in garments)))


def test_several_anchors_are_in_every_outfit():
    wardrobe = make_wardrobe(70)
    anchors = {
        next(garment.id for garment in wardrobe if garment.slot == slot)
        for slot in (Slot.ONE_PIECE, Slot.BAG)
    }
    outfits = outfits_of(wardrobe, wish=Wish(anchors=frozenset(anchors)))
    assert outfits
    assert all(anchors <= set(ids) for ids in ids_of(outfits))


def test_the_occasion_decides_which_garments_are_chosen():
    wardrobe = make_wardrobe(140)
    (sport,), (wedding,) = (
        outfits_of(wardrobe, wish=Wish(occasion=OCCASIONS[name]), count=1)
        for name in ("sport", "wedding")
    )
    mean = {
        name: np.mean([garment.formality for garment in outfit.garments])
        for name, outfit in (("sport", sport), ("wedding", wedding))
    }
    assert mean["wedding"] > mean["sport"] + 0.25


def test_feedback_changes_the_next_outfits():
    wardrobe = make_wardrobe(70)
    first, second, *_ = outfits_of(wardrobe)
    disliked = Feedback(first.garments, Opinion.DISLIKE, age_days=0)
    after = outfits_of(wardrobe, taste=Taste(bonuses=learn_bonuses([disliked])))
    assert ids_of([first])[0] not in ids_of(after)
    liked = Feedback(second.garments, Opinion.LIKE, age_days=0)
    after = outfits_of(wardrobe, taste=Taste(bonuses=learn_bonuses([liked])))
    assert ids_of(after)[0] == ids_of([second])[0]


def test_garments_that_fit_the_rest_of_a_large_wardrobe_are_tried():
    rest = [
        make_garment(k, slot, "navy", styles={"business": 1}, formality=0.7)
        for k, slot in enumerate((Slot.BOTTOM, Slot.SHOES), 1)
    ]
    odd = [
        make_garment(k, Slot.TOP, "lime", styles={"beach": 1}, formality=0.0) for k in range(9, 99)
    ]
    fitting = make_garment(2**100, Slot.TOP, "white", styles={"business": 1}, formality=0.7)
    (outfit,) = outfits_of([*odd, *rest, fitting], count=1)
    assert fitting in outfit.garments
