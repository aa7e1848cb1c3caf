"""Run an outfit evaluation: every method answers every question.

evaluation = evaluate(outfits=500, seed=1)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.outfits.baselines import Method, make_methods
from evaluation.outfits.questions import Blank, make_blanks, spoil
from evaluation.outfits.sampler import OutfitSampler
from evaluation.statistics import Figure, mean_figure
from stylist.garments.garment import Garment

SEEN_SHARE = 4  # outfits that the baselines learn from, for each outfit in a question


@dataclass(frozen=True, slots=True)
class Question:
    """A set of questions: their number, and the share that each method answers rightly."""

    name: str
    count: int
    figures: Mapping[str, Figure]


def evaluate(*, outfits: int, seed: int) -> list[Question]:
    """Return the share of blanks filled rightly, and the area under the ROC curve of outfits."""
    drawn = OutfitSampler(seed).outfits(outfits)
    methods = make_methods(OutfitSampler(seed + 1).outfits(SEEN_SHARE * outfits), seed=seed)
    true = [one.garments for one in drawn]
    questions = []
    for name, same_kind in (("the same slot", False), ("the same kind", True)):
        blanks = make_blanks(drawn, same_kind=same_kind, seed=seed)
        filled = {method: _fill_blanks(ask, blanks) for method, ask in methods.items()}
        questions.append(_question(f"fill in the blank, {name}", filled))
    for name, pieces in (("all mixed", None), ("one piece another's", 1)):
        false = spoil(drawn, pieces=pieces, seed=seed)
        ranked = {method: _rank_spoiled(ask, true, false) for method, ask in methods.items()}
        questions.append(_question(f"compatibility, {name}", ranked))
    return questions


def _question(name: str, values: Mapping[str, Sequence[float]]) -> Question:
    figures = {method: figure for method, own in values.items() if (figure := mean_figure(own))}
    return Question(name, max(map(len, values.values())), figures)


def _fill_blanks(ask: Method, blanks: Sequence[Blank]) -> list[float]:
    """Return 1 for each blank filled rightly; 1/n if n choices have the best score."""
    found = []
    for blank in blanks:
        scores = np.array([ask((*blank.rest, choice)) for choice in blank.choices])
        best = scores == scores.max()
        found.append(float(best[0]) / float(best.sum()))
    return found


def _rank_spoiled(
    ask: Method, true: Sequence[Sequence[Garment]], false: Sequence[Sequence[Garment]]
) -> list[float]:
    """Return for each outfit the share of mixed ones with a lower score; equal scores count half.

    Their mean is the area under the ROC curve.
    """
    lower = np.sort([ask(garments) for garments in false])
    scores = np.array([ask(garments) for garments in true])
    left, right = np.searchsorted(lower, scores, "left"), np.searchsorted(lower, scores, "right")
    return [float(share) for share in (left + right) / 2 / len(lower)]
