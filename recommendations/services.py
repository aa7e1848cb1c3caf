"""Recommend products: the public functions of this package."""

from catalog.indexing.indexes import get_live_index
from recommendations.answers.answer import (
    Recommendation,
    Result,
    Stopwatch,
    find_results,
    read_context,
    record_answer,
)
from recommendations.models import Prompt
from recommendations.query.queries import (
    Direction,
    NothingWanted,
    Query,
    find_direction,
    request_vectors,
)
from recommendations.ranking.taste import Visitor
from tenants.models import Shop

__all__ = ["Recommendation", "Result", "recommend"]


def recommend(
    *, shop: Shop, query: Query, source: Prompt.Source = Prompt.Source.SEARCH
) -> Recommendation:
    """Return the shop's images that fit a query best, and record the answer.

    Raises `NothingWanted`, `ImageNotIndexed`, and `EncoderBusy` when no worker encodes the query in
    time.
    """
    watch = Stopwatch()
    with watch.measure("total"):
        index = get_live_index(shop.pk)
        # While the worker encodes, read everything that does not depend on the vectors.
        pending = request_vectors(query, index)
        context = read_context(shop=shop, index=index, query=query, watch=watch)
        with watch.measure("encode"):
            direction = find_direction(query, index, pending) or _follow_taste(context.visitor)
        results, answered_by = find_results(context, direction)
    return record_answer(context, results, source=source, answered_by=answered_by)


def _follow_taste(visitor: Visitor) -> Direction:
    """Return the direction of a shopper's taste, for a query that names nothing else."""
    if visitor.taste.liked is None:
        raise NothingWanted
    return Direction(visitor.taste.liked)
