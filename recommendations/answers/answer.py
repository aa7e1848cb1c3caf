"""The way of every answer: gather candidates, weigh them, rank them, judge how well they match."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.indexing.facets import FacetFilter
from catalog.models import VectorIndex
from catalog.search.candidates import NO_WORDS, Worded, find_by_words
from core.ml.vector_store import Vectors
from recommendations.answers.explanation import explain
from recommendations.models import Prompt
from recommendations.query.queries import Direction, Query
from recommendations.ranking.candidate_pool import Pool, gather
from recommendations.ranking.match import Match, Thresholds, reaches, thresholds_for
from recommendations.ranking.rank import Candidate, Ranked, rank
from recommendations.ranking.taste import suit
from recommendations.ranking.visitors import Visitor
from recommendations.steering.rules import ActiveRule, active_rules, effects_of
from recommendations.steering.settings import ChosenWeights, read_steering, weights_for
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class Result:
    """One image in an answer, with its public fields, and why it is there."""

    id: UUID
    image: dict[str, Any]
    score: float
    similarity: float | None
    match: Match | None
    factors: dict[str, float]
    sentence: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer; `prompt.id` is its attribution token."""

    prompt: Prompt
    results: list[Result]


@dataclass(slots=True)
class Stopwatch:
    """How long each part took, in milliseconds."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[part] = round((time.perf_counter() - start) * 1000, 1)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of an answer before the query's vector is."""

    shop: Shop
    index: VectorIndex
    visitor: Visitor
    chosen: ChosenWeights
    rules: list[ActiveRule]
    worded: Worded


def setting_of(
    *, shop: Shop, index: VectorIndex, visitor: Visitor, query: Query, now: datetime
) -> Setting:
    """Read what the shop wants of a ranking for this query, and who holds its words."""
    steering = read_steering(shop)
    chosen = weights_for(shop, steering.weights, query.shopper)
    if query.diversity is not None:
        chosen = replace(chosen, weights=replace(chosen.weights, diversity=query.diversity))
    rules = active_rules(steering.rules, query.words, now)
    worded = NO_WORDS
    if query.words and chosen.weights.text > 0:
        worded = find_by_words(query.words)
    return Setting(shop, index, visitor, chosen, rules, worded)


def answer(
    *,
    setting: Setting,
    query: Query,
    direction: Direction | None,
    watch: Stopwatch,
    listed: Sequence[UUID] = (),
    also: Collection[UUID] = (),
    choose: Callable[[list[Ranked]], list[Ranked]] | None = None,
) -> tuple[list[Result], list[str]]:
    """Return results, the best first, and who searched for them.

    Without a direction the images `listed` stand for the nearest; `also` names images to consider
    wherever it leads. `choose` takes what is shown from all that were ranked; without it
    that is the best.
    """
    vector = direction.vector if direction else None
    pinned = [pk for rule in setting.rules if rule.action == "pin" for pk in rule.images]
    with watch.timing("search"):
        pool = gather(
            index=setting.index,
            vector=vector,
            worded=setting.worded,
            facets=_narrowed(query, setting.visitor),
            count=query.count,
            text_weight=setting.chosen.weights.text,
            listed=listed,
            also=[*also, *pinned],
        )
    with watch.timing("rank"):
        ranked = _rank(setting, query, pool, vector, with_rest=choose is not None)
        if choose:
            ranked = choose(ranked)
        thresholds = _thresholds(setting.index, direction)
        results = _results(ranked, pool, thresholds, query.min_match)
    return results, [pool.answered_by] if pool.answered_by else []


def record(
    *,
    setting: Setting,
    query: Query,
    source: Prompt.Source,
    results: list[Result],
    answered_by: list[str],
    watch: Stopwatch,
    feed: UUID | None = None,
) -> Recommendation:
    """Keep what was asked and answered; events are attributed to it."""
    prompt = Prompt.objects.create(
        shop=setting.shop,
        shopper=setting.visitor.shopper,
        source=source,
        feed=feed,
        prompt=query.words[:1_000],
        query=query.asked,
        number_of_images=query.count,
        filters=query.asked.get("filters") or {},
        results=[
            {"id": str(result.id), "score": result.score, "match": result.match}
            for result in results
        ],
        answered_by=answered_by,
        timings_ms=watch.timings,
        experiment=setting.chosen.experiment,
        is_variant=setting.chosen.is_variant,
    )
    return Recommendation(prompt, results)


def _narrowed(query: Query, visitor: Visitor) -> FacetFilter:
    """Leave out what the shopper dislikes, and what the answer is to be like."""
    known = {str(like.image) for like in query.images}
    hidden = {str(pk) for pk in visitor.hidden}
    return replace(query.facets, exclude=tuple({*query.facets.exclude, *known, *hidden}))


def _rank(
    setting: Setting, query: Query, pool: Pool, vector: Vectors | None, *, with_rest: bool
) -> list[Ranked]:
    if not pool.facts:
        return []
    visitor = setting.visitor
    similarities = [None] * len(pool.facts) if vector is None else (pool.vectors @ vector).tolist()
    tastes = suit(pool.facts, pool.vectors, visitor.learned, visitor.preferences).tolist()
    candidates = [
        Candidate(
            facts=facts,
            relevance=pool.relevance.get(facts.id, 0.0),
            similarity=None if similarity is None else round(similarity, 4),
            taste=taste,
            popularity=popularity,
            effect=effects_of(facts, setting.rules),
        )
        for facts, similarity, taste, popularity in zip(
            pool.facts, similarities, tastes, pool.popularity, strict=True
        )
    ]
    return rank(
        candidates,
        pool.vectors,
        weights=setting.chosen.weights,
        count=query.count,
        by_item=query.by_item,
        with_rest=with_rest,
    )


def _results(
    ranked: list[Ranked], pool: Pool, thresholds: Thresholds | None, least: Match
) -> list[Result]:
    results = []
    for place in ranked:
        candidate = place.candidate
        match = _judge(candidate, pool, thresholds)
        # What the shop pins is shown however well it fits.
        is_wanted = reaches(match, least) or candidate.effect.pin is not None
        if is_wanted:
            results.append(
                Result(
                    id=candidate.facts.id,
                    image=pool.image(candidate.facts.id),
                    score=place.score,
                    similarity=candidate.similarity,
                    match=match,
                    factors=dict(place.factors),
                    sentence=explain(place),
                )
            )
    return results


def _thresholds(index: VectorIndex, direction: Direction | None) -> Thresholds | None:
    if direction is None:
        return None
    return thresholds_for(
        index.calibration,
        text=direction.text,
        by_text=direction.by_text,
        wanted=direction.wanted,
    )


def _judge(candidate: Candidate, pool: Pool, thresholds: Thresholds | None) -> Match | None:
    if candidate.facts.id in pool.holding_all:
        return Match.STRONG
    if thresholds is None or candidate.similarity is None:
        return None
    return thresholds.judge(candidate.similarity)
