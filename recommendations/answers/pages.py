"""The pages of a search: each is an answer of its own, without the products of those before.

The id of the first page is the cursor of all others. A page by relevance searches again, beyond
the products of the pages before. Pages by price or age divide the candidates that were nearest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from catalog.models import Image
from catalog.search.prices import read_prices
from core.errors import DomainError
from recommendations.models import Prompt
from recommendations.query import AnswerOrder, Query
from recommendations.ranking.match import Match
from recommendations.ranking.rank import Ranked

# Results of a search, on all of its pages.
MAX_DEPTH = 10_000
# What may differ between the pages of a search.
PAGE_FIELDS = frozenset(("cursor", "number_of_images", "explain", "facets"))


class UnknownPage(DomainError):
    """The cursor belongs to no search with this query."""

    code = "unknown_cursor"
    message = "This cursor belongs to no search with this query; start without a cursor."


@dataclass(frozen=True, slots=True)
class EarlierPages:
    """The first page of a search, all images and products so far, and the last image.

    `last_match`: how well that one matches; None where this is not known.
    """

    first: UUID | None = None
    images: frozenset[UUID] = frozenset()
    products: frozenset[UUID] = frozenset()
    last: UUID | None = None
    last_match: Match | None = None

    @property
    def items(self) -> frozenset[str]:
        """What ranking groups images by: products, or images without one."""
        return frozenset(map(str, (*self.images, *self.products)))


def read_earlier_pages(query: Query, request: Mapping[str, Any]) -> EarlierPages:
    """Return the pages before the one that the cursor asks for.

    `request` is the query as it is stored. Raises `UnknownPage`. Needs the shop's scope.
    """
    pages = Prompt.objects.exclude(source=Prompt.Source.FEED)
    rows = pages.filter(Q(pk=query.cursor) | Q(feed=query.cursor)).order_by("pk")
    found = list(rows.values_list("pk", "query", "results"))
    if not found or found[0][0] != query.cursor or _identify(found[0][1]) != _identify(request):
        raise UnknownPage
    results = [result for *_, page in found for result in page]
    shown = [UUID(result["id"]) for result in results]
    last_match = results[-1].get("match") if results else None
    images = frozenset(shown)
    products = Image.objects.filter(pk__in=images).exclude(product=None)
    return EarlierPages(
        first=query.cursor,
        images=images,
        products=frozenset(products.values_list("product_id", flat=True)),
        last=shown[-1] if shown else None,
        last_match=Match(last_match) if last_match else None,
    )


def _identify(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in PAGE_FIELDS}


def sort_page(ranked: Sequence[Ranked], query: Query, earlier: EarlierPages) -> list[Ranked]:
    """Return the candidates that no page has shown yet, in the query's order."""
    left = [place for place in ranked if place.candidate.facts.item not in earlier.items]
    left = [place for place in left if place.candidate.facts.id not in earlier.images]
    if query.order is AnswerOrder.NEWEST:
        # Ids grow with time.
        left.sort(key=lambda place: place.candidate.facts.item, reverse=True)
        if query.is_order_read:
            left.sort(key=lambda place: place.candidate.level, reverse=True)
        return left
    ids = [place.candidate.facts.id for place in left]
    prices = read_prices(ids, query.facets.shown_variants)
    sign = -1 if query.order is AnswerOrder.DEAREST else 1
    priced = [place for place in left if place.candidate.facts.id in prices]
    priced.sort(key=lambda place: sign * prices[place.candidate.facts.id])
    return priced + [place for place in left if place.candidate.facts.id not in prices]
