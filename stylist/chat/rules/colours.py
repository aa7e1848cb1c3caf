"""Advice on which colours go together, by the rules that outfits are scored by."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.ml.colours import RETAIL_COLOURS, srgb_to_oklab
from stylist.outfits.colour_phrases import MAX_ANALOGOUS, MIN_COMPLEMENTARY, NEUTRALS
from stylist.outfits.compatibility import chroma_and_hue, colour_agreement

MIN_AGREEMENT = 0.8  # of two colours that go together
MAX_CLASH = 0.5  # below this agreement, two colours clash

_NAMES = tuple(colour.name for colour in RETAIL_COLOURS)
_LAB = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], np.uint8))
_AGREEMENT = colour_agreement(_LAB[:, None], _LAB[None, :])
_HUES = chroma_and_hue(_LAB)[1]
_HUE_DISTANCE = np.abs((_HUES[:, None] - _HUES[None, :] + 180) % 360 - 180)


@dataclass(frozen=True, slots=True)
class ColourAdvice:
    """The neighbours and opposites of a colour on the wheel, and the colours that clash with it.

    Tuples of retail names, sorted by how strongly that holds; all empty for a neutral, which goes
    with every colour.
    """

    is_neutral: bool
    near: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    clashing: tuple[str, ...] = ()


@lru_cache(maxsize=len(_NAMES))
def find_partners(colour: str) -> ColourAdvice:
    """Return advice on a retail colour; raise ValueError for an unknown one."""
    at = _NAMES.index(colour)
    if colour in NEUTRALS:
        return ColourAdvice(is_neutral=True)
    agreement, distance = _AGREEMENT[at], _HUE_DISTANCE[at]
    others = [k for k in range(len(_NAMES)) if k != at and _NAMES[k] not in NEUTRALS]
    best = sorted(others, key=lambda k: (-agreement[k], k))
    partners = [k for k in best if agreement[k] >= MIN_AGREEMENT]
    return ColourAdvice(
        is_neutral=False,
        near=tuple(_NAMES[k] for k in partners if distance[k] <= MAX_ANALOGOUS),
        opposite=tuple(_NAMES[k] for k in partners if distance[k] >= MIN_COMPLEMENTARY),
        clashing=tuple(_NAMES[k] for k in reversed(best) if agreement[k] < MAX_CLASH),
    )


def measure_agreement(one: str, other: str) -> float:
    """Return how well two retail colours go together, in [0, 1]; ValueError for unknown ones."""
    return float(_AGREEMENT[_NAMES.index(one), _NAMES.index(other)])


def explain_pair(one: str, other: str) -> str:
    """Return why two retail colours go together or do not, without a full stop."""
    neutral = [name for name in dict.fromkeys((one, other)) if name in NEUTRALS]
    distance = _HUE_DISTANCE[_NAMES.index(one), _NAMES.index(other)]
    if one == other:
        return f"{one} with {one} makes a calm look in one colour"
    if len(neutral) == 2:
        return f"{one} and {other} are both neutral, so they go together"
    if neutral:
        return f"{neutral[0]} is neutral and goes with any colour"
    agreement = measure_agreement(one, other)
    if agreement >= MIN_AGREEMENT and distance <= MAX_ANALOGOUS:
        return f"{one} and {other} are neighbours on the colour wheel"
    if agreement >= MIN_AGREEMENT and distance >= MIN_COMPLEMENTARY:
        return f"{one} and {other} are opposites on the colour wheel, which lift each other"
    if agreement >= MIN_AGREEMENT:
        return f"{one} and {other} are soft enough to go together"
    if agreement < MAX_CLASH:
        return f"{one} and {other} are neither near nor opposite on the colour wheel and clash"
    return f"{one} and {other} can be worn together, with something neutral between them"
