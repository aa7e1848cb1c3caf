"""The right products for what was asked: the public door of this room."""

from django.utils import timezone

from catalog.indexing.indexes import live_index
from recommendations.answers.answer import (
    Recommendation,
    Result,
    Stopwatch,
    answer,
    record,
    setting_of,
)
from recommendations.models import Prompt
from recommendations.query.queries import Direction, NothingWanted, Query, ask, resolve
from recommendations.ranking.visitors import Visitor, find_visitor
from tenants.models import Shop

__all__ = ["Recommendation", "Result", "recommend"]


def recommend(
    *, shop: Shop, query: Query, source: Prompt.Source = Prompt.Source.SEARCH
) -> Recommendation:
    """Return the shop's images that fit a query best, and record the answer.

    Raises `NothingWanted`, `ImageNotIndexed`, and `Unavailable` when no worker reads the query in
    time.
    """
    watch, now = Stopwatch(), timezone.now()
    with watch.timing("total"):
        index = live_index(shop.pk)
        # While the worker encodes, all is read that does not need its vectors.
        asked = ask(query, index)
        visitor = find_visitor(
            shop=shop, index=index, external_id=query.shopper, session=query.session, now=now
        )
        setting = setting_of(shop=shop, index=index, visitor=visitor, query=query, now=now)
        with watch.timing("encode"):
            direction = resolve(query, index, asked) or _taste_of(visitor)
        results, searched_by = answer(
            setting=setting, query=query, direction=direction, watch=watch
        )
    return record(
        setting=setting,
        query=query,
        source=source,
        results=results,
        answered_by=[*direction.sources, *searched_by],
        watch=watch,
    )


def _taste_of(visitor: Visitor) -> Direction:
    """Look where a shopper's taste lies, when they ask for nothing."""
    if visitor.learned.liked is None:
        raise NothingWanted
    return Direction(visitor.learned.liked, [])
