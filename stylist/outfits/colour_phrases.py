"""Phrases for the colours of an outfit."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from core.ml.colours import RETAIL_COLOURS, name_oklab, srgb_to_oklab
from stylist.garments.garment import Garment, Lab
from stylist.outfits.compatibility import (
    MAX_COLOURS,
    angle_between,
    chromatic_hues,
    count_colours,
    hue_agreement,
)

NEUTRALS = frozenset(
    colour.name
    for colour in RETAIL_COLOURS
    if np.isnan(chromatic_hues(srgb_to_oklab(np.array(colour.rgb, np.uint8))))
)
MAX_SHADE, MAX_ANALOGOUS, MIN_COMPLEMENTARY = 12, 30, 160  # degrees between two hues


def name_shade(colour: Lab) -> str:
    """Return the retail name of a colour."""
    return str(name_oklab(np.array(colour, np.float32)))


def describe_colours(garments: Sequence[Garment]) -> str:
    """Return a sentence on the chromatic colours, mainly on the two that agree least."""
    known = [colour for g in garments for colour in (g.primary, g.secondary) if colour]
    if not known:
        return "The colours are not known."
    found = chromatic_hues(np.array(known, np.float32))
    # The first shade of a name stands for all; a shade with a neutral name is not counted.
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
    relation = _relate(angle_between(hues[one], hues[other]))
    if len(hues) == 2:
        return f"{names.capitalize()} are {relation}."
    return f"Of {names}, {one} and {other} are {relation}."


def list_names(names: Sequence[str]) -> str:
    """Return names as a list in words: "a, b and c"; empty for none."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _relate(degrees: float) -> str:
    if degrees <= MAX_SHADE:
        return "shades of one colour"
    if degrees <= MAX_ANALOGOUS:
        return "neighbours on the colour wheel"
    if degrees >= MIN_COMPLEMENTARY:
        return "opposites on the colour wheel, which lift each other"
    return "neither near nor opposite on the colour wheel"
