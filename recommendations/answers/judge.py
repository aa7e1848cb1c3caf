"""Judge how well the candidates of a query match it, and whether more candidates are needed."""

from dataclasses import dataclass
from uuid import UUID

from catalog.models import VectorIndex
from recommendations.query import Direction, Query, Thresholds, bound_match
from recommendations.ranking.candidate_pool import CandidatePool
from recommendations.ranking.match import Match, is_at_least


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides how well images match a query; without thresholds, this is not known."""

    query: Query
    direction: Direction | None
    thresholds: Thresholds | None

    @classmethod
    def of(cls, index: VectorIndex, query: Query, direction: Direction | None) -> "Judge":
        return cls(query, direction, direction.find_thresholds(index) if direction else None)

    @property
    def finds_nothing(self) -> bool:
        """Whether nothing can match: the text is not about clothing, or has no known word."""
        return self.thresholds is not None and self.thresholds.are_out_of_reach

    def judge(self, pool: CandidatePool, pk: UUID, similarity: float | None) -> Match | None:
        """Return the match of an image; one with all words of the query is strong.

        An image that is known not to be what the query states is at most weak, and one that is
        known to be of the kind that it states at least weak.
        """
        match = self._judge_similarity(similarity)
        if pk in pool.holding_all:
            match = Match.STRONG
        if match is None or match is Match.WEAK:
            return match
        return bound_match(match, wanted=self.query.description, known=pool.describe(pk))

    def is_enough(self, pool: CandidatePool) -> bool:
        """Return whether no image beyond the pool belongs on the page.

        Near images that are no strong match after all must not keep strong ones off the page.
        """
        if self.query.by_item and pool.products < self.query.count:
            return not self.can_follow(pool)
        if self._judge_similarity(pool.farthest) is not Match.STRONG:
            return True
        similarities, _ = self.compare(pool)
        strong = {
            facts.item if self.query.by_item else facts.id
            for facts, similarity in zip(pool.facts, similarities, strict=True)
            if self.judge(pool, facts.id, similarity) is Match.STRONG
        }
        return len(strong) >= self.query.count

    def can_follow(self, pool: CandidatePool) -> bool:
        """Return whether an image beyond the pool may match well enough."""
        return is_at_least(self._judge_similarity(pool.farthest), self.query.min_match)

    def compare(self, pool: CandidatePool) -> tuple[list[float | None], list[int | None]]:
        """Return similarities to the query as `CandidatePool.compare`; None without a vector."""
        if self.direction is None:
            return [None] * len(pool.facts), [None] * len(pool.facts)
        similarities, garments = pool.compare(self.direction.vector)
        return [*similarities], garments

    def _judge_similarity(self, similarity: float | None) -> Match | None:
        if self.thresholds is None or similarity is None:
            return None
        return self.thresholds.judge(similarity)
