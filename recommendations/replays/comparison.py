"""Compare two answers to one prompt; pure functions.

Only the first `FIRST` results count. They are compared by product, since two rankings may show
different photos of one.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from recommendations.ranking.match import Match

FIRST = 10


@dataclass(frozen=True, slots=True)
class FirstResult:
    """One of the first results: an image, its product's id of the shop ("" without), its match."""

    id: UUID
    external_id: str
    match: Match | None

    @property
    def item(self) -> str:
        """The key of its product, or of the image if it has none."""
        return self.external_id or str(self.id)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "id": str(self.id)}


@dataclass(frozen=True, slots=True)
class AnswerDifference:
    """The fields of `ReplayedPrompt` that two answers give."""

    difference: float
    overlap: float
    moved: int
    entered: int
    left: int
    is_match_before: bool
    is_match_after: bool
    clicked: int
    clicks_before: int
    clicks_lost: int
    clicks_won: int


def compare_answers(
    before: Sequence[FirstResult], after: Sequence[FirstResult], clicked: Collection[str]
) -> AnswerDifference:
    """Return what changes between two answers; `clicked` are the items that shoppers clicked."""
    old, new = ([result.item for result in results] for results in (before, after))
    both, chosen = {*old} & {*new}, set(clicked)
    return AnswerDifference(
        difference=round(1 - measure_average_overlap(old, new), 4),
        overlap=measure_overlap(old, new),
        moved=sum(old.index(item) != new.index(item) for item in both),
        entered=len({*new} - both),
        left=len({*old} - both),
        is_match_before=has_match(before),
        is_match_after=has_match(after),
        clicked=len(chosen),
        clicks_before=len(chosen.intersection(old)),
        clicks_lost=len(chosen.intersection(old).difference(new)),
        clicks_won=len(chosen.intersection(new).difference(old)),
    )


def measure_overlap(old: Sequence[str], new: Sequence[str]) -> float:
    """Return the share of the longer list that both have, 0 to 1; 1 if both are empty."""
    longest = max(len({*old}), len({*new}))
    return len({*old} & {*new}) / longest if longest else 1.0


def measure_average_overlap(old: Sequence[str], new: Sequence[str]) -> float:
    """Return the mean overlap of the first 1, 2, 3 … of both lists, 0 to 1.

    Changes at the top weigh more: Fagin, Kumar and Sivakumar, Comparing top k lists (2003).
    """
    depth = max(len(old), len(new))
    if not depth:
        return 1.0
    shares = [measure_overlap(old[:count], new[:count]) for count in range(1, depth + 1)]
    return sum(shares) / depth


def has_match(results: Sequence[FirstResult]) -> bool:
    """Return whether any result matches; one whose match is unknown may be a good one."""
    return any(result.match is not Match.NONE for result in results)
