from dataclasses import replace
from uuid import UUID

import pytest

from stylist.garments.garment import GarmentSource, Season, Slot
from stylist.outfits.composition.purchases import MIN_GOOD_TOTAL, rank_purchases
from stylist.outfits.wishes import Taste, Wish
from stylist.tests.outfits.garments import make_garment, make_wardrobe


def rank(wardrobe, candidates, *, wish=None, taste=None, count=5):
    return rank_purchases(
        wardrobe=wardrobe, candidates=candidates, wish=wish or Wish(), taste=taste or Taste(),
        count=count,
    )  # fmt: skip


def smart(number, slot, colour="navy", **features):
    defaults = {"styles": {"business": 1}, "formality": 0.7, "seasons": {"autumn": 1}}
    return make_garment(number, slot, colour, **(defaults | features))


TOPS = [smart(k, Slot.TOP, colour) for k, colour in enumerate(("white", "light blue", "grey"), 1)]
BOTTOMS = [smart(11, Slot.BOTTOM), smart(12, Slot.BOTTOM, "charcoal")]
SHOES = [smart(21, Slot.SHOES, "black")]


def test_missing_shoes_complete_every_pair_of_top_and_bottom():
    shoes = smart(99, Slot.SHOES, "brown", source=GarmentSource.CATALOG)
    top = smart(98, Slot.TOP, source=GarmentSource.CATALOG)
    (purchase,) = rank([*TOPS, *BOTTOMS], [shoes, top])
    assert purchase.garment is shoes
    assert purchase.outfits == 6
    assert shoes in purchase.best.garments
    assert purchase.best.score.total >= purchase.mean_total - 1e-9
    assert purchase.mean_total >= MIN_GOOD_TOTAL


def test_the_purchase_for_more_outfits_comes_first():
    top, bottom = smart(98, Slot.TOP, "cream"), smart(99, Slot.BOTTOM, "grey")
    purchases = rank([*TOPS, *BOTTOMS, *SHOES], [top, bottom])
    assert [(purchase.garment, purchase.outfits) for purchase in purchases] == [
        (bottom, 3), (top, 2),
    ]  # fmt: skip


def test_better_outfits_decide_between_equal_numbers():
    good = smart(99, Slot.BOTTOM, "grey")
    plain = smart(98, Slot.BOTTOM, "grey", styles={"smart casual": 1})
    purchases = rank([*TOPS, *BOTTOMS, *SHOES], [plain, good])
    assert [purchase.garment for purchase in purchases] == [good, plain]
    assert purchases[0].outfits == purchases[1].outfits
    assert rank([*TOPS, *BOTTOMS, *SHOES], [plain, good], count=1) == purchases[:1]


def test_the_cheaper_of_equal_purchases_comes_first():
    wardrobe = [*TOPS, *BOTTOMS, *SHOES]
    offered = [
        smart(90, Slot.TOP),
        smart(91, Slot.TOP, price=80.0),
        smart(92, Slot.TOP, price=40.0),
    ]
    prices = [purchase.garment.price for purchase in rank(wardrobe, offered)]
    assert prices == [40.0, 80.0, None]


@pytest.mark.parametrize(
    "candidate",
    [
        smart(99, Slot.BOTTOM, styles={"beach": 1}, formality=0.0, seasons={"summer": 1}),
        smart(99, Slot.BAG),
        smart(99, Slot.OUTER),
        TOPS[0],
    ],
    ids=["goes with nothing", "a bag", "over it when it is not cold", "theirs already"],
)
def test_a_garment_that_completes_no_outfit_is_not_advised(candidate):
    assert rank([*TOPS, *BOTTOMS, *SHOES], [candidate]) == []


def test_an_outer_garment_is_advised_in_the_cold_seasons():
    coat = smart(99, Slot.OUTER, "camel")
    wardrobe = [*TOPS, *BOTTOMS, *SHOES]
    (purchase,) = rank(wardrobe, [coat], wish=Wish(season=Season.AUTUMN))
    assert purchase.outfits == 6
    assert {garment.slot for garment in purchase.best.garments} == {
        Slot.TOP, Slot.BOTTOM, Slot.SHOES, Slot.OUTER,
    }  # fmt: skip


def test_a_dress_needs_only_shoes():
    dress = smart(99, Slot.ONE_PIECE, "burgundy")
    (purchase,) = rank(SHOES, [dress])
    assert purchase.outfits == 1
    assert set(purchase.best.garments) == {dress, *SHOES}


def test_a_disliked_garment_is_not_advised():
    shoes = smart(99, Slot.SHOES, "red")
    assert rank([*TOPS, *BOTTOMS], [shoes])
    assert not rank([*TOPS, *BOTTOMS], [shoes], taste=Taste(disliked=frozenset({"red"})))


def test_nothing_completes_an_empty_wardrobe():
    assert rank([], make_wardrobe(70)) == []


def test_the_order_of_candidates_does_not_matter():
    wardrobe = make_wardrobe(70)
    offered = [replace(one, id=UUID(int=one.id.int + 500)) for one in make_wardrobe(70, seed=8)]
    assert rank(wardrobe, offered) == rank(wardrobe[::-1], offered[::-1])
