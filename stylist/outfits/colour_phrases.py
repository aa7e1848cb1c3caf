"""What to say of an outfit's colours."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from core.ml.colours import RETAIL_COLOURS, name_oklab, srgb_to_oklab
from stylist.garments.garment import Garment, Lab
from stylist.outfits.compatibility.harmony import (
    MAX_COLOURS,
    chromatic_hues,
    count_colours,
    hue_agreement,
)

NEUTRALS = frozenset(
    colour.name
    for colour in RETAIL_COLOURS
    if np.isnan(chromatic_hues(srgb_to_oklab(np.array(colour.rgb, np.uint8))))
)
ONE_HUE, ANALOGOUS, COMPLEMENTARY = 12, 30, 160  # degrees apart: at most, at most, at least


def name_shade(colour: Lab) -> str:
    """Return the retail name of a colour."""
    return str(name_oklab(np.array(colour, np.float32)))


def describe_colours(garments: Sequence[Garment]) -> str:
    """Return a sentence on the chromatic colours; those that go together least decide it."""
    known = [colour for g in garments for colour in (g.primary, g.secondary) if colour]
    if not known:
        return "The colours are not known."
    found = chromatic_hues(np.array(known, np.float32))
    # Of shades with one name the first stands for all; what is called sand is not a colour.
    hues = {
        name: float(hue)
        for colour, hue in reversed([*zip(known, found, strict=True)])
        if np.isfinite(hue) and (name := name_shade(colour)) not in NEUTRALS
    }
    names = list_names(sorted(hues))
    if not hues:
        return "All the colours are neutral and go with each other."
    if len(hues) == 1:
        return f"{names.capitalize()} is the one colour; the rest is neutral."
    if count_colours(found[None])[0] > MAX_COLOURS:
        return f"{names.capitalize()} are more than three colours."
    one, other = min(
        combinations(sorted(hues), 2),
        key=lambda pair: float(hue_agreement(np.array(hues[pair[0]]), np.array(hues[pair[1]]))),
    )
    bond = _bond(abs((hues[one] - hues[other] + 180) % 360 - 180))
    if len(hues) == 2:
        return f"{names.capitalize()} are {bond}."
    return f"Of {names}, {one} and {other} are {bond}."


def list_names(names: Sequence[str]) -> str:
    """Return names as people list them: "a, b and c"; nothing of none."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _bond(apart: float) -> str:
    if apart <= ONE_HUE:
        return "shades of one colour"
    if apart <= ANALOGOUS:
        return "neighbours on the colour wheel"
    if apart >= COMPLEMENTARY:
        return "opposites on the colour wheel, which lift each other"
    return "neither near nor opposite on the colour wheel"
