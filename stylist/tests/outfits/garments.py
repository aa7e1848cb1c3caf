"""Garments for tests: single ones, drawn by Hypothesis, and whole wardrobes."""

from uuid import UUID

import numpy as np
from hypothesis import strategies as st

from catalog.vocabulary.words import PATTERNS, STYLES
from core.ml.colours import RETAIL_COLOURS, srgb_to_oklab
from stylist.garments.garment import SEASONS, SLOTS, Garment, GarmentSource, Lab, Slot
from stylist.outfits.wishes import OCCASIONS, Taste, Wish

LAB = {
    colour.name: Lab(*map(float, srgb_to_oklab(np.array(colour.rgb, np.uint8))))
    for colour in RETAIL_COLOURS
}
KINDS = {
    Slot.TOP: "shirt",
    Slot.BOTTOM: "trousers",
    Slot.ONE_PIECE: "dress",
    Slot.OUTER: "coat",
    Slot.SHOES: "boots",
    Slot.BAG: "bag",
    Slot.ACCESSORY: "scarf",
}


def make_garment(number, slot, colour=None, **features):
    """Return a garment whose id is the number; `colour` and `second` are retail names."""
    second = features.pop("second", None)
    return Garment(
        id=UUID(int=number),
        source=features.pop("source", GarmentSource.WARDROBE),
        slot=slot,
        kind=features.pop("kind", KINDS[slot]),
        primary=LAB[colour] if colour else None,
        secondary=LAB[second] if second else None,
        **features,
    )


def make_wardrobe(count, seed=0):
    """Return garments of every slot in turn, with all tags, determined by the seed."""
    draws = np.random.default_rng(seed)
    return [_draw(draws, number, SLOTS[number % len(SLOTS)]) for number in range(count)]


def _draw(draws, number, slot):
    style, other = draws.choice([*STYLES], 2, replace=False)
    return make_garment(
        number + 1,
        slot,
        str(draws.choice([*LAB])),
        second=str(draws.choice([*LAB])) if draws.random() < 0.3 else None,
        pattern="striped" if draws.random() < 0.2 else "plain",
        styles={str(style): 0.7, str(other): 0.3},
        seasons={season: float(draws.random()) for season in SEASONS},
        formality=float(draws.random()),
    )


unit = st.floats(0, 1, width=32)
distributions = st.dictionaries(st.sampled_from([*STYLES]), unit, max_size=4)
colours = st.none() | st.sampled_from([*LAB.values()])


@st.composite
def wardrobes(draw, *, most=16):
    """Draw garments with and without tags, each with its own id."""
    numbers = draw(st.lists(st.integers(1, 2**60), unique=True, max_size=most))
    return [
        Garment(
            id=UUID(int=number),
            source=draw(st.sampled_from([*GarmentSource])),
            slot=(slot := draw(st.sampled_from(SLOTS))),
            kind=KINDS[slot],
            primary=draw(colours),
            secondary=draw(colours),
            pattern=draw(st.none() | st.sampled_from([*PATTERNS])),
            styles=draw(distributions),
            seasons=draw(st.dictionaries(st.sampled_from(SEASONS), unit, max_size=4)),
            formality=draw(st.none() | unit),
            formality_confidence=draw(unit),
        )
        for number in numbers
    ]


wishes = st.builds(
    Wish,
    occasion=st.none() | st.sampled_from([*OCCASIONS.values()]),
    season=st.none() | st.sampled_from(SEASONS),
    formality=st.none() | unit,
)
tastes = st.builds(
    Taste,
    palette=st.lists(st.sampled_from([*LAB.values()]), max_size=3).map(tuple),
    styles=st.frozensets(st.sampled_from([*STYLES]), max_size=3),
    disliked=st.frozensets(st.sampled_from(["red", "striped", "coat", "casual"]), max_size=2),
)
