"""Find the answer of a search, and record answers: the query, redacted, and the results."""

from dataclasses import asdict, dataclass
from uuid import UUID

from catalog.models import VectorIndex
from catalog.search.facet_counts import FacetCount
from catalog.search.public_images import select_variants, serialize_variants
from core.postgres.trips import insert_row, run_together
from core.redaction import redact, redact_all
from recommendations.answers.browse import find_browsed
from recommendations.answers.context import AnswerContext, Stopwatch, read_context, redact_request
from recommendations.answers.results import Alternatives, FoundResults, Result, find_results
from recommendations.models import Prompt
from recommendations.query import (
    Direction,
    NothingWanted,
    Query,
    Understanding,
    find_direction,
    request_vectors,
    understand_query,
)
from recommendations.query.synonyms import SynonymTable
from recommendations.steering.weights import Steering
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer; `prompt.id` is its attribution token. `understood`: the query's texts, if any.

    `alternatives` are there only if there are no results. `next` is the cursor of the next page, if
    there is one; `facets` are the counts, and `related` prompts of others, if asked for.
    """

    prompt: Prompt
    results: list[Result]
    understood: Understanding | None = None
    alternatives: Alternatives | None = None
    next: UUID | None = None
    facets: dict[str, list[FacetCount]] | None = None
    related: list[str] | None = None


def find_answer(
    *,
    shop: Shop,
    index: VectorIndex,
    query: Query,
    watch: Stopwatch,
    steering: Steering | None = None,
    synonyms: SynonymTable | None = None,
) -> tuple[AnswerContext, Direction | None, FoundResults]:
    """Return the results of a search, its context and its direction, if any; records nothing.

    `steering` and `synonyms` are the shop's own if they are not given. Raises `NothingWanted`,
    `ImageNotIndexed`, `EncoderUnavailable`, `EncoderBusy` and `UnknownPage`.
    """
    query = understand_query(query, encoder=index.encoder, shop=shop, synonyms=synonyms)
    # While the worker encodes, read everything that does not depend on the vectors.
    pending = request_vectors(query, index)
    context = read_context(shop=shop, index=index, query=query, watch=watch, steering=steering)
    if query.is_browse:
        return context, None, find_browsed(context)
    if context.is_code:
        # The vector of a code says nothing.
        return context, None, find_results(context, None, listed=list(context.text_matches.shares))
    with watch.measure("encode"):
        direction = find_direction(query, index, pending)
    if direction is None:
        # The query names nothing else than the shopper.
        if context.visitor.taste.liked is None:
            raise NothingWanted
        direction = Direction(context.visitor.taste.liked, is_taste=True)
    return context, direction, find_results(context, direction)


def record_answer(
    context: AnswerContext,
    found: FoundResults,
    *,
    source: Prompt.Source,
    feed: UUID | None = None,
) -> Recommendation:
    """Store a query, redacted, and its results, and read the variants that they show.

    Events refer to the stored row. `feed` is the feed that this is a page of; a search has the id
    of its first page there.
    """
    query, results = context.query, found.results
    request = redact_request(query.request)
    prompt = Prompt(
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
    shown = [*results, *(found.alternatives.results if found.alternatives else ())]
    _, variants = run_together(
        insert_row(prompt), select_variants([result.id for result in shown], query.facets)
    )
    by_image = serialize_variants(variants.rows)
    for result in shown:
        result.image["variants"] = by_image[result.id]
    following = (context.earlier.first or prompt.pk) if found.has_more else None
    return Recommendation(prompt, results, context.understood, found.alternatives, following)
