"""Compute the affinity of a shop's products: of all of them nightly, of some after new events.

The events are the truth; the rows can be computed again at any time. A run writes its rows and its
watermark in one transaction, so a run that is killed changes nothing, and the next one includes the
same events once its lease has ended.

After new events, the products that the acting shoppers have are computed again, from all events of
all shoppers of these products. Their rows are what a complete run writes, but for the number of
all shoppers and the propensities. Other products get their new scores in the complete run. Erased
shoppers leave no trace of what to compute again, so the run after an erasure is a complete one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.tenancy import all_shops, shop_scope
from recommendations.affinity.cooccurrence import (
    Neighbour,
    Totals,
    find_neighbours,
    sum_up,
)
from recommendations.affinity.factorization import ProductVectors, factorize
from recommendations.affinity.interactions import (
    Interactions,
    Numbers,
    read_interactions,
    select_events,
)
from recommendations.affinity.propensity import read_propensities
from recommendations.analytics.rollup import find_settled_time, make_lowest_id
from recommendations.models import AffinityState, Event, PopularityState, ProductAffinity

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=30)
# After these, a complete run is cheaper.
MAX_ACTIVE_SHOPPERS, MAX_CHANGED_PRODUCTS = 2_000, 5_000
# A complete run that was missed is made up for by the next run of any kind.
MAX_AGE = timedelta(hours=30)
# Without new events too, because old ones leave the window.
MAX_IDLE_AGE = timedelta(days=7)
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class AffinityChanges:
    """The products to compute again, and the condition on events of all their shoppers."""

    products: frozenset[UUID]
    whose: Q


def refresh_all(*, complete: bool = False, up_to: datetime | None = None) -> int:
    """Include the new events of every shop; return the number of shops that changed.

    `complete` computes all products of shops with new events. Pass `up_to` only if no older event
    can still arrive.
    """
    with all_shops():
        # Every shop with an event that was counted has a row.
        shop_ids = list(PopularityState.objects.values_list("pk", flat=True))
        ceiling = make_lowest_id(up_to or find_settled_time())
    changed = 0
    for shop_id in shop_ids:
        with shop_scope(shop_id):
            changed += refresh_shop(shop_id, ceiling=ceiling, complete=complete)
    return changed


def refresh_shop(shop_id: UUID, *, ceiling: UUID, complete: bool) -> bool:
    """Refresh a shop in its scope, unless nothing is due or another process works on it.

    Events from the id `ceiling` on may still be arriving.
    """
    now = timezone.now()
    state, _ = AffinityState.objects.get_or_create(shop_id=shop_id)
    arrived = Event.objects.filter(pk__lt=ceiling).order_by("-pk").values_list("pk", flat=True)
    high = max(arrived.first() or state.events, state.events)
    has_new = high > state.events
    if not (has_new or _is_outdated(state, now, MAX_IDLE_AGE)) or not _claim(state, now):
        return False
    changes = None
    if not (complete or _is_outdated(state, now, MAX_AGE)):
        changes = _find_changes(state.events, high, now)
    return _update(state, high, now, changes) if changes else _compute(state, high, now)


def _is_outdated(state: AffinityState, now: datetime, max_age: timedelta) -> bool:
    """Return whether all products must be computed again."""
    if state.computed_at is None or state.computed_at < now - max_age:
        return True
    return state.erased_at is not None and state.erased_at >= state.computed_at


def _claim(state: AffinityState, now: datetime) -> bool:
    """Take the shop's lease; return whether this process has it."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    state.claimed_until = now + LEASE
    rows = AffinityState.objects.filter(free, pk=state.pk)
    return bool(rows.update(claimed_until=state.claimed_until))


def _compute(state: AffinityState, high: UUID, now: datetime) -> bool:
    """Compute all products of the shop, and their collaborative vectors."""
    propensities = read_propensities()
    found = read_interactions(now, propensities)
    vectors = factorize(found.chosen)
    products = len(found.product_ids)
    bought, liked = sum_up(found.orders, products), sum_up(found.chosen, products)
    wanted = np.flatnonzero(liked.counts + bought.counts)
    rows = _make_rows(state, found, bought, liked, wanted)
    return _write(
        state,
        _add_vectors(rows, wanted, vectors),
        {
            "events": high,
            "computed_at": now,
            "updated_at": now,
            "orders": bought.units,
            "shoppers": liked.units,
            "propensities": propensities.round(4).tolist(),
            "gram": vectors.gram.tobytes() if vectors else None,
        },
        is_complete=True,
    )


def _find_changes(low: UUID, high: UUID, now: datetime) -> AffinityChanges | None:
    """Return what the events after `low`, up to `high`, change; None if that is too much."""
    events = select_events(now).order_by()
    new = events.filter(pk__gt=low, pk__lte=high)
    shoppers, visitors = (
        set(rows.distinct()[: MAX_ACTIVE_SHOPPERS + 1])
        for rows in (
            new.filter(shopper__isnull=False).values_list("shopper", flat=True),
            new.filter(shopper=None).values_list("visitor", flat=True),
        )
    )
    if len(shoppers) + len(visitors) > MAX_ACTIVE_SHOPPERS:
        return None
    active = Q(shopper__in=shoppers) | Q(shopper=None, visitor__in=visitors)
    ids = events.filter(active).values_list("image__product", flat=True).distinct()
    products = frozenset(ids[: MAX_CHANGED_PRODUCTS + 1])
    if len(products) > MAX_CHANGED_PRODUCTS:
        return None
    theirs = events.filter(image__product__in=products)
    return AffinityChanges(
        products,
        Q(shopper__in=theirs.filter(shopper__isnull=False).values("shopper"))
        | Q(shopper=None, visitor__in=theirs.filter(shopper=None).values("visitor")),
    )


def _update(state: AffinityState, high: UUID, now: datetime, changes: AffinityChanges) -> bool:
    """Compute the changed products from the events of all their shoppers."""
    found = read_interactions(now, np.array(state.propensities), changes.whose)
    bought, liked = _sum_up_changes(state, found, changes)
    numbers = [n for n, pk in enumerate(found.product_ids) if pk in changes.products]
    rows = _make_rows(state, found, bought, liked, np.array(numbers, np.int64))
    return _write(state, rows, {"events": high, "updated_at": now}, is_complete=False)


def _sum_up_changes(
    state: AffinityState, found: Interactions, changes: AffinityChanges
) -> tuple[Totals, Totals]:
    """Return the totals of orders and of shoppers: stored ones, and new ones of changed products.

    No shopper who acted has any of the unchanged products, so their stored totals are right.
    """
    number = {pk: n for n, pk in enumerate(found.product_ids)}
    bought, liked = (sum_up(pairs, len(number)) for pairs in (found.orders, found.chosen))
    stored = ProductAffinity.objects.filter(pk__in=number.keys() - changes.products)
    for pk, orders, shoppers, strength in stored.values_list(
        "pk", "orders", "shoppers", "strength"
    ).iterator():
        bought.counts[number[pk]] = bought.squares[number[pk]] = orders
        liked.counts[number[pk]], liked.squares[number[pk]] = shoppers, strength
    return (
        replace(bought, units=max(state.orders, bought.units)),
        replace(liked, units=max(state.shoppers, liked.units)),
    )


def _make_rows(
    state: AffinityState, found: Interactions, bought: Totals, liked: Totals, wanted: Numbers
) -> Iterator[ProductAffinity]:
    """Yield the rows of products, by their numbers in ascending order, without vectors."""
    ids = found.product_ids
    both = zip(
        wanted.tolist(),
        _align(find_neighbours(found.orders, bought, wanted), wanted),
        _align(find_neighbours(found.chosen, liked, wanted), wanted),
        strict=True,
    )
    for number, *neighbours in both:
        by_orders, by_shoppers = (
            [[str(ids[near.product]), near.score, near.units] for near in nearest]
            for nearest in neighbours
        )
        yield ProductAffinity(
            product_id=ids[number],
            shop_id=state.pk,
            bought=by_orders,
            orders=int(bought.counts[number]),
            liked=by_shoppers,
            shoppers=int(liked.counts[number]),
            strength=float(liked.squares[number]),
        )


def _align(
    found: Iterator[tuple[int, list[Neighbour]]], wanted: Numbers
) -> Iterator[list[Neighbour]]:
    """Yield the neighbours of each wanted product, without any for those that are not found."""
    number, neighbours = next(found, (-1, []))
    for product in wanted.tolist():
        if product == number:
            yield neighbours
            number, neighbours = next(found, (-1, []))
        else:
            yield []


def _add_vectors(
    rows: Iterable[ProductAffinity], wanted: Numbers, vectors: ProductVectors | None
) -> Iterator[ProductAffinity]:
    places = {int(n): place for place, n in enumerate(vectors.products)} if vectors else {}
    for number, row in zip(wanted.tolist(), rows, strict=True):
        if vectors and number in places:
            row.vector = vectors.vectors[places[number]].astype(np.float16).tobytes()
        yield row


def _write(
    state: AffinityState,
    rows: Iterable[ProductAffinity],
    fields: Mapping[str, Any],
    *,
    is_complete: bool,
) -> bool:
    """Store the rows and the state, unless the lease has ended; return whether they are stored.

    A complete run replaces all rows of the shop. The state is last, so that an erasure, which
    writes to it, hardly ever waits.
    """
    with transaction.atomic():
        if is_complete:
            ProductAffinity.objects.all().delete()
        rows = iter(rows)
        while batch := list(islice(rows, BATCH)):
            ProductAffinity.objects.bulk_create(
                batch, update_conflicts=True, unique_fields=["product"], update_fields=WITH_EVENTS
            )
        states = AffinityState.objects.filter(pk=state.pk, claimed_until=state.claimed_until)
        is_ours = bool(states.update(claimed_until=None, **fields))
        transaction.set_rollback(not is_ours)
    log.info("affinity_refreshed", is_complete=is_complete, is_stored=is_ours)
    return is_ours


WITH_EVENTS = ["bought", "orders", "liked", "shoppers", "strength"]
