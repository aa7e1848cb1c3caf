"""What is known of an image, and what a prompt wishes."""

import pytest

from catalog.facts.descriptions import Description, describe_image, describe_wish


def describe(name: str, *, category: str = "", colours=(), pattern: str = "") -> Description:
    return describe_image(
        category=category,
        name=name,
        brand="",
        colours=colours,
        attributes={"pattern": pattern},
        garments=[],
    )


@pytest.mark.parametrize(
    ("stated", "kinds", "colours", "patterns"),
    [
        ({"name": "Red midi dress"}, {"dress"}, {"red"}, set()),
        ({"name": "Rotes Sommerkleid Luna"}, {"sundress"}, {"red"}, set()),
        ({"name": "Kleid gepunktet weiß"}, {"dress"}, {"white"}, {"dotted"}),
        ({"name": "Gonna plissettata verde"}, {"pleated skirt"}, {"green"}, set()),
        ({"name": "黒 ワンピース"}, {"dress"}, {"black"}, set()),
        ({"name": "Trampki Źródło", "category": "shoes"}, {"shoes", "sneakers"}, set(), set()),
        (
            {"name": "Luna", "category": "Kleider", "colours": ["rot"], "pattern": "gestreift"},
            {"dress"},
            {"red"},
            {"striped"},
        ),
        ({"name": "Luna", "colours": ["schwarz/weiß"]}, set(), {"black", "white"}, set()),
        ({"name": "Rotes Kleid", "colours": ["mehrfarbig"]}, {"dress"}, set(), set()),
        # Names that mean a garment in another language only beside other words of it.
        ({"name": "Luna Rock"}, set(), set(), set()),
        ({"name": "AB-1234"}, set(), set(), set()),
    ],
)
def test_what_a_shop_states_is_read_in_any_language(stated, kinds, colours, patterns):
    known = describe(**stated)
    assert (known.kinds, known.colours, known.patterns) == (kinds, colours, patterns)


@pytest.mark.parametrize(
    ("wish", "known", "is_met"),
    [
        ("red dress", describe("Red dress"), True),
        ("red dress", describe("Burgundy sundress"), True),
        ("red dress", describe("Dress"), False),
        ("red dress", describe("Red shirt"), False),
        ("red striped dress", describe("Red dress"), False),
        ("striped dress", describe("Red striped dress"), True),
        # A black garment may look navy, and a navy one is not known to be black.
        ("black trousers", describe("Navy trousers"), False),
        ("white sneakers", describe("Beige sneakers"), False),
        ("sundress in red", describe("Red dress"), False),
    ],
)
def test_a_wish_is_met_by_what_is_known_to_have_all_of_it(wish, known, is_met):
    assert describe_wish(wish).is_met_by(known) is is_met
