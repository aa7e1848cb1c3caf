"""The score of an outfit: a weighted sum of parts, each with an explanation.

The set of parts depends only on the wish and the taste, so the scores of outfits for one wish can
be compared. The weights add up to 1; every value and the total are in [0, 1].
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import BASIC_OF, Floats
from stylist.garments.garment import SEASONS, SLOT_INDEX, SLOTS, Garment, Season, Slot
from stylist.garments.pool import NEUTRAL, Pool
from stylist.outfits.compatibility import formality_agreement, or_neutral
from stylist.outfits.explanation import SENTENCES
from stylist.outfits.scoring.pairs import EMPTY, Rows, find_pairs, pad, relate
from stylist.outfits.wishes import Taste, Wish

Values = NDArray[np.float64]

WEIGHTS = {
    "colour": 0.26,
    "pattern": 0.06,
    "style": 0.22,
    "formality": 0.14,
    "season": 0.10,
    "completeness": 0.06,
    "occasion": 0.12,
    "taste": 0.12,
    "feedback": 0.35,
}
WORST_WEIGHT = 0.3  # of the worst pair; the mean has the rest: one clash spoils an outfit
TWO_PATTERNS = 0.5  # the pattern's value with two patterns that share a colour
# Weights of the garments that complete an outfit; of outer garments by season.
COMPLETION_WEIGHTS = {Slot.SHOES: 3.0, Slot.BAG: 1.0, Slot.ACCESSORY: 1.0}
OUTER_WEIGHTS = {Season.WINTER: 3.0, Season.AUTUMN: 2.0, Season.SPRING: 1.0}
MAX_PALETTE_DISTANCE = 0.25  # in OKLab; a colour farther away is not of the palette


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `value` in [0, 1], its weight, and a sentence that explains it."""

    name: str
    value: float
    weight: float
    sentence: str

    @property
    def points(self) -> float:
        """The points that the part adds to the total."""
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class OutfitScore:
    """The parts of an outfit's score."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """The sum of the parts' points, in [0, 1]."""
        return math.fsum(part.points for part in self.parts)


class Scorer:
    """Scores many outfits of one pool at once, for one wish and taste."""

    def __init__(self, pool: Pool, wish: Wish, taste: Taste) -> None:
        self.relations = relate(pool, taste.bonuses)
        self.wish = wish
        self.weights = _weights(wish, taste)
        self._patterned = np.append(pool.is_patterned, False)
        outer = {Slot.OUTER: OUTER_WEIGHTS.get(wish.season, 0.0) if wish.season else 0.0}
        self._completion = np.array([(COMPLETION_WEIGHTS | outer).get(s, 0.0) for s in SLOTS])
        wanted, occasion = wish.wanted_formality, wish.occasion
        self._formality = None if wanted is None else pad(rate_formality(pool, wanted), 0.0)
        self._occasion = pad(rate_styles(pool, occasion.styles), 0.0) if occasion else None
        self._taste = pad(rate_taste(pool, taste), 0.0) if "taste" in self.weights else None

    def totals(self, rows: Rows) -> Values:
        """Return the totals (s,) of outfits (s, 7)."""
        values = self.values(rows)
        totals: Values = np.sum([values[name] * w for name, w in self.weights.items()], axis=0)
        return totals

    def values(self, rows: Rows) -> dict[str, Values]:
        """Return the value (s,) of each part of outfits (s, 7)."""
        found, worn = {}, rows.T != EMPTY
        places, together = find_pairs(self.relations, rows)
        for name in ("colour", "style", "formality"):
            found[name] = _blend(getattr(self.relations, name).take(places), together)
        if self._formality is not None:
            wished = _blend(self._formality[rows.T], worn)
            found["formality"] = (found["formality"] + wished) / 2
        found["pattern"] = self._pattern(rows, places)
        found["season"] = self._season(rows)
        found["completeness"] = self._completion @ worn / self._completion.sum()
        if self._occasion is not None:
            found["occasion"] = _blend(self._occasion[rows.T], worn)
        if self._taste is not None:
            found["taste"] = _blend(self._taste[rows.T], worn)
        if "feedback" in self.weights:
            bonus = self.relations.bonus.take(places).sum(axis=0, dtype=np.float64)
            found["feedback"] = 0.5 + 0.5 * np.clip(bonus, -1, 1)
        return found

    def _pattern(self, rows: Rows, places: Rows) -> Values:
        patterned = self._patterned[rows.T].sum(axis=0)
        clashing = self.relations.clashes.take(places).any(axis=0)
        return np.where(clashing, 0.0, np.where(patterned > 1, TWO_PATTERNS, 1.0))

    def _season(self, rows: Rows) -> Values:
        """Return the suitability of the wished season, or of the one that suits best."""
        suits, worn = self.relations.seasons.T, rows.T != EMPTY
        asked = [SEASONS.index(self.wish.season)] if self.wish.season else range(len(SEASONS))
        best: Values = np.max([_blend(suits[k][rows.T], worn) for k in asked], axis=0)
        return best


def score_outfit(garments: Sequence[Garment], *, wish: Wish, taste: Taste) -> OutfitScore:
    """Return the score of an outfit; raises `ValueError` for two garments of one slot."""
    ordered = sorted(garments, key=lambda garment: SLOT_INDEX[garment.slot])
    rows = np.full((1, len(SLOTS)), EMPTY)
    for position, garment in enumerate(ordered):
        slot = SLOT_INDEX[garment.slot]
        if rows[0, slot] != EMPTY:
            raise ValueError(f"An outfit has at most one {garment.slot}.")
        rows[0, slot] = position
    scorer = Scorer(Pool.of(ordered), wish, taste)
    values = {name: float(value[0]) for name, value in scorer.values(rows).items()}
    return OutfitScore(
        tuple(
            Part(name, values[name], weight, SENTENCES[name](ordered, values[name], wish))
            for name, weight in scorer.weights.items()
        )
    )


def _weights(wish: Wish, taste: Taste) -> dict[str, float]:
    absent = {
        "occasion": wish.occasion is None,
        "taste": not (taste.palette or taste.styles),
        "feedback": not taste.bonuses,
    }
    used = {name: weight for name, weight in WEIGHTS.items() if not absent.get(name)}
    return {name: weight / math.fsum(used.values()) for name, weight in used.items()}


def _blend(values: NDArray[np.float32], counted: NDArray[np.bool_]) -> Values:
    """Return the mean (s,) of the counted values (k, s) blended with the worst; else neutral."""
    counts = counted.sum(axis=0)
    mean = np.where(counted, values, 0).sum(axis=0, dtype=np.float64) / np.maximum(counts, 1)
    worst = np.where(counted, values, 1).min(axis=0, initial=1)
    return np.where(counts > 0, (1 - WORST_WEIGHT) * mean + WORST_WEIGHT * worst, NEUTRAL)


def rate_formality(pool: Pool, wanted: float) -> Floats:
    """Return how close each garment (n,) is to the wanted formality, in [0, 1]."""
    values, confidence = pool.formality.T
    return or_neutral(formality_agreement(values, np.array(wanted, np.float32)), confidence)


def rate_taste(pool: Pool, taste: Taste) -> Floats:
    """Return how well each garment (n,) fits the stated colours and styles, in [0, 1].

    The taste must state at least one of the two.
    """
    parts = []
    if taste.palette:
        apart = pool.colours[:, 0, None] - np.array(taste.palette, np.float32)
        nearest = np.linalg.norm(apart, axis=-1).min(axis=1)
        parts.append(or_neutral(np.clip(1 - nearest / MAX_PALETTE_DISTANCE, 0, 1)))
    if taste.styles:
        parts.append(rate_styles(pool, taste.styles))
    return np.asarray(np.mean(parts, axis=0), np.float32)


def find_disliked(pool: Pool, taste: Taste) -> NDArray[np.bool_]:
    """Return whether the kind, pattern, colour or main style of garments (n,) is disliked."""
    if not taste.disliked:
        return np.zeros(len(pool), dtype=bool)
    names = sorted(taste.disliked)
    shades = [shade for shade, basic in BASIC_OF.items() if {shade, basic} & taste.disliked]
    columns = (pool.kinds, pool.patterns, pool.main_styles())
    found = [np.isin(pool.shades, shades), *(np.isin(values, names) for values in columns)]
    return np.asarray(np.any(found, axis=0))


def rate_styles(pool: Pool, styles: Iterable[str]) -> Floats:
    """Return the probability (n,) that a garment has one of the styles."""
    wanted = np.isin(np.array(pool.style_names, np.str_), sorted(styles))
    # Matrix products: sums along short rows take ten times as long.
    found = pool.styles @ wanted.astype(np.float32)
    totals = pool.styles @ np.ones(len(wanted), np.float32)
    shares = found / np.where(totals > 0, totals, 1)
    return np.where(totals > 0, np.minimum(shares, 1), NEUTRAL).astype(np.float32)
