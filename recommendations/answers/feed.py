"""A shopper's own feed: what suits them, with some that is popular, new, or a surprise.

The less is known, the lower the step that answers, and the answer says which: taste learned from
what they did; preferences that they stated; what this session did; what is popular; what is new.
Every page is an answer of its own, recorded like any other; the next one leaves out what the pages
before it have shown, and sees what happened since.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from catalog.indexing.facets import FacetFilter
from catalog.indexing.indexes import live_index
from catalog.models import Image, VectorIndex
from core.errors import DomainError
from recommendations.answers.answer import (
    Recommendation,
    Result,
    Setting,
    Stopwatch,
    answer,
    record,
    setting_of,
)
from recommendations.models import Preferences, Prompt
from recommendations.query.queries import Direction, Query
from recommendations.query.vectors import ask_vectors, text_payload
from recommendations.ranking.popularity import most_popular
from recommendations.ranking.rank import Ranked
from recommendations.ranking.visitors import Visitor, find_visitor
from tenants.models import Shop

MOST_PAGES = 50
# One place in so many goes to what is popular, what is new, and a surprise, in turn.
EVERY = 4
POOLED = 60


class Step(StrEnum):
    """What a page of a feed was made of: the first of these that is known."""

    TASTE = "taste"
    STATED = "stated"
    SESSION = "session"
    POPULAR = "popular"
    NEW = "new"


class FeedUnknown(DomainError):
    """There is no such feed of this shopper."""

    code = "unknown_cursor"

    def __init__(self) -> None:
        super().__init__("This cursor is of no feed of this shopper; begin without one.")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the answer, the step that gave it, and the cursor of the next, if there is one."""

    answer: Recommendation
    step: Step
    next: str | None


def read_feed(*, shop: Shop, query: Query, cursor: str | None = None) -> Page:
    """Return the next page of a shopper's feed; raises `FeedUnknown`.

    The encoder is asked for stated preferences alone; raises `Unavailable` when it is away.
    """
    watch, now = Stopwatch(), timezone.now()
    with watch.timing("total"):
        index = live_index(shop.pk)
        visitor = find_visitor(
            shop=shop, index=index, external_id=query.shopper, session=query.session, now=now
        )
        feed, shown, pages = _so_far(visitor, cursor)
        facets = replace(query.facets, exclude=tuple({*query.facets.exclude, *shown}))
        query = replace(query, facets=facets)
        step, direction = _step(visitor, index)
        setting = setting_of(shop=shop, index=index, visitor=visitor, query=query, now=now)
        results, searched_by = _page(setting, query, direction, watch)
    recommendation = record(
        setting=setting,
        query=replace(query, asked={**query.asked, "step": step}),
        source=Prompt.Source.FEED,
        results=results,
        answered_by=[*(direction.sources if direction else []), *searched_by],
        watch=watch,
        feed=feed,
    )
    goes_on = len(results) == query.count and pages + 1 < MOST_PAGES
    return Page(recommendation, step, str(feed) if goes_on else None)


def _so_far(visitor: Visitor, cursor: str | None) -> tuple[UUID, set[str], int]:
    """Return the feed's id, what its pages have shown, and how many they are."""
    if cursor is None:
        return uuid7(), set(), 0
    try:
        feed = UUID(cursor)
    except ValueError as error:
        raise FeedUnknown from error
    pages = Prompt.objects.filter(feed=feed, shopper=visitor.shopper)
    answers = list(pages.values_list("results", flat=True))
    if not answers:
        raise FeedUnknown
    return feed, {result["id"] for results in answers for result in results}, len(answers)


def _step(visitor: Visitor, index: VectorIndex) -> tuple[Step, Direction | None]:
    if visitor.has_acted and visitor.learned.liked is not None:
        return Step.TASTE, Direction(visitor.learned.liked, [])
    if visitor.preferences is not None and visitor.has_stated:
        wished = text_payload(wish(visitor.preferences))
        (known,) = ask_vectors(index=index, payloads=[wished]).receive()
        return Step.STATED, Direction(known.vector, [known.source], text=known.vector, by_text=1.0)
    if visitor.learned.liked is not None:
        return Step.SESSION, Direction(visitor.learned.liked, [])
    return (Step.POPULAR if most_popular(1) else Step.NEW), None


def wish(preferences: Preferences) -> str:
    """Put stated preferences into words: "red blue casual dress, long sleeves"."""
    liked = preferences.liked
    words = [word for name in ("colour", "styles", "category") for word in liked.get(name, ())]
    return ", ".join(filter(None, (" ".join(words), preferences.text)))


def _page(
    setting: Setting,
    query: Query,
    direction: Direction | None,
    watch: Stopwatch,
) -> tuple[list[Result], list[str]]:
    """Rank all there is, and give every fourth place to something else."""
    others = [
        most_popular(POOLED, query.facets),
        _newest(query.facets),
        _surprising(query.facets),
    ]
    return answer(
        setting=setting,
        query=query,
        direction=direction,
        listed=list(dict.fromkeys([*others[0], *others[1]])),
        also=[pk for ids in others for pk in ids],
        choose=lambda ranked: list(_mixed(ranked, others, query.count)),
        watch=watch,
    )


def _mixed(
    ranked: Sequence[Ranked], others: Sequence[Sequence[UUID]], count: int
) -> Iterator[Ranked]:
    """Yield `count` places by rank, with others in between: popular, new and surprising in turn.

    An other is the first of its list that rank alone would not have shown.
    """
    by_rank = {place.candidate.facts.id: place for place in ranked[:count]}
    beyond = {place.candidate.facts.id: place for place in ranked[count:]}
    for number in range(min(count, len(ranked))):
        turn = others[(number // EVERY) % len(others)] if number % EVERY == EVERY - 1 else ()
        other = next((pk for pk in turn if pk in beyond), None)
        if other is None:
            yield by_rank.pop(next(iter(by_rank)))
        else:
            yield beyond.pop(other)


def _newest(facets: FacetFilter) -> list[UUID]:
    images = Image.objects.searchable().filter(facets.condition())
    return list(images.order_by("-pk").values_list("pk", flat=True)[:POOLED])


def _surprising(facets: FacetFilter) -> list[UUID]:
    """Return images from anywhere in the catalogue: those next to random places in its order."""
    images = Image.objects.searchable().filter(facets.condition())
    ends = images.order_by("pk").values_list("pk", flat=True)
    first, last = ends.first(), ends.last()
    if first is None or last is None:
        return []
    place = UUID(int=random.randint(first.int, last.int))  # noqa: S311 - chance, not a secret
    return list(ends.filter(pk__gte=place)[: POOLED // 6])
