"""Find the results of a page: gather candidates, judge how well they match, rank and explain them.

A stronger match never stands below a weaker one, on a page or over the pages, unless a rule of the
shop pins that. Images whose match is weaker than the query accepts are left out; if nothing else
is there, some of them are alternatives.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

import numpy as np

from catalog.duplicates.pairs import find_duplicates_of
from catalog.search.candidates import NO_TEXT_MATCHES
from catalog.search.filters import FacetFilter
from catalog.search.public_images import ImageFacts
from core.ml.vector_store import Vectors
from recommendations.answers.context import AnswerContext
from recommendations.answers.exclusions import find_unwanted
from recommendations.answers.judge import Judge, explain
from recommendations.answers.pages import MAX_DEPTH, sort_page
from recommendations.query import AnswerOrder, Direction, Query
from recommendations.ranking.candidate_pool import (
    MAX_CANDIDATES,
    CandidatePool,
    count_candidates,
    gather_candidates,
)
from recommendations.ranking.collaboration import weigh_in_by_level
from recommendations.ranking.match import Match, find_level, is_at_least
from recommendations.ranking.popularity import list_popular_and_new
from recommendations.ranking.rank import (
    NO_DUPLICATES,
    Candidate,
    PlacedBy,
    Ranked,
    rank,
    separate,
)
from recommendations.ranking.taste import score_taste
from recommendations.steering.rules import Effect, apply_rules

MAX_ALTERNATIVES = 6


@dataclass(frozen=True, slots=True)
class Result:
    """One image in an answer: its public fields, its score, and the explanation.

    The variants are added when the answer is recorded.
    """

    id: UUID
    image: dict[str, Any]
    score: float
    similarity: float | None
    garment: int | None
    match: Match | None
    placed_by: PlacedBy | None
    factors: dict[str, float]
    sentence: str


class AlternativeReason(StrEnum):
    """What the alternatives of an empty answer are."""

    NEAREST = "nearest"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Images instead of results, where nothing matches well enough."""

    reason: AlternativeReason
    results: list[Result]


@dataclass(frozen=True, slots=True)
class FoundResults:
    """Results, best first, the sources of the vector and of the candidates, and if more follow."""

    results: list[Result]
    answered_by: list[str]
    has_more: bool
    alternatives: Alternatives | None = None


def find_results(
    context: AnswerContext,
    direction: Direction | None,
    *,
    listed: Sequence[UUID] = (),
    also: Collection[UUID] = (),
    choose: Callable[[list[Ranked]], list[Ranked]] | None = None,
) -> FoundResults:
    """Return the results of one page.

    Without a direction, the images in `listed` replace the nearest ones. Images in `also` are
    candidates in any case. `choose` selects the results from all ranked candidates; by default the
    best are taken, in the query's order.
    """
    query = context.query
    is_sorted = query.order is not AnswerOrder.RELEVANCE
    # Many of the nearest images may have what the query excludes.
    is_whole = is_sorted or bool(query.exclusions)
    judge = Judge.of(context.index, query, direction, after=context.earlier.last_match)
    pinned = [pk for rule in context.rules if rule.action == "pin" for pk in rule.images]
    with context.watch.measure("search"):
        pool = gather_candidates(
            index=context.index,
            vector=direction.vector if direction else None,
            text_matches=context.text_matches,
            facets=exclude_unwanted(context),
            count=query.count,
            size=MAX_CANDIDATES if is_whole else count_candidates(query.count),
            text_weight=context.chosen.weights.text,
            is_enough=judge.is_enough,
            listed=listed,
            also=[*also, *pinned],
        )
    with context.watch.measure("rank"):
        candidates = _make_candidates(context, pool, judge)
        matching = [
            row
            for row, candidate in enumerate(candidates)
            if candidate.is_pinned or is_at_least(candidate.match, query.min_match)
        ]
        ranked = _rank(
            context, pool, candidates, matching, with_rest=is_sorted or choose is not None
        )
        if choose:
            ranked = choose(ranked)
        if is_sorted:
            ranked = sort_page(ranked, query, context.earlier)
        elif not query.by_item:
            ranked = _separate(ranked, pool)
        results = _make_results(pool, ranked[: query.count])
        alternatives = None
        if not results and not query.cursor:
            alternatives = _find_alternatives(context, pool, candidates, judge)
    if is_sorted:
        follow = len(ranked) > query.count
    else:
        available = _count_available([candidates[row] for row in matching], by_item=query.by_item)
        follow = available > query.count or (pool.has_more and judge.can_follow(pool))
    depth = len(context.earlier.images) + len(results)
    sources = [*(direction.sources if direction else ()), pool.answered_by]
    return FoundResults(
        results,
        [source for source in sources if source],
        has_more=bool(results) and follow and depth < MAX_DEPTH,
        alternatives=alternatives,
    )


def _make_candidates(context: AnswerContext, pool: CandidatePool, judge: Judge) -> list[Candidate]:
    if not pool.facts:
        return []
    visitor = context.visitor
    similarities, garments = judge.compare(pool)
    query = context.query
    unwanted = find_unwanted(pool.rows.values(), query.exclusions, query.wearer)
    tastes = score_taste(pool.facts, pool.vectors, visitor.taste, visitor.preferences)
    matches = [
        judge.judge(pool, facts.id, similarity)
        for facts, similarity in zip(pool.facts, similarities, strict=True)
    ]
    return [
        Candidate(
            facts=facts,
            # What is surely something else comes after what may be wanted.
            relevance=0.0 if judge.is_other(pool, facts.id) else pool.relevance.get(facts.id, 0.0),
            match=match,
            similarity=None if similarity is None else round(similarity, 4),
            taste=taste,
            collaboration=added,
            popularity=popularity,
            effect=_find_effect(context, facts, unwanted),
            garment=garment,
        )
        for facts, match, similarity, garment, taste, added, popularity in zip(
            pool.facts,
            matches,
            similarities,
            garments,
            tastes.tolist(),
            _collaborate(context, pool, matches, tastes),
            pool.popularity,
            strict=True,
        )
    ]


def _collaborate(
    context: AnswerContext, pool: CandidatePool, matches: Sequence[Match | None], tastes: Vectors
) -> list[float]:
    """Return what other shoppers' choices add to each candidate's score, within its level."""
    found, weights = context.visitor.collaboration, context.chosen.weights
    if found is None or not weights.collaboration:
        return [0.0] * len(pool.facts)
    relevance = [pool.relevance.get(facts.id, 0.0) for facts in pool.facts]
    fit = found.score([pool.rows[facts.id]["product_id"] for facts in pool.facts])
    added: list[float] = weigh_in_by_level(
        np.array(relevance, np.float32),
        weights.taste * tastes,
        fit,
        weights.collaboration,
        np.array([find_level(match) for match in matches]),
    ).tolist()
    return added


def _find_effect(context: AnswerContext, facts: ImageFacts, unwanted: Collection[UUID]) -> Effect:
    """Return the effect of the shop's rules, and hide what the query excludes and no rule pins."""
    effect = apply_rules(facts, context.rules)
    if facts.id in unwanted and effect.pin is None:
        return replace(effect, is_hidden=True)
    return effect


def _rank(
    context: AnswerContext,
    pool: CandidatePool,
    candidates: Sequence[Candidate],
    rows: Sequence[int],
    *,
    with_rest: bool = False,
) -> list[Ranked]:
    """Rank the candidates in these rows of the pool."""
    query = context.query
    is_sorted = query.order is not AnswerOrder.RELEVANCE
    return rank(
        [candidates[row] for row in rows],
        pool.vectors[rows],
        weights=context.chosen.weights,
        count=query.count,
        by_item=query.by_item,
        with_rest=with_rest,
        # Without groups, answers in order of relevance show them, but apart.
        duplicates=pool.duplicates if query.by_item or is_sorted else NO_DUPLICATES,
    )


def _count_available(candidates: Sequence[Candidate], *, by_item: bool) -> int:
    """Return how many different results the candidates can make."""
    return len(
        {
            candidate.facts.item if by_item else candidate.facts.id
            for candidate in candidates
            if candidate.is_available
        }
    )


def _separate(places: Sequence[Ranked], pool: CandidatePool) -> list[Ranked]:
    """Return places in an order without near-duplicates side by side, level by level."""
    separated: list[Ranked] = []
    for _, group in groupby(places, key=lambda place: (place.placed_by, place.candidate.level)):
        by_id = {place.candidate.facts.id: place for place in group}
        last = separated[-1].candidate.facts.id if separated else None
        order = separate(list(by_id), pool.duplicates, after=last)
        separated += [by_id[pk] for pk in order]
    return separated


def _find_alternatives(
    context: AnswerContext, pool: CandidatePool, candidates: Sequence[Candidate], judge: Judge
) -> Alternatives | None:
    """Return the nearest images, or popular ones where nothing can be near the query.

    Those that are stated to be for others are better than none.
    """
    reason = AlternativeReason.NEAREST
    wearer = context.query.wearer
    context = replace(context, query=replace(context.query, wearer=None))
    if judge.finds_nothing:
        reason = AlternativeReason.POPULAR
        facets = exclude_unwanted(context)
        pool = gather_candidates(
            index=context.index,
            vector=None,
            text_matches=NO_TEXT_MATCHES,
            facets=facets,
            count=MAX_ALTERNATIVES,
            size=count_candidates(MAX_ALTERNATIVES),
            text_weight=0.0,
            listed=list_popular_and_new(count_candidates(MAX_ALTERNATIVES), facets),
        )
        candidates = [
            replace(candidate, match=Match.NONE)
            for candidate in _make_candidates(context, pool, Judge.of(context.index, Query(), None))
        ]
    elif wearer:
        candidates = _make_candidates(context, pool, judge)
    ranked = _rank(context, pool, candidates, range(len(candidates)))
    results = _make_results(pool, ranked[:MAX_ALTERNATIVES])
    return Alternatives(reason, results) if results else None


def _make_results(pool: CandidatePool, places: Sequence[Ranked]) -> list[Result]:
    return [
        Result(
            id=place.candidate.facts.id,
            image=pool.make_public_image(place.candidate.facts.id),
            score=place.score,
            similarity=place.candidate.similarity,
            garment=place.candidate.garment,
            match=place.candidate.match,
            placed_by=place.placed_by,
            factors=dict(place.factors),
            sentence=explain(place),
        )
        for place in places
    ]


def exclude_unwanted(context: AnswerContext) -> FacetFilter:
    """Exclude the query's own images, those that the shopper dislikes, and earlier pages.

    Near-duplicates of the own images and of earlier ones are excluded as well. Sorted pages
    of a search divide the same candidates, so these are not excluded there.
    """
    facets = context.query.facets
    own = {term.image for term in context.query.images}
    hidden = set(context.visitor.hidden)
    if context.query.order is not AnswerOrder.RELEVANCE and not context.query.is_browse:
        return _exclude(facets, own | hidden | _find_near(own))
    earlier = context.earlier
    if not context.query.by_item:
        # Only the last one would stand next to its near-duplicates.
        near = _find_near(own | ({earlier.last} if earlier.last else set()))
        return _exclude(facets, own | hidden | earlier.images | near)
    near = _find_near(own | earlier.images)
    excluded = _exclude(facets, own | hidden | earlier.images | near)
    return replace(excluded, exclude_products=tuple(earlier.products))


def _find_near(image_ids: set[UUID]) -> set[UUID]:
    return find_duplicates_of(image_ids) if image_ids else set()


def _exclude(facets: FacetFilter, image_ids: set[UUID]) -> FacetFilter:
    return replace(facets, exclude=tuple({*facets.exclude, *map(str, image_ids)}))
