"""Move the indexes of shops to other Chroma nodes, also off a node that is down or lost.

A node that is not in `settings.CHROMA_NODES` is lost: what it still has is not dropped.
"""

import structlog
from django.conf import settings
from django.db.models import Case, Q, Value, When

from catalog.indexing.nodes import choose_node
from catalog.indexing.repair import abandon_collections, drop_former, log_abandoned, move_index
from catalog.indexing.retirement import is_over
from catalog.models import VectorIndex

log = structlog.get_logger(__name__)


def find_indexes_on(node: str) -> list[VectorIndex]:
    """Return the indexes with any collection on a node, live ones first; needs all shops' scope."""
    places = Q(node=node) | Q(next_node=node) | Q(former_node=node)
    live_first = Case(When(state=VectorIndex.State.LIVE, then=Value(0)), default=Value(1))
    found = VectorIndex.objects.filter(places).select_related("shop")
    return list(found.order_by(live_first, "shop_id", "pk"))


def leave_node(index: VectorIndex, *, node: str, target: str = "") -> bool:
    """Take the collections of an index off a node, to `target` or else to the emptiest one.

    The collection that is replaced is dropped by the sweep. Returns whether the index is off the
    node; raises `VectorStoreUnavailable`.
    """
    is_lost = node not in settings.CHROMA_NODES
    if is_lost and not abandon_collections(index, node=node):
        return False
    if index.former_address and index.former_address.node == node:
        drop_former(index)
    if index.node != node:
        # The index was to be moved there, and stays.
        is_next = bool(index.next_address and index.next_address.node == node)
        return move_index(index, node=index.node) if is_next else True
    # A move that was begun goes on.
    begun = "" if index.next_node == node else index.next_node
    target = target or begun or choose_node(without=node)
    if not is_over(index):
        is_moved = move_index(index, node=target)
        return is_moved and (not is_lost or abandon_collections(index, node=node))
    if is_lost:
        # It is removed by the sweep, which finds nothing to drop on the other node.
        log_abandoned(index, index.address)
        VectorIndex.objects.filter(pk=index.pk).update(node=target)
    return is_lost
