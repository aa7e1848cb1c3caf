import pytest

from stylist.garments.garment import Slot
from stylist.outfits.feedback import (
    HALF_LIFE_DAYS,
    LOOK_SHARE,
    OPINION_VALUES,
    Feedback,
    Opinion,
    learn_bonuses,
)
from stylist.tests.outfits.garments import make_garment

TOP = make_garment(1, Slot.TOP, "white")
BOTTOM = make_garment(2, Slot.BOTTOM, "navy")
SHOES = make_garment(3, Slot.SHOES)
IDS = frozenset({TOP.id, BOTTOM.id})
LOOKS = frozenset({("shirt", "white"), ("trousers", "navy")})


def learned(*opinions, garments=(TOP, BOTTOM), age_days=0.0):
    return learn_bonuses(Feedback(garments, opinion, age_days) for opinion in opinions)


@pytest.mark.parametrize("opinion", [*Opinion])
def test_an_opinion_counts_for_the_pair_and_less_for_similar_pairs(opinion):
    assert learned(opinion) == {
        IDS: pytest.approx(OPINION_VALUES[opinion]),
        LOOKS: pytest.approx(LOOK_SHARE * OPINION_VALUES[opinion]),
    }


def test_an_opinion_is_divided_among_the_outfits_pairs():
    bonuses = learned(Opinion.DISLIKE, garments=(TOP, BOTTOM, SHOES))
    by_id = [bonus for pair, bonus in bonuses.items() if pair != LOOKS]
    assert by_id == [pytest.approx(-1 / 3)] * 3
    assert sum(by_id) == pytest.approx(OPINION_VALUES[Opinion.DISLIKE])


def test_opinions_fade_with_age_and_their_sum_is_limited():
    assert learned(Opinion.LIKE, age_days=HALF_LIFE_DAYS)[IDS] == pytest.approx(0.5)
    assert learned(Opinion.LIKE, Opinion.DISLIKE)[IDS] == pytest.approx(0)
    assert learned(*[Opinion.LIKE] * 5)[IDS] == 1
    assert learned() == {}
