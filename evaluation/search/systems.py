"""The systems that answer the queries: the shop's own search and feed, without side effects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from recommendations.answers.answer import Recommendation
from recommendations.answers.feed import read_feed
from recommendations.api.search.inputs import RecommendationInput
from recommendations.query import Query
from recommendations.ranking.match import Match
from recommendations.services import recommend
from tenants.models import Shop, Shopper


@dataclass(frozen=True, slots=True)
class Answer:
    """Image ids, best first, and the match of each; None where it was not measured."""

    images: list[UUID]
    matches: list[Match | None]

    @property
    def is_match(self) -> bool | None:
        """Return whether any image matches; None if that was not measured."""
        if {Match.WEAK, Match.STRONG} & set(self.matches):
            return True
        return None if None in self.matches else False


class Asker(Protocol):
    """A function that answers a prompt with at most `count` images."""

    def __call__(self, prompt: str, count: int) -> Answer: ...


class Feed(Protocol):
    """A function that returns a shopper's feed of at most `count` images, from current events."""

    def __call__(self, shopper: Shopper, count: int) -> Answer: ...


def ask_shop(shop: Shop, **fields: Any) -> Asker:
    """Return a function that answers like the shop's API, and rolls back what that records.

    `fields` are further ones of the request. Only the cached vectors of the prompts remain until
    they expire. Needs the shop's scope. The function raises `Unavailable` when no worker encodes a
    prompt in time.
    """

    def ask(prompt: str, count: int) -> Answer:
        body = {"prompt": prompt, "number_of_images": count, **fields}
        query = RecommendationInput(data=body).make_query(shop)
        with rolled_back():
            return _answer(recommend(shop=shop, query=query))

    return ask


def ask_feed(shop: Shop) -> Feed:
    """Return a function that answers with the first page of the API's feed, and rolls back.

    Needs the shop's scope. The function raises `Unavailable` when no worker encodes the stated
    preferences in time.
    """

    def ask(shopper: Shopper, count: int) -> Answer:
        query = Query(shopper=shopper.external_id, count=count)
        with rolled_back():
            return _answer(read_feed(shop=shop, query=query).answer)

    return ask


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back what is written in this context; actions after commit do not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _answer(found: Recommendation) -> Answer:
    results = found.results
    return Answer([result.id for result in results], [result.match for result in results])
