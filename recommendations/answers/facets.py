"""The counts of facets of an answer."""

from catalog.models import Image
from catalog.search.candidates import find_nearest
from catalog.search.facet_counts import FacetCount, count_facets, leave_own_out
from recommendations.answers.answer import AnswerContext
from recommendations.query import Direction, is_at_least

# Of the images nearest to the query, so many are counted.
MAX_COUNTED = 1_000


def count_near(context: AnswerContext, direction: Direction) -> dict[str, list[FacetCount]]:
    """Return the counts that the query asks for, of the products nearest to it.

    Images with a match that is too weak do not count. Needs the shop's scope.
    """
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
    images = Image.objects.searchable().filter(pk__in=[*ids, *context.text_matches.holding_all])
    products = images.exclude(product=None).order_by().values_list("product_id", flat=True)
    return count_facets(query.counted, query.facets, among=list(products))
