"""Feedback: opinions of outfits become bonuses for pairs of garments.

A bonus changes the score of later outfits with the same two garments, or with two garments of the
same kinds and colours: `Taste(bonuses=learn_bonuses(feedback))`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from stylist.garments.garment import Garment
from stylist.garments.pool import Pool
from stylist.outfits.wishes import Bonuses, Key


class Opinion(StrEnum):
    """An opinion that a shopper can give of an outfit."""

    LIKE = "like"
    DISLIKE = "dislike"
    WORN = "worn"


OPINION_VALUES = {Opinion.LIKE: 1.0, Opinion.DISLIKE: -1.0, Opinion.WORN: 0.5}
HALF_LIFE_DAYS = 90.0
LOOK_SHARE = 0.3  # of an opinion, for garments of the same kinds and colours


@dataclass(frozen=True, slots=True)
class Feedback:
    """An opinion of an outfit, and its age."""

    garments: tuple[Garment, ...]
    opinion: Opinion
    age_days: float


def learn_bonuses(feedback: Iterable[Feedback]) -> Bonuses:
    """Return a bonus in [-1, 1] for each pair of garments, by ids and by (kind, basic colour).

    An opinion is divided among the outfit's pairs: the same outfit gets all of it, an outfit with
    half of the pairs gets half. It loses half its value every `HALF_LIFE_DAYS`.
    """
    sums: defaultdict[frozenset[Key], float] = defaultdict(float)
    for given in feedback:
        colours = Pool.of(given.garments).basic_colours.tolist()
        weight = OPINION_VALUES[given.opinion] * 0.5 ** (given.age_days / HALF_LIFE_DAYS)
        pairs = list(combinations(zip(given.garments, colours, strict=True), 2))
        for (one, its_colour), (other, other_colour) in pairs:
            worth = weight / len(pairs)
            sums[frozenset({one.id, other.id})] += worth
            if its_colour and other_colour:
                looks = (one.kind, its_colour), (other.kind, other_colour)
                sums[frozenset(looks)] += LOOK_SHARE * worth
    return {pair: float(np.clip(bonus, -1, 1)) for pair, bonus in sums.items()}
