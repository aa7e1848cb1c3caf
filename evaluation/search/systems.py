"""Whom the queries are put to: the shop's own answers, leaving no trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import transaction

from recommendations.answers.answer import Recommendation
from recommendations.answers.feed import read_feed
from recommendations.query.match import Match
from recommendations.query.queries import Query, Term
from recommendations.services import recommend
from tenants.models import Shop, Shopper


@dataclass(frozen=True, slots=True)
class Answer:
    """Image ids, the best first, and how well each matches; None where nobody measured that."""

    images: list[UUID]
    matches: list[Match | None]

    @property
    def is_match(self) -> bool | None:
        """Whether anything fits; None when that was not measured."""
        if {Match.WEAK, Match.STRONG} & set(self.matches):
            return True
        return None if None in self.matches else False


class Asker(Protocol):
    """Answers a prompt with at most `count` images."""

    def __call__(self, prompt: str, count: int) -> Answer: ...


class Feed(Protocol):
    """Answers a shopper with at most `count` images, by the events that are there when asked."""

    def __call__(self, shopper: Shopper, count: int) -> Answer: ...


def ask_shop(shop: Shop) -> Asker:
    """Return an asker that answers as the shop's API does, and takes back what that records.

    Only the cached vectors of the prompts stay, until they expire. Needs the shop's scope,
    raises `Unavailable` when no worker reads a prompt in time.
    """

    def ask(prompt: str, count: int) -> Answer:
        query = Query(terms=(Term(prompt),), count=count)
        with rolled_back():
            return _answer(recommend(shop=shop, query=query))

    return ask


def ask_feed(shop: Shop) -> Feed:
    """Return a feed that answers with the first page of the API's, and takes back its record.

    Needs the shop's scope, raises `Unavailable` when no worker reads stated preferences in time.
    """

    def ask(shopper: Shopper, count: int) -> Answer:
        query = Query(shopper=shopper.external_id, count=count)
        with rolled_back():
            return _answer(read_feed(shop=shop, query=query).answer)

    return ask


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back what is written meanwhile; nothing that waits for a commit happens."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _answer(found: Recommendation) -> Answer:
    results = found.results
    return Answer([result.id for result in results], [result.match for result in results])
