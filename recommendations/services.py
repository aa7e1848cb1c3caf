"""Recommend products: the public functions of this package."""

from django.utils import timezone

from catalog.indexing.indexes import live_index
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
from recommendations.ranking.taste import Visitor, read_visitor
from tenants.models import Shop

__all__ = ["Recommendation", "Result", "recommend"]


def recommend(
    *, shop: Shop, query: Query, source: Prompt.Source = Prompt.Source.SEARCH
) -> Recommendation:
    """Return the shop's images that fit a query best, and record the answer.

    Raises `NothingWanted`, `ImageNotIndexed`, and `EncoderBusy` when no worker encodes the query in
    time.
    """
    watch, now = Stopwatch(), timezone.now()
    with watch.measure("total"):
        index = live_index(shop.pk)
        # While the worker encodes, read everything that does not depend on the vectors.
        pending = request_vectors(query, index)
        visitor = read_visitor(
            shop=shop, index=index, external_id=query.shopper, session=query.session, now=now
        )
        context = read_context(shop=shop, index=index, visitor=visitor, query=query, now=now)
        with watch.measure("encode"):
            direction = find_direction(query, index, pending) or _follow_taste(visitor)
        results, searched_by = find_results(
            context=context, query=query, direction=direction, watch=watch
        )
    return record_answer(
        context=context,
        query=query,
        source=source,
        results=results,
        answered_by=[*direction.sources, *searched_by],
        watch=watch,
    )


def _follow_taste(visitor: Visitor) -> Direction:
    """Return the direction of a shopper's taste, for a query that names nothing else."""
    if visitor.taste.liked is None:
        raise NothingWanted
    return Direction(visitor.taste.liked, [])
