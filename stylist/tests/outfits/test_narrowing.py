import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylist.garments.garment import SLOTS, Season, Slot
from stylist.garments.pool import Pool
from stylist.outfits.composition.shortlist import narrow
from stylist.outfits.wishes import OCCASIONS, Taste, Wish
from stylist.tests.outfits.garments import (
    make_garment,
    tastes,
    wardrobes,
    wishes,
)


def select(garments, *, around=(), wish=None, taste=None, per_slot=3):
    pool = Pool.of(garments)
    group = Pool.of(around, style_names=pool.style_names)
    found = narrow(
        pool, around=group, wish=wish or Wish(), taste=taste or Taste(), per_slot=per_slot
    )
    return {slot: [garments[row] for row in rows] for slot, rows in found.items()}


@given(wardrobes(), wardrobes(most=4), wishes, tastes, st.randoms())
def test_selects_a_number_of_each_slot_in_any_order(garments, around, wish, taste, chance):
    found = select(garments, around=around, wish=wish, taste=taste)
    assert set(found) == set(SLOTS)
    for slot, chosen in found.items():
        assert len(chosen) <= 3
        assert all(garment.slot == slot for garment in chosen)
        if not taste.disliked:
            assert len(chosen) == min(3, sum(garment.slot == slot for garment in garments))
    mixed = chance.sample(garments, len(garments))
    assert select(mixed, around=around, wish=wish, taste=taste) == found


@pytest.mark.parametrize(
    ("features", "worse"),
    [
        ({"colour": "coral"}, {"colour": "lime"}),
        ({"styles": {"business": 1}}, {"styles": {"beach": 1}}),
        ({"formality": 0.8}, {"formality": 0.1}),
        ({"seasons": {"winter": 1}}, {"seasons": {"summer": 1}}),
    ],
)
def test_garments_that_fit_the_anchor_come_first(features, worse):
    anchor = make_garment(
        9, Slot.TOP, "red", styles={"business": 1}, formality=0.8, seasons={"winter": 1}
    )
    garments = [
        make_garment(1, Slot.BOTTOM, **worse),
        make_garment(2, Slot.BOTTOM, **features),
        make_garment(3, Slot.BOTTOM, **worse),
    ]
    assert select(garments, around=[anchor])[Slot.BOTTOM][0] is garments[1]
    several = [anchor, make_garment(10, Slot.SHOES, "black")]
    assert select(garments, around=several, per_slot=1)[Slot.BOTTOM] == [garments[1]]


@pytest.mark.parametrize(
    ("wish", "taste"),
    [
        (Wish(season=Season.WINTER), Taste()),
        (Wish(formality=0.8), Taste()),
        (Wish(occasion=OCCASIONS["work"]), Taste()),
        (Wish(), Taste(styles=frozenset({"business"}))),
    ],
)
def test_wished_and_liked_garments_come_first(wish, taste):
    beach = make_garment(1, Slot.TOP, styles={"beach": 1}, formality=0.1, seasons={"summer": 1})
    office = make_garment(2, Slot.TOP, styles={"business": 1}, formality=0.8, seasons={"winter": 1})
    assert select([beach, office], wish=wish, taste=taste, per_slot=1)[Slot.TOP] == [office]


@pytest.mark.parametrize("name", ["shirt", "red", "coral", "striped", "party"])
def test_disliked_garments_are_left_out(name):
    disliked = make_garment(
        1, Slot.TOP, "coral" if name == "coral" else "red", pattern="striped",
        styles={"party": 0.6, "casual": 0.4},
    )  # fmt: skip
    other = make_garment(2, Slot.TOP, "navy", kind="blouse", styles={"casual": 0.6, "party": 0.4})
    assert select([disliked, other], taste=Taste(disliked=frozenset({name})))[Slot.TOP] == [other]
