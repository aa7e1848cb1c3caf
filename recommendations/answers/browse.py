"""Browse: what passes the filters, where a query has nothing else."""

from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from catalog.models import Image
from catalog.search.filters import FacetFilter
from catalog.search.order import annotate_place
from recommendations.answers.context import AnswerContext
from recommendations.answers.results import FoundResults, exclude_unwanted, find_results
from recommendations.query import AnswerOrder
from recommendations.ranking.candidate_pool import MAX_CANDIDATES
from recommendations.ranking.popularity import list_popular_and_new


def find_browsed(context: AnswerContext) -> FoundResults:
    """Return a page of all images that pass the filters, popular and new ones first.

    The taste of a shopper who is named counts too. Prices and ages sort all of the images.
    """
    return find_results(context, None, listed=_list(context.query.order, exclude_unwanted(context)))


def _list(order: AnswerOrder, facets: FacetFilter) -> list[UUID]:
    if order is AnswerOrder.RELEVANCE:
        return list_popular_and_new(MAX_CANDIDATES, facets)
    images = Image.objects.searchable().filter(facets.condition())
    if order is AnswerOrder.NEWEST:
        # Ids grow with time.
        images = images.order_by(Coalesce("product_id", "pk").desc(), F("pk").desc())
    else:
        is_descending = order is AnswerOrder.DEAREST
        wanted = facets.shown_variants
        images = annotate_place(
            images, wanted, wanted.select_of_images(), is_descending=is_descending
        ).order_by("-place" if is_descending else "place")
    return list(images.values_list("pk", flat=True)[:MAX_CANDIDATES])
