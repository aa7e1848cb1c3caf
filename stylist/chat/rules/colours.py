"""Advice on what goes with a colour, by the rules that outfits are put together by."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.ml.colours import RETAIL_COLOURS, srgb_to_oklab
from stylist.outfits.colour_phrases import ANALOGOUS, COMPLEMENTARY, NEUTRALS
from stylist.outfits.compatibility.harmony import chroma_and_hue, colour_agreement

GOES, CLASHES = 0.8, 0.5  # agreement from which on two colours go together, and up to which not

_NAMES = tuple(colour.name for colour in RETAIL_COLOURS)
_LAB = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], np.uint8))
_AGREEMENT = colour_agreement(_LAB[:, None], _LAB[None, :])
_HUES = chroma_and_hue(_LAB)[1]
_APART = np.abs((_HUES[:, None] - _HUES[None, :] + 180) % 360 - 180)


@dataclass(frozen=True, slots=True)
class ColourAdvice:
    """Which colours go with one: its neighbours and opposites on the wheel, and what clashes.

    Each is a tuple of retail names, the best, or the worst, first. A neutral has none of them: it
    goes with all.
    """

    is_neutral: bool
    near: tuple[str, ...]
    opposite: tuple[str, ...]
    clashing: tuple[str, ...]


@lru_cache(maxsize=len(_NAMES))
def find_partners(colour: str) -> ColourAdvice:
    """Return what goes with a retail colour; ValueError if the table lacks it."""
    at = _NAMES.index(colour)
    if colour in NEUTRALS:
        return ColourAdvice(True, (), (), ())
    agreement, apart = _AGREEMENT[at], _APART[at]
    others = [k for k in range(len(_NAMES)) if k != at and _NAMES[k] not in NEUTRALS]
    best = sorted(others, key=lambda k: (-agreement[k], k))
    going = [k for k in best if agreement[k] >= GOES]
    return ColourAdvice(
        False,
        near=tuple(_NAMES[k] for k in going if apart[k] <= ANALOGOUS),
        opposite=tuple(_NAMES[k] for k in going if apart[k] >= COMPLEMENTARY),
        clashing=tuple(_NAMES[k] for k in reversed(best) if agreement[k] < CLASHES),
    )


def measure_agreement(one: str, other: str) -> float:
    """Return how well two retail colours go together, in [0, 1]; ValueError of an unknown one."""
    return float(_AGREEMENT[_NAMES.index(one), _NAMES.index(other)])


def explain_pair(one: str, other: str) -> str:
    """Return why two retail colours go together or do not, without a full stop."""
    neutral = [name for name in dict.fromkeys((one, other)) if name in NEUTRALS]
    apart = _APART[_NAMES.index(one), _NAMES.index(other)]
    if one == other:
        return f"{one} with {one} makes a calm look in one colour"
    if len(neutral) == 2:
        return f"{one} and {other} are both neutral, so they go together"
    if neutral:
        return f"{neutral[0]} is neutral and goes with any colour"
    agreement = measure_agreement(one, other)
    if agreement >= GOES and apart <= ANALOGOUS:
        return f"{one} and {other} are neighbours on the colour wheel"
    if agreement >= GOES and apart >= COMPLEMENTARY:
        return f"{one} and {other} are opposites on the colour wheel, which lift each other"
    if agreement >= GOES:
        return f"{one} and {other} are soft enough to go together"
    if agreement < CLASHES:
        return f"{one} and {other} are neither near nor opposite on the colour wheel and clash"
    return f"{one} and {other} can be worn together, with something neutral between them"
