"""Judge how well candidates match a query and if more are needed, and explain their places."""

from dataclasses import dataclass
from uuid import UUID

from catalog.facts.descriptions import Description
from catalog.models import VectorIndex
from recommendations.query import Direction, Query, Thresholds, bound_match
from recommendations.ranking.candidate_pool import CandidatePool
from recommendations.ranking.match import Match, find_level, is_at_least
from recommendations.ranking.rank import SUM_SHARE, Candidate, PlacedBy, Ranked

# Factors below this value are not worth a mention.
MIN_EXPLAINED_FACTOR = 0.02 * SUM_SHARE


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides how well images match a query; without thresholds, this is not known.

    `wanted` is what the query states of a garment. `is_whole`: whether this is a kind and looks,
    and the query says nothing else. `after`: the last match of the page before.
    """

    query: Query
    direction: Direction | None
    thresholds: Thresholds | None
    wanted: Description
    is_whole: bool
    after: Match | None = None

    @classmethod
    def of(
        cls,
        index: VectorIndex,
        query: Query,
        direction: Direction | None,
        *,
        after: Match | None = None,
    ) -> "Judge":
        thresholds = direction.find_thresholds(index) if direction else None
        wanted = query.description
        is_whole = query.is_description and wanted.has_looks
        return cls(query, direction, thresholds, wanted, is_whole, after)

    @property
    def finds_nothing(self) -> bool:
        """Whether nothing can match: the text is not about clothing, or has no known word."""
        return self.thresholds is not None and self.thresholds.are_out_of_reach

    def judge(self, pool: CandidatePool, pk: UUID, similarity: float | None) -> Match | None:
        """Return the match of an image; one with all words of the query is strong.

        An image that is known not to be what the query states is at most weak, and its words do not
        count. One that is known to be of the kind that it states is at least weak, and one that is
        known to be all that the query says is strong.
        """
        match, holds_all = self._judge_similarity(similarity), pk in pool.holding_all
        if not holds_all and (match is None or (match is Match.WEAK and not self.is_whole)):
            return match
        known = pool.describe(pk)
        if holds_all and not self.wanted.contradicts(known):
            found = Match.STRONG
        elif match is None:
            return None
        else:
            found = bound_match(match, wanted=self.wanted, known=known, is_whole=self.is_whole)
        return self._keep_order(found, match)

    def _keep_order(self, found: Match, by_similarity: Match | None) -> Match:
        """Return a match that is no stronger than the page before, unless by its similarity.

        No page gathers all images that are known to be wanted, so that a later one may have more.
        """
        if self.after is None or find_level(found) <= find_level(self.after):
            return found
        return max(self.after, by_similarity or self.after, key=find_level)

    def is_other(self, pool: CandidatePool, pk: UUID) -> bool:
        """Return whether an image is known not to be what the query is a description of."""
        return self.is_whole and self.wanted.contradicts(pool.describe(pk))

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


def explain(ranked: Ranked) -> str:
    """Return a sentence with the reasons for an image's score, the strongest first."""
    if ranked.placed_by is PlacedBy.RULE:
        return f"Pinned by the rule {_name_rule(ranked, 'pin')}."
    reasons = [
        (abs(value), _describe_factor(name, value, ranked))
        for name, value in ranked.factors.items()
        if name != "match" and abs(value) >= MIN_EXPLAINED_FACTOR
    ]
    texts = [text for _, text in sorted(reasons, reverse=True)] or ["is among the nearest images"]
    if ranked.placed_by is PlacedBy.DISCOVERY:
        texts = ["is here to discover, whatever its score", *texts]
    sentence = "; ".join(texts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _describe_factor(name: str, value: float, ranked: Ranked) -> str:
    if name == "relevance":
        return _describe_relevance(ranked.candidate)
    if name == "taste":
        return "suits the shopper's taste" if value > 0 else "does not suit the shopper's taste"
    if name == "collaboration":
        choice = "chose it" if value > 0 else "rather chose others"
        return f"shoppers with the same taste {choice}"
    if name == "popularity":
        return "is popular"
    if value > 0:
        return f"is boosted by the rule {_name_rule(ranked, 'boost')}"
    return f"is buried by the rule {_name_rule(ranked, 'bury')}"


def _describe_relevance(candidate: Candidate) -> str:
    if candidate.similarity is None:
        return "contains words of the query"
    if candidate.relevance > 0.9:
        return f"is among the nearest to the query (similarity {candidate.similarity:.2f})"
    return f"resembles the query (similarity {candidate.similarity:.2f})"


def _name_rule(ranked: Ranked, action: str) -> str:
    names = [name for name, taken in ranked.candidate.effect.reasons if taken == action]
    return f"“{names[0]}”" if names else "of the shop"
