"""Questions about outfits: which garment fills a blank, and which garments are an outfit.

As in "Learning Fashion Compatibility with Bidirectional LSTMs" (Han et al., 2017), with the harder
choices of the same kind of garment, where the category does not help.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.outfits.sampler import SampledOutfit
from stylist.garments.garment import Garment

CHOICES = 4
MIN_PIECES = 3


@dataclass(frozen=True, slots=True)
class Blank:
    """An outfit without one garment, and choices for it; the first choice is right."""

    rest: tuple[Garment, ...]
    choices: tuple[Garment, ...]


def make_blanks(outfits: Sequence[SampledOutfit], *, same_kind: bool, seed: int) -> list[Blank]:
    """Return a blank for each outfit of three pieces or more, with wrong choices of other looks.

    Wrong choices have the same slot, and with `same_kind` also the same kind. An outfit with too
    few of them gets no blank.
    """
    draws = np.random.default_rng(seed)
    blanks = []
    for drawn in outfits:
        if len(drawn.garments) < MIN_PIECES:
            continue
        right = drawn.garments[draws.integers(len(drawn.garments))]
        wrong = [
            garment
            for garment in _others(outfits, drawn)
            if (garment.kind == right.kind if same_kind else garment.slot == right.slot)
        ]
        if len(wrong) < CHOICES - 1:
            continue
        rows = draws.choice(len(wrong), CHOICES - 1, replace=False)
        rest = tuple(garment for garment in drawn.garments if garment is not right)
        blanks.append(Blank(rest, (right, *(wrong[row] for row in rows))))
    return blanks


def spoil(
    outfits: Sequence[SampledOutfit], *, pieces: int | None, seed: int
) -> list[tuple[Garment, ...]]:
    """Return each outfit with `pieces` garments (None: all) replaced by those of other looks."""
    draws = np.random.default_rng(seed)
    spoiled = []
    for drawn in outfits:
        number = len(drawn.garments) if pieces is None else pieces
        replaced = set(draws.permutation(len(drawn.garments))[:number].tolist())
        others = _others(outfits, drawn)
        garments = list(drawn.garments)
        for k in replaced:
            same_slot = [garment for garment in others if garment.slot == garments[k].slot]
            garments[k] = same_slot[draws.integers(len(same_slot))]
        spoiled.append(tuple(garments))
    return spoiled


def _others(outfits: Sequence[SampledOutfit], drawn: SampledOutfit) -> list[Garment]:
    return [
        garment for other in outfits if other.look is not drawn.look for garment in other.garments
    ]
