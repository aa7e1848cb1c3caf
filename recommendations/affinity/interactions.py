"""Read a shop's events as interactions of shoppers with products.

A shopper is a named one, or else the visitor under whose name events count (`name_visitor`), of
whom a page cannot make up many. Events with neither are left out, and so are deleted images.

A shopper's interaction with a product is as strong as their strongest event on its images. A click
says more the less likely its position is looked at: it is divided by the position's propensity
(Joachims et al., WSDM 2017). A product whose latest opinion is a dislike is left out.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from recommendations.affinity.propensity import MAX_POSITION, MIN_PROPENSITY, Floats
from recommendations.models import Event

Numbers = NDArray[np.int64]

WINDOW = timedelta(days=365)
MAX_EVENTS = 1_000_000
# Of one shopper, the latest products: one who clicks everything says nothing about pairs.
MAX_PRODUCTS_OF_SHOPPER = 50
STRENGTHS = {
    Event.Kind.CLICK: 0.25,
    Event.Kind.ADD_TO_CART: 0.7,
    Event.Kind.LIKE: 0.8,
    Event.Kind.PURCHASE: 1.0,
    Event.Kind.DISLIKE: 0.0,
}
KINDS = list(STRENGTHS)
SECONDS_OF_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Pairs:
    """Units (shoppers or orders) and their products, each pair once, by their numbers.

    `strengths` are above 0 and at most 1.
    """

    units: Numbers
    products: Numbers
    strengths: Floats


@dataclass(frozen=True, slots=True)
class Interactions:
    """The products, and the pairs of shoppers and of orders with them."""

    product_ids: list[UUID]
    chosen: Pairs
    orders: Pairs


def select_events(now: datetime) -> Any:
    """Return the newest events that affinity is computed from, in the scope of one shop."""
    events = Event.objects.filter(
        ~Q(shopper=None, visitor=""),
        kind__in=KINDS,
        occurred_at__gt=now - WINDOW,
        image__deleted_at=None,
        image__product__isnull=False,
    )
    return events.order_by("-pk")


def read_interactions(now: datetime, propensities: Floats, whose: Q | None = None) -> Interactions:
    """Read the newest `MAX_EVENTS` events, or those of the shoppers in `whose`.

    Makes one query, and holds about 40 bytes of each event in memory.
    """
    events = select_events(now)
    if whose is not None:
        events = events.filter(whose)
    columns = ("shopper_id", "visitor", "image__product_id", "kind", "position", "occurred_at")
    rows = events.values_list(*columns)[:MAX_EVENTS].iterator(chunk_size=10_000)
    return _collect(rows, propensities)


def _collect(rows: Iterable[Any], propensities: Floats) -> Interactions:
    shoppers: dict[UUID | str, int] = {}
    products: dict[UUID, int] = {}
    columns = [array("q") for _ in range(5)]
    for values in _number(rows, shoppers, products):
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    shopper, product, kind, position, moment = (
        np.frombuffer(column, np.int64) if column else np.empty(0, np.int64) for column in columns
    )
    strength = np.array(list(STRENGTHS.values()))[kind]
    is_click = kind == KINDS.index(Event.Kind.CLICK)
    looks = np.concatenate([[1.0], propensities])[position.clip(0, MAX_POSITION)]
    strength = np.where(is_click, strength / looks.clip(MIN_PROPENSITY), strength).clip(max=1.0)
    ids = list(products)
    pair = shopper * max(len(ids), 1) + product
    chosen = _choose(pair, kind, strength, moment, len(ids))
    is_purchase = kind == KINDS.index(Event.Kind.PURCHASE)
    # All that one shopper buys on one day (UTC) is one order.
    days, order = moment[is_purchase] // SECONDS_OF_DAY, shopper[is_purchase]
    return Interactions(ids, chosen, _make_orders(order, days, product[is_purchase]))


def _number(
    rows: Iterable[Any], shoppers: dict[UUID | str, int], products: dict[UUID, int]
) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield events as numbers; a position of 0 is unknown."""
    kinds = {str(kind): number for number, kind in enumerate(KINDS)}
    for shopper_id, visitor, product_id, kind, position, occurred_at in rows:
        yield (
            shoppers.setdefault(shopper_id or visitor, len(shoppers)),
            products.setdefault(product_id, len(products)),
            kinds[kind],
            position or 0,
            int(occurred_at.timestamp()),
        )


def _choose(
    pair: Numbers, kind: Numbers, strength: Floats, moment: Numbers, products: int
) -> Pairs:
    """Return each shopper's strongest interaction with each of their latest products."""
    is_opinion = np.isin(kind, [KINDS.index(Event.Kind.LIKE), KINDS.index(Event.Kind.DISLIKE)])
    opinions = np.flatnonzero(is_opinion)
    # The last of equal pairs, in order of time, is the latest opinion.
    opinions = opinions[np.lexsort((moment[opinions], pair[opinions]))]
    is_latest = np.append(np.diff(pair[opinions]) != 0, True)[: opinions.size]
    latest = opinions[is_latest]
    disliked = pair[latest[kind[latest] == KINDS.index(Event.Kind.DISLIKE)]]
    is_positive = (strength > 0) & ~np.isin(pair, disliked)
    pairs, number = np.unique(pair[is_positive], return_inverse=True)
    strongest, last = np.zeros(pairs.size), np.zeros(pairs.size, np.int64)
    np.maximum.at(strongest, number, strength[is_positive])
    np.maximum.at(last, number, moment[is_positive])
    shopper, product = np.divmod(pairs, max(products, 1))
    newest = _take_first(shopper, -last, MAX_PRODUCTS_OF_SHOPPER)
    return Pairs(shopper[newest], product[newest], strongest[newest])


def _make_orders(shopper: Numbers, days: Numbers, product: Numbers) -> Pairs:
    """Return the orders' products."""
    if not product.size:
        return Pairs(product, product, np.empty(0))
    bought = np.unique(np.stack([shopper, days, product], axis=1), axis=0)
    _, order = np.unique(bought[:, :2], axis=0, return_inverse=True)
    first = _take_first(order, bought[:, 2], MAX_PRODUCTS_OF_SHOPPER)
    return Pairs(order[first], bought[first, 2], np.ones(first.size))


def _take_first(groups: Numbers, keys: Numbers, count: int) -> Numbers:
    """Return the rows of the `count` lowest keys of each group, sorted by group."""
    order = np.lexsort((keys, groups))
    if not order.size:
        return order
    starts = np.flatnonzero(np.append(True, np.diff(groups[order]) != 0))
    sizes = np.diff(np.append(starts, order.size))
    return order[np.arange(order.size) - np.repeat(starts, sizes) < count]
