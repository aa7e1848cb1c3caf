"""Answer with the products that shoppers buy or like together with one of the shop's.

Each answer has one source: the first of its ladder that finds anything. A list named “often bought
together” must not be filled up with something else, so the answer says which source it has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from catalog.indexing.indexes import get_live_index
from catalog.models import Image
from catalog.search.public_images import read_embeddings
from recommendations.answers.answer import Recommendation, record_answer
from recommendations.answers.context import AnswerContext, Stopwatch, read_context
from recommendations.answers.results import FoundResults, find_results
from recommendations.models import ProductAffinity, Prompt
from recommendations.query import Direction, ImageTerm, Query
from recommendations.ranking.popularity import find_most_popular
from tenants.models import Shop

MAX_POPULAR = 60


class TogetherSource(StrEnum):
    """The source of an answer: what was asked for, or the first fallback that finds anything."""

    BOUGHT_TOGETHER = "bought_together"
    LIKED_TOGETHER = "liked_together"
    SIMILAR = "similar"
    POPULAR = "popular"


FALLBACKS = (TogetherSource.SIMILAR, TogetherSource.POPULAR)
LADDERS: Mapping[TogetherSource, tuple[TogetherSource, ...]] = {
    TogetherSource.BOUGHT_TOGETHER: (
        TogetherSource.BOUGHT_TOGETHER,
        TogetherSource.LIKED_TOGETHER,
        *FALLBACKS,
    ),
    TogetherSource.LIKED_TOGETHER: (TogetherSource.LIKED_TOGETHER, *FALLBACKS),
}


@dataclass(frozen=True, slots=True)
class TogetherAnswer:
    """An answer, what was asked for, and the source that it has instead or indeed."""

    answer: Recommendation
    wanted: TogetherSource
    source: TogetherSource

    @property
    def is_fallback(self) -> bool:
        return self.source != self.wanted


def find_together(
    *, shop: Shop, image: Image, wanted: TogetherSource, query: Query
) -> TogetherAnswer:
    """Return what shoppers buy or like together with an image's product, and record the answer.

    Needs no encoder.
    """
    watch = Stopwatch()
    with watch.measure("total"):
        query = _leave_out_own(query, image)
        index = get_live_index(shop.pk)
        context = read_context(shop=shop, index=index, query=query, watch=watch)
        affinity = ProductAffinity.objects.filter(pk=image.product_id).first()
        source, found = _find_first(context, image, affinity, wanted)
    context = replace(context, query=replace(query, request={**query.request, "step": source}))
    answer = record_answer(context, found, source=Prompt.Source.SIMILAR)
    return TogetherAnswer(answer, wanted, source)


def _leave_out_own(query: Query, image: Image) -> Query:
    """Exclude the image, its near-duplicates and its product from the answer."""
    own = (image.product_id,) if image.product_id else ()
    facets = replace(query.facets, exclude_products=own)
    return replace(query, images=(ImageTerm(image.pk),), facets=facets)


def _find_first(
    context: AnswerContext, image: Image, affinity: ProductAffinity | None, wanted: TogetherSource
) -> tuple[TogetherSource, FoundResults]:
    """Return the first source of the ladder that finds anything, else the last one."""
    for source in LADDERS[wanted]:
        found = _find(context, image, affinity, source)
        if found.results:
            break
    return source, found


def _find(
    context: AnswerContext, image: Image, affinity: ProductAffinity | None, source: TogetherSource
) -> FoundResults:
    if source is TogetherSource.SIMILAR:
        vectors = read_embeddings(context.index, [image.pk])
        direction = Direction(vectors[image.pk]) if image.pk in vectors else None
        return find_results(context, direction)
    if source is TogetherSource.POPULAR:
        return find_results(context, None, listed=find_most_popular(MAX_POPULAR))
    listed = list(_list_images(affinity, source)) if affinity else []
    return find_results(_only_order(context), None, listed=listed)


def _only_order(context: AnswerContext) -> AnswerContext:
    """Return a context in which nothing but the list's own order and the shop's rules count.

    A pinned product was not bought together with this one.
    """
    weights = replace(
        context.chosen.weights, taste=0.0, collaboration=0.0, popularity=0.0, diversity=0.0
    )
    return replace(
        context,
        chosen=replace(context.chosen, weights=weights),
        rules=[rule for rule in context.rules if rule.action != "pin"],
    )


def _list_images(affinity: ProductAffinity, source: TogetherSource) -> Iterator[UUID]:
    """Yield the searchable images of the neighbours, best first; the first image of each first."""
    is_bought = source is TogetherSource.BOUGHT_TOGETHER
    neighbours = affinity.bought if is_bought else affinity.liked
    places = {UUID(near[0]): place for place, near in enumerate(neighbours)}
    images = Image.objects.searchable().filter(product__in=places)
    rows = images.order_by("position", "pk").values_list("product", "pk")
    for _, pk in sorted(rows, key=lambda row: places[row[0]]):
        yield pk
