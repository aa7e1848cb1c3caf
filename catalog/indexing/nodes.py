"""The Chroma nodes of indexes: the emptiest one, and those that the settings lack."""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q

from catalog.models import VectorIndex
from core.ml.vector_store import get_vector_store
from core.tenancy import all_shops

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MissingNode:
    """A node that has collections, but is not in `settings.CHROMA_NODES`."""

    name: str
    shops: int

    def __str__(self) -> str:
        shops = "1 shop" if self.shops == 1 else f"{self.shops:,} shops"
        return (
            f"CHROMA_NODES lacks the node {self.name!r}, which has collections of {shops}: they "
            "are searched exactly, and not changed. Put the node back, or run `manage.py "
            f"move_index --from {self.name}`, which builds them from Postgres on other nodes."
        )


def choose_node(*, without: str = "") -> str:
    """Return the node with the fewest vectors, of those that respond if any does.

    Of equally empty nodes, the one with the fewest indexes is taken, then the first by name.
    `without` is not taken: there must be another one.
    """
    names = sorted(settings.CHROMA_NODES.keys() - {without})
    if len(names) == 1:
        return names[0]
    loads = _count_vectors()
    names.sort(key=lambda name: loads.get(name, (0, 0)))
    available = (name for name in names if get_vector_store(name).is_available())
    return next(available, names[0])


def find_missing_nodes() -> list[MissingNode]:
    """Return the nodes of any shop's collections that are not in the settings."""
    with all_shops():
        rows = VectorIndex.objects.exclude(
            Q(node__in=settings.CHROMA_NODES),
            Q(next_node="") | Q(next_node__in=settings.CHROMA_NODES),
            Q(former_node="") | Q(former_node__in=settings.CHROMA_NODES),
        )
        places = rows.values_list("shop_id", "node", "next_node", "former_node")
        shops: dict[str, set[object]] = {}
        for shop_id, *names in places:
            for name in set(names) - {"", *settings.CHROMA_NODES}:
                shops.setdefault(name, set()).add(shop_id)
    return [MissingNode(name, len(found)) for name, found in sorted(shops.items())]


def report_missing_nodes() -> None:
    """Log each node that is not in the settings although shops have collections there."""
    for node in find_missing_nodes():
        log.error("node_missing", node=node.name, shops=node.shops, detail=str(node))


def _count_vectors() -> dict[str, tuple[int, int]]:
    """Return how many images and indexes each node has, or will have when all are built."""
    with all_shops(), connection.cursor() as cursor:
        cursor.execute(_LOADS)
        return {node: (int(images), indexes) for node, images, indexes in cursor.fetchall()}


# A second index that was just begun counts as many images as the one that it replaces, so that
# not all of them are placed on one node. An index that is moved counts on both nodes.
_LOADS = """
    WITH counts AS (
        SELECT node, next_node, shop_id, (
            SELECT count(*) FROM catalog_indexentry WHERE index_id = vector_index.id
        ) AS images
        FROM catalog_vectorindex AS vector_index WHERE state IN ('live', 'building')
    ), expected AS (
        SELECT node, next_node, max(images) OVER (PARTITION BY shop_id) AS images FROM counts
    )
    SELECT node, sum(images), count(*) FROM (
        SELECT node, images FROM expected
        UNION ALL SELECT next_node, images FROM expected WHERE next_node NOT IN ('', node)
    ) AS places
    GROUP BY node
"""
