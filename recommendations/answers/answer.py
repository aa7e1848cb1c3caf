"""Answer a query: gather candidates, rank them, judge how well they match, explain and record."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog.duplicates.pairs import find_duplicates_of
from catalog.models import VectorIndex
from catalog.search.candidates import (
    NO_TEXT_MATCHES,
    TextMatches,
    find_brands,
    find_by_words,
)
from catalog.search.facet_counts import FacetCount
from catalog.search.filters import FacetFilter
from catalog.search.public_images import ImageFacts, read_variants
from catalog.vocabulary.languages.lexicon import split_words
from core.redaction import redact, redact_all
from core.text import fold
from recommendations.answers.exclusions import find_unwanted
from recommendations.answers.pages import (
    MAX_DEPTH,
    EarlierPages,
    read_earlier_pages,
    sort_page,
)
from recommendations.models import Prompt
from recommendations.query import (
    AnswerOrder,
    Direction,
    Match,
    NothingWanted,
    Query,
    Thresholds,
    Understanding,
    find_direction,
    is_at_least,
    limit_match,
    request_vectors,
    understand_query,
    write_alternatives,
)
from recommendations.query.synonyms import SynonymTable
from recommendations.ranking.candidate_pool import (
    MAX_CANDIDATES,
    CandidatePool,
    count_candidates,
    gather_candidates,
)
from recommendations.ranking.rank import NO_DUPLICATES, Candidate, Ranked, rank, separate
from recommendations.ranking.taste import Visitor, read_visitor, score_taste
from recommendations.steering.rules import (
    ActiveRule,
    Effect,
    apply_rules,
    select_active_rules,
)
from recommendations.steering.weights import (
    ChosenWeights,
    Steering,
    choose_weights,
    read_steering,
)
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
    """An answer; `prompt.id` is its attribution token. `understood`: the query's texts, if any.

    `next` is the cursor of the next page, if there is one; `facets` are the counts, and `related`
    the prompts that others asked, if asked for.
    """

    prompt: Prompt
    results: list[Result]
    understood: Understanding | None = None
    next: UUID | None = None
    facets: dict[str, list[FacetCount]] | None = None
    related: list[str] | None = None


@dataclass(frozen=True, slots=True)
class FoundResults:
    """Results, best first, the sources of the vector and of the candidates, and if more follow."""

    results: list[Result]
    answered_by: list[str]
    has_more: bool


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
    earlier: EarlierPages


def find_answer(
    *,
    shop: Shop,
    index: VectorIndex,
    query: Query,
    watch: Stopwatch,
    steering: Steering | None = None,
    synonyms: SynonymTable | None = None,
) -> tuple[AnswerContext, Direction, FoundResults]:
    """Return the results of a search, its context and its direction; records nothing.

    `steering` and `synonyms` replace the shop's own; with a steering, no experiment takes part.
    Raises `NothingWanted`, `ImageNotIndexed`, `EncoderUnavailable`, `EncoderBusy` and
    `UnknownPage`.
    """
    query = understand_query(query, encoder=index.encoder, shop=shop, synonyms=synonyms)
    # While the worker encodes, read everything that does not depend on the vectors.
    pending = request_vectors(query, index)
    context = read_context(shop=shop, index=index, query=query, watch=watch, steering=steering)
    with watch.measure("encode"):
        direction = find_direction(query, index, pending)
    if direction is None:
        # The query names nothing else than the shopper.
        if context.visitor.taste.liked is None:
            raise NothingWanted
        direction = Direction(context.visitor.taste.liked)
    return context, direction, find_results(context, direction)


def read_context(
    *,
    shop: Shop,
    index: VectorIndex,
    query: Query,
    watch: Stopwatch,
    steering: Steering | None = None,
) -> AnswerContext:
    """Read the visitor, the shop's weights and rules, and the images with the query's words.

    `steering` replaces the shop's own, and then no experiment takes part. Raises `UnknownPage`.
    """
    earlier = EarlierPages()
    if query.cursor:
        earlier = read_earlier_pages(query, _redact_request(query.request))
    now = timezone.now()
    visitor = read_visitor(
        shop=shop, index=index, external_id=query.shopper, session=query.session, now=now
    )
    if steering is None:
        steering = read_steering(shop)
        chosen = choose_weights(shop, steering.weights, query.shopper)
    else:
        chosen = ChosenWeights(steering.weights)
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
        text_matches=_find_by_words(query, shop.language)
        if chosen.weights.text > 0
        else NO_TEXT_MATCHES,
        understood=_recognise_brands(query.understood, shop.language),
        earlier=earlier,
    )


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
    pinned = [pk for rule in context.rules if rule.action == "pin" for pk in rule.images]
    with context.watch.measure("search"):
        pool = gather_candidates(
            index=context.index,
            vector=direction.vector if direction else None,
            text_matches=context.text_matches,
            facets=_exclude_unwanted(context),
            count=query.count,
            size=MAX_CANDIDATES if is_whole else count_candidates(query.count),
            by_item=query.by_item,
            text_weight=context.chosen.weights.text,
            listed=listed,
            also=[*also, *pinned],
        )
    with context.watch.measure("rank"):
        ranked = _rank(context, pool, direction, with_rest=is_sorted or choose is not None)
        if choose:
            ranked = choose(ranked)
        if is_sorted:
            ranked = sort_page(ranked, query, context.earlier)
        thresholds = direction.find_thresholds(context.index) if direction else None
        matching = _select_matching(ranked, pool, thresholds, query)
        if not (query.by_item or is_sorted):
            matching = _separate(matching, pool)
        results = _make_results(matching[: query.count], pool, query)
    sources = [*(direction.sources if direction else ()), pool.answered_by]
    return FoundResults(
        results,
        [source for source in sources if source],
        _has_more(context, pool, len(matching), is_sorted=is_sorted),
    )


def _has_more(
    context: AnswerContext, pool: CandidatePool, matching: int, *, is_sorted: bool
) -> bool:
    """Return whether another page may have results; the last one may be empty."""
    count = context.query.count
    depth = len(context.earlier.images) + min(count, matching)
    if not matching or depth >= MAX_DEPTH:
        return False
    if is_sorted:
        return matching > count
    return pool.has_more or (pool.products if context.query.by_item else len(pool.facts)) > count


def record_answer(
    context: AnswerContext,
    found: FoundResults,
    *,
    source: Prompt.Source,
    feed: UUID | None = None,
) -> Recommendation:
    """Store a query, redacted, and its results; events refer to this row.

    `feed` is the feed that this is a page of; a search has the id of its first page there.
    """
    query, results = context.query, found.results
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
        answered_by=found.answered_by,
        timings_ms=context.watch.timings,
        experiment=context.chosen.experiment,
        is_variant=context.chosen.is_variant,
    )
    following = (context.earlier.first or prompt.pk) if found.has_more else None
    return Recommendation(prompt, results, context.understood, following)


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


def _find_by_words(query: Query, language: str) -> TextMatches:
    """Find images by the shopper's own words, their English meaning and the shop's synonyms."""
    if not query.wanted_words:
        return NO_TEXT_MATCHES
    alternatives = write_alternatives(query.wanted_words, query.synonyms)
    texts = (query.wanted_words, query.english_words, *alternatives)
    return find_by_words(texts, language=language)


def _recognise_brands(understood: Understanding | None, language: str) -> Understanding | None:
    """Remove the shop's brands from the unknown words: the search by words finds them."""
    if understood is None or not understood.unknown_words:
        return understood
    found = find_brands(understood.unknown_words, language=language)
    brands = {word for name in found for word in split_words(name)}
    rest = tuple(word for word in understood.unknown_words if fold(word) not in brands)
    return replace(understood, unknown_words=rest)


def _redact_request(request: dict[str, Any]) -> dict[str, Any]:
    """Redact what people wrote; the shop's own ids stay as they are."""
    ids = {name: request[name] for name in ("shopper", "session") if name in request}
    redacted: dict[str, Any] = redact_all(request)
    return redacted | ids


def _exclude_unwanted(context: AnswerContext) -> FacetFilter:
    """Exclude the query's own images, those that the shopper dislikes, and earlier pages.

    Near-duplicates of the own images and of earlier ones are excluded as well. Sorted pages divide
    the same candidates, so these are not excluded here.
    """
    facets = context.query.facets
    own = {term.image for term in context.query.images}
    hidden = set(context.visitor.hidden)
    if context.query.order is not AnswerOrder.RELEVANCE:
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


def _rank(
    context: AnswerContext, pool: CandidatePool, direction: Direction | None, *, with_rest: bool
) -> list[Ranked]:
    if not pool.facts:
        return []
    query, visitor, by_item = context.query, context.visitor, context.query.by_item
    is_sorted = query.order is not AnswerOrder.RELEVANCE
    similarities, garments = _compare(pool, direction)
    unwanted = find_unwanted(pool.rows.values(), query.exclusions, query.wearer)
    tastes = score_taste(pool.facts, pool.vectors, visitor.taste, visitor.preferences).tolist()
    candidates = [
        Candidate(
            facts=facts,
            relevance=pool.relevance.get(facts.id, 0.0),
            similarity=None if similarity is None else round(similarity, 4),
            taste=taste,
            popularity=popularity,
            effect=_find_effect(context, facts, unwanted),
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
        by_item=by_item,
        with_rest=with_rest,
        # Without groups, answers in order of relevance show them, but apart.
        duplicates=pool.duplicates if by_item or is_sorted else NO_DUPLICATES,
    )


def _find_effect(context: AnswerContext, facts: ImageFacts, unwanted: Collection[UUID]) -> Effect:
    """Return the effect of the shop's rules, and hide what the query excludes and no rule pins."""
    effect = apply_rules(facts, context.rules)
    if facts.id in unwanted and effect.pin is None:
        return replace(effect, is_hidden=True)
    return effect


def _compare(
    pool: CandidatePool, direction: Direction | None
) -> tuple[Sequence[float | None], Sequence[int | None]]:
    if direction is None:
        return [None] * len(pool.facts), [None] * len(pool.facts)
    return pool.compare(direction.vector)


def _select_matching(
    ranked: list[Ranked], pool: CandidatePool, thresholds: Thresholds | None, query: Query
) -> list[tuple[Ranked, Match | None]]:
    """Return the candidates with a sufficient match, and their match."""
    matching = []
    for place in ranked:
        candidate = place.candidate
        match = _judge_match(candidate, pool, thresholds)
        if match is Match.STRONG:
            known = pool.find_kinds(candidate.facts.id)
            match = limit_match(match, wanted=query.kinds, known=known)
        # Images that the shop pins are in the answer regardless of their match.
        if is_at_least(match, query.min_match) or candidate.effect.pin is not None:
            matching.append((place, match))
    return matching


def _make_results(
    places: list[tuple[Ranked, Match | None]], pool: CandidatePool, query: Query
) -> list[Result]:
    ids = [place.candidate.facts.id for place, _ in places]
    variants = read_variants(ids, query.facets)
    return [
        Result(
            id=place.candidate.facts.id,
            image=pool.make_public_image(
                place.candidate.facts.id, variants[place.candidate.facts.id]
            ),
            score=place.score,
            similarity=place.candidate.similarity,
            garment=place.candidate.garment,
            match=match,
            factors=dict(place.factors),
            sentence=explain(place),
        )
        for place, match in places
    ]


def _separate(
    places: list[tuple[Ranked, Match | None]], pool: CandidatePool
) -> list[tuple[Ranked, Match | None]]:
    """Return places in an order without near-duplicates side by side."""
    by_id = {place.candidate.facts.id: (place, match) for place, match in places}
    return [by_id[pk] for pk in separate(list(by_id), pool.duplicates)]


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
