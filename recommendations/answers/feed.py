"""Answer with a page of a shopper's own feed: images for their taste, and some to discover.

Each page uses the first of these that is known, and names it: the taste learned from the shopper's
events and from shoppers who chose the same, the taste learned from their events alone, their stated
preferences, the events of this session, popular images, new images. Every page
is an answer of its own, recorded like any other. The next page leaves out the images of the pages
before it, and uses the events since then.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID, uuid4

from django.db.models import QuerySet

from catalog.indexing.indexes import get_live_index
from catalog.models import Image, VectorIndex
from core.errors import DomainError
from recommendations.answers.answer import Recommendation, record_answer
from recommendations.answers.context import AnswerContext, Stopwatch, read_context
from recommendations.answers.results import FoundResults, find_results
from recommendations.models import Preferences, Prompt
from recommendations.query import Direction, Query, call_encoder, pack_text, understand
from recommendations.ranking.collaboration import MAX_NEIGHBOUR_CANDIDATES
from recommendations.ranking.match import Match
from recommendations.ranking.popularity import find_most_popular
from recommendations.ranking.rank import PlacedBy, Ranked
from recommendations.ranking.taste import Visitor
from tenants.models import Shop

MAX_PAGES = 50
# Every fourth place goes to a popular, a new and a random image, in turn.
DISCOVERY_INTERVAL = 4
DISCOVERY_POOL = 60


class FeedStep(StrEnum):
    """The source of a page: the first of these that is known."""

    SHARED_TASTE = "shared_taste"
    TASTE = "taste"
    STATED = "stated"
    SESSION = "session"
    POPULAR = "popular"
    NEW = "new"


class FeedUnknown(DomainError):
    """The cursor does not belong to a feed of this shopper."""

    code = "unknown_cursor"

    def __init__(self) -> None:
        super().__init__("This cursor belongs to no feed of this shopper; start without a cursor.")


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page: the answer, its source, and the cursor of the next page, if there is one."""

    answer: Recommendation
    step: FeedStep
    next: str | None


def read_feed(*, shop: Shop, query: Query, cursor: str | None = None) -> FeedPage:
    """Return the next page of a shopper's feed.

    The encoder is needed for stated preferences only. Raises `FeedUnknown`, `EncoderBusy` and
    `EncoderUnavailable`.
    """
    watch = Stopwatch()
    with watch.measure("total"):
        index = get_live_index(shop.pk)
        # A feed goes on until the last image; how well each suits the taste only orders them.
        query = replace(query, min_match=Match.NONE)
        context = read_context(shop=shop, index=index, query=query, watch=watch)
        feed, earlier, pages = _read_earlier_pages(context.visitor, cursor)
        step, direction = _choose_step(context, index)
        facets = replace(query.facets, exclude=tuple({*query.facets.exclude, *earlier}))
        query = replace(query, facets=facets, request={**query.request, "step": step})
        context = replace(context, query=query)
        found = _find_page(context, direction)
    answer = record_answer(context, found, source=Prompt.Source.FEED, feed=feed)
    has_next = len(found.results) == query.count and pages + 1 < MAX_PAGES
    return FeedPage(answer, step, str(feed) if has_next else None)


def describe_preferences(preferences: Preferences) -> str:
    """Return stated preferences as a prompt, such as "red blue casual dress, long sleeves"."""
    liked = preferences.liked
    words = [word for name in ("colour", "styles", "category") for word in liked.get(name, ())]
    return ", ".join(filter(None, (" ".join(words), preferences.text)))


def _read_earlier_pages(visitor: Visitor, cursor: str | None) -> tuple[UUID, set[str], int]:
    """Return the feed's id, the images of its pages so far, and the number of these pages."""
    if cursor is None:
        return uuid4(), set(), 0
    try:
        feed = UUID(cursor)
    except ValueError as error:
        raise FeedUnknown from error
    pages = Prompt.objects.filter(feed=feed, shopper=visitor.shopper, source=Prompt.Source.FEED)
    answers = list(pages.values_list("results", flat=True))
    if not answers:
        raise FeedUnknown
    return feed, {result["id"] for results in answers for result in results}, len(answers)


def _choose_step(context: AnswerContext, index: VectorIndex) -> tuple[FeedStep, Direction | None]:
    visitor = context.visitor
    if visitor.has_acted and visitor.taste.liked is not None:
        is_shared = visitor.collaboration and context.chosen.weights.collaboration
        step = FeedStep.SHARED_TASTE if is_shared else FeedStep.TASTE
        return step, Direction(visitor.taste.liked, is_taste=True)
    stated = visitor.preferences
    if stated and (any(stated.liked.values()) or stated.text):
        found = understand(describe_preferences(stated), encoder=index.encoder)
        payload = pack_text(found.searched_for)
        pending = call_encoder([payload], index=index)
        (vector,) = pending.receive()
        return FeedStep.STATED, Direction(vector, pending.sources, text=vector, by_text=1.0)
    if visitor.taste.liked is not None:
        return FeedStep.SESSION, Direction(visitor.taste.liked, is_taste=True)
    return (FeedStep.POPULAR if find_most_popular(1) else FeedStep.NEW), None


def _find_page(context: AnswerContext, direction: Direction | None) -> FoundResults:
    """Rank all candidates, and give every fourth place to an image to discover."""
    query = context.query
    popular = find_most_popular(DISCOVERY_POOL, query.facets)
    ids = Image.objects.searchable().filter(query.facets.condition()).values_list("pk", flat=True)
    new = list(ids.order_by("-pk")[:DISCOVERY_POOL])
    discoveries = [popular, new, _find_random(ids.order_by("pk"))]
    neighbours = _find_neighbours(context)
    return find_results(
        context,
        direction,
        listed=list(dict.fromkeys([*popular, *new])),
        also=[*neighbours, *(pk for ids in discoveries for pk in ids)],
        choose=lambda ranked: list(_mix(ranked, discoveries, query.count)),
    )


def _find_neighbours(context: AnswerContext) -> list[UUID]:
    """Return images of products that others liked with the shopper's, to stand beside near ones."""
    found = context.visitor.collaboration
    if found is None or not context.chosen.weights.collaboration:
        return []
    products = found.neighbours[:MAX_NEIGHBOUR_CANDIDATES]
    images = Image.objects.searchable().filter(product__in=products)
    first = images.order_by("product_id", "position", "pk").distinct("product_id")
    return list(first.values_list("pk", flat=True))


def _mix(
    ranked: Sequence[Ranked], discoveries: Sequence[Sequence[UUID]], count: int
) -> Iterator[Ranked]:
    """Yield `count` places by rank, with discoveries of each list in turn.

    A discovery is the first of its list that rank alone would not have shown.
    """
    by_rank = {place.candidate.facts.id: place for place in ranked[:count]}
    beyond = {place.candidate.facts.id: place for place in ranked[count:]}
    for number in range(min(count, len(ranked))):
        is_discovery = number % DISCOVERY_INTERVAL == DISCOVERY_INTERVAL - 1
        turn = number // DISCOVERY_INTERVAL % len(discoveries)
        ids = discoveries[turn] if is_discovery else ()
        discovery = next((pk for pk in ids if pk in beyond), None)
        if discovery is None:
            yield by_rank.pop(next(iter(by_rank)))
        else:
            yield replace(beyond.pop(discovery), placed_by=PlacedBy.DISCOVERY)


def _find_random(ids: QuerySet[Image, UUID]) -> list[UUID]:
    """Return a few of the sorted ids, from a random one on."""
    first, last = ids.first(), ids.last()
    if first is None or last is None:
        return []
    start = UUID(int=random.randint(first.int, last.int))  # noqa: S311 - not a secret
    return list(ids.filter(pk__gte=start)[: DISCOVERY_POOL // 6])
