"""The counts of facets of an answer."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from catalog.models import Image
from catalog.search.candidates import find_nearest
from catalog.search.facet_counts import FacetCount, count_facets, leave_own_out
from recommendations.answers.context import AnswerContext
from recommendations.query import Direction
from recommendations.ranking.match import is_at_least

# Of the images nearest to the query, so many are counted.
MAX_COUNTED = 1_000

Counts: TypeAlias = dict[str, list[FacetCount]]


def count_answer(context: AnswerContext, direction: Direction | None) -> Counts:
    """Return the counts that the query asks for. Needs the shop's scope.

    Without a direction, all products that pass the filters count, or those with the code.
    """
    if direction:
        return _count_near(context, direction)
    if context.is_code:
        return _count_listed(context, list(context.text_matches.by_code))
    return count_facets(
        context.query.counted,
        context.query.facets,
        only_with_images=True,
        status=Image.Status.PUBLISHED,
    )


def _count_near(context: AnswerContext, direction: Direction) -> Counts:
    """Count the products nearest to the query, without those of a match that is too weak."""
    query, index = context.query, context.index
    wider = query.facets
    for name in query.counted:
        wider = leave_own_out(wider, name)
    near = find_nearest(index=index, vector=direction.vector, count=MAX_COUNTED, facets=wider)
    thresholds = direction.find_thresholds(index)
    ids = [
        pk
        for pk, similarity in zip(near.ids, near.similarities.tolist(), strict=True)
        if is_at_least(thresholds.judge(similarity) if thresholds else None, query.min_match)
    ]
    return _count_listed(context, [*ids, *context.text_matches.holding_all])


def _count_listed(context: AnswerContext, image_ids: Sequence[UUID]) -> Counts:
    query = context.query
    images = Image.objects.searchable().filter(pk__in=image_ids)
    products = images.exclude(product=None).order_by().values_list("product_id", flat=True)
    return count_facets(query.counted, query.facets, among=list(products))
