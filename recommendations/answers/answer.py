"""Answer a query: gather candidates, rank them, judge how well they match, explain and record."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog.models import VectorIndex
from catalog.search.candidates import (
    NO_TEXT_MATCHES,
    FacetFilter,
    TextMatches,
    find_brands,
    find_by_words,
)
from catalog.vocabulary.languages.lexicon import fold, split_words
from core.redaction import redact, redact_all
from recommendations.models import Prompt
from recommendations.query import (
    Direction,
    Match,
    Query,
    Thresholds,
    Understanding,
    combine,
    is_at_least,
    limit_match,
)
from recommendations.ranking.candidate_pool import CandidatePool, gather_candidates
from recommendations.ranking.rank import Candidate, Ranked, rank
from recommendations.ranking.taste import Visitor, read_visitor, score_taste
from recommendations.steering.rules import ActiveRule, apply_rules, select_active_rules
from recommendations.steering.weights import ChosenWeights, choose_weights, read_steering
from tenants.models import Shop

# Factors below this value are not worth a mention in the explanation.
MIN_EXPLAINED_FACTOR = 0.02


@dataclass(frozen=True, slots=True)
class Result:
    """One image in an answer: its public fields, its score, and the explanation."""

    id: UUID
    image: dict[str, Any]
    score: float
    similarity: float | None
    garment: int | None
    match: Match | None
    factors: dict[str, float]
    sentence: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer; `prompt.id` is its attribution token. `understood`: the query's texts, if any."""

    prompt: Prompt
    results: list[Result]
    understood: Understanding | None = None


@dataclass(slots=True)
class Stopwatch:
    """Measures how long the parts of an answer take, in milliseconds."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[part] = round((time.perf_counter() - start) * 1000, 1)


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """Everything an answer needs that can be read before the query's vector is there."""

    shop: Shop
    index: VectorIndex
    query: Query
    watch: Stopwatch
    visitor: Visitor
    chosen: ChosenWeights
    rules: list[ActiveRule]
    text_matches: TextMatches
    understood: Understanding | None


def read_context(
    *, shop: Shop, index: VectorIndex, query: Query, watch: Stopwatch
) -> AnswerContext:
    """Read the visitor, the shop's weights and rules, and the images with the query's words."""
    now = timezone.now()
    visitor = read_visitor(
        shop=shop, index=index, external_id=query.shopper, session=query.session, now=now
    )
    steering = read_steering(shop)
    chosen = choose_weights(shop, steering.weights, query.shopper)
    if query.diversity is not None:
        chosen = replace(chosen, weights=replace(chosen.weights, diversity=query.diversity))
    return AnswerContext(
        shop=shop,
        index=index,
        query=query,
        watch=watch,
        visitor=visitor,
        chosen=chosen,
        rules=select_active_rules(steering.rules, f"{query.words} {query.english_words}", now),
        text_matches=_find_by_words(query) if chosen.weights.text > 0 else NO_TEXT_MATCHES,
        understood=_recognise_brands(combine(query.understandings)),
    )


def find_results(
    context: AnswerContext,
    direction: Direction | None,
    *,
    listed: Sequence[UUID] = (),
    also: Collection[UUID] = (),
    choose: Callable[[list[Ranked]], list[Ranked]] | None = None,
) -> tuple[list[Result], list[str]]:
    """Return results, best first, and the sources of the vector and of the candidates.

    Without a direction, the images in `listed` replace the nearest ones. Images in `also` are
    candidates in any case. `choose` selects the results from all ranked candidates; by default the
    best are taken.
    """
    pinned = [pk for rule in context.rules if rule.action == "pin" for pk in rule.images]
    with context.watch.measure("search"):
        pool = gather_candidates(
            index=context.index,
            vector=direction.vector if direction else None,
            text_matches=context.text_matches,
            facets=_exclude_unwanted(context),
            count=context.query.count,
            text_weight=context.chosen.weights.text,
            listed=listed,
            also=[*also, *pinned],
        )
    with context.watch.measure("rank"):
        ranked = _rank(context, pool, direction, with_rest=choose is not None)
        if choose:
            ranked = choose(ranked)
        thresholds = direction.find_thresholds(context.index) if direction else None
        results = _make_results(ranked, pool, thresholds, context.query)
    sources = [*(direction.sources if direction else ()), pool.answered_by]
    return results, [source for source in sources if source]


def record_answer(
    context: AnswerContext,
    results: list[Result],
    *,
    source: Prompt.Source,
    answered_by: list[str],
    feed: UUID | None = None,
) -> Recommendation:
    """Store a query, redacted, and its results; events refer to this row."""
    query = context.query
    request = _redact_request(query.request)
    prompt = Prompt.objects.create(
        shop=context.shop,
        shopper=context.visitor.shopper,
        source=source,
        feed=feed,
        prompt=redact(query.words)[:1_000],
        query=request,
        understood=redact_all(asdict(context.understood)) if context.understood else None,
        number_of_images=query.count,
        filters=request.get("filters") or {},
        results=[
            {"id": str(result.id), "score": result.score, "match": result.match}
            for result in results
        ],
        answered_by=answered_by,
        timings_ms=context.watch.timings,
        experiment=context.chosen.experiment,
        is_variant=context.chosen.is_variant,
    )
    return Recommendation(prompt, results, context.understood)


def explain(ranked: Ranked) -> str:
    """Return a sentence with the reasons for an image's score, the strongest first."""
    if ranked.candidate.effect.pin is not None:
        return f"Pinned by the rule {_name_rule(ranked, 'pin')}."
    reasons = [
        (abs(value), _describe_factor(name, value, ranked))
        for name, value in ranked.factors.items()
        if abs(value) >= MIN_EXPLAINED_FACTOR
    ]
    texts = [text for _, text in sorted(reasons, reverse=True)] or ["is among the nearest images"]
    sentence = "; ".join(texts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _find_by_words(query: Query) -> TextMatches:
    """Find images by the shopper's own words, and by their English meaning if it differs."""
    if not query.words:
        return NO_TEXT_MATCHES
    found = find_by_words(query.words)
    if query.english_words == query.words:
        return found
    return found.merge(find_by_words(query.english_words))


def _recognise_brands(understood: Understanding | None) -> Understanding | None:
    """Remove the shop's brands from the unknown words: the search by words finds them."""
    if understood is None or not understood.unknown_words:
        return understood
    brands = {word for name in find_brands(understood.unknown_words) for word in split_words(name)}
    rest = tuple(word for word in understood.unknown_words if fold(word) not in brands)
    return replace(understood, unknown_words=rest)


def _redact_request(request: dict[str, Any]) -> dict[str, Any]:
    """Redact what people wrote; the shop's own ids stay as they are."""
    ids = {name: request[name] for name in ("shopper", "session") if name in request}
    redacted: dict[str, Any] = redact_all(request)
    return redacted | ids


def _exclude_unwanted(context: AnswerContext) -> FacetFilter:
    """Exclude the images of the query itself, and those that the shopper dislikes."""
    facets = context.query.facets
    own = {str(term.image) for term in context.query.images}
    hidden = {str(pk) for pk in context.visitor.hidden}
    return replace(facets, exclude=tuple({*facets.exclude, *own, *hidden}))


def _rank(
    context: AnswerContext, pool: CandidatePool, direction: Direction | None, *, with_rest: bool
) -> list[Ranked]:
    if not pool.facts:
        return []
    visitor = context.visitor
    similarities, garments = _compare(pool, direction)
    tastes = score_taste(pool.facts, pool.vectors, visitor.taste, visitor.preferences).tolist()
    candidates = [
        Candidate(
            facts=facts,
            relevance=pool.relevance.get(facts.id, 0.0),
            similarity=None if similarity is None else round(similarity, 4),
            taste=taste,
            popularity=popularity,
            effect=apply_rules(facts, context.rules),
            garment=garment,
        )
        for facts, similarity, garment, taste, popularity in zip(
            pool.facts, similarities, garments, tastes, pool.popularity, strict=True
        )
    ]
    return rank(
        candidates,
        pool.vectors,
        weights=context.chosen.weights,
        count=context.query.count,
        by_item=context.query.by_item,
        with_rest=with_rest,
    )


def _compare(
    pool: CandidatePool, direction: Direction | None
) -> tuple[Sequence[float | None], Sequence[int | None]]:
    if direction is None:
        return [None] * len(pool.facts), [None] * len(pool.facts)
    return pool.compare(direction.vector)


def _make_results(
    ranked: list[Ranked], pool: CandidatePool, thresholds: Thresholds | None, query: Query
) -> list[Result]:
    results = []
    for place in ranked:
        candidate = place.candidate
        match = _judge_match(candidate, pool, thresholds)
        if match is Match.STRONG:
            known = pool.find_kinds(candidate.facts.id)
            match = limit_match(match, wanted=query.kinds, known=known)
        # Images that the shop pins are in the answer regardless of their match.
        if is_at_least(match, query.min_match) or candidate.effect.pin is not None:
            results.append(
                Result(
                    id=candidate.facts.id,
                    image=pool.make_public_image(candidate.facts.id),
                    score=place.score,
                    similarity=candidate.similarity,
                    garment=candidate.garment,
                    match=match,
                    factors=dict(place.factors),
                    sentence=explain(place),
                )
            )
    return results


def _judge_match(
    candidate: Candidate, pool: CandidatePool, thresholds: Thresholds | None
) -> Match | None:
    if candidate.facts.id in pool.holding_all:
        return Match.STRONG
    if thresholds is None or candidate.similarity is None:
        return None
    return thresholds.judge(candidate.similarity)


def _describe_factor(name: str, value: float, ranked: Ranked) -> str:
    if name == "relevance":
        return _describe_relevance(ranked.candidate)
    if name == "taste":
        return "suits the shopper's taste" if value > 0 else "does not suit the shopper's taste"
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
