from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.indexing.moves import find_indexes_on, leave_node
from catalog.indexing.repair import move_index
from catalog.indexing.retirement import is_over
from catalog.management.shops import find_indexes, parse_shop_id
from catalog.models import VectorIndex
from core.ml.vector_store import VectorStoreUnavailable
from core.tenancy import all_shops


class Command(BaseCommand):
    help = (
        "Move the indexes of a shop to a Chroma node, or all indexes off a node, which may be down "
        "or gone. They are built from Postgres; the old ones answer until then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("--shop", type=parse_shop_id, metavar="ID", help="the shop's id")
        chosen.add_argument(
            "--from",
            dest="source",
            metavar="NODE",
            help="the node to clear, also one that CHROMA_NODES lacks",
        )
        parser.add_argument(
            "--to",
            dest="target",
            metavar="NODE",
            default="",
            help="the node in CHROMA_NODES to move to; with --from by default the emptiest others",
        )

    def handle(
        self, *args: Any, shop: UUID | None, source: str | None, target: str, **options: Any
    ) -> None:
        _check_target(target, shop, source)
        with all_shops():
            indexes = find_indexes_on(source) if source else _find_own(shop)
            if source and not indexes and source not in settings.CHROMA_NODES:
                raise CommandError(
                    f"No index is on the node {source!r}, and CHROMA_NODES lacks it."
                )
            failed = [index for index in indexes if not self._move(index, source, target)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(indexes)} indexes were not moved.")
        self.stdout.write(f"{len(indexes)} indexes were moved.")

    def _move(self, index: VectorIndex, source: str | None, target: str) -> bool:
        """Move an index and print the result; return whether it is moved."""
        before = index.node
        try:
            if source:
                is_moved = leave_node(index, node=source, target=target)
            else:
                is_moved = move_index(index, node=target)
            index.refresh_from_db()
        except VectorStoreUnavailable as error:
            self._print(index, str(error))
            return False
        except VectorIndex.DoesNotExist:
            self._print(index, "removed")
            return True
        if is_moved:
            self._print(index, f"{before} -> {index.node}")
        else:
            self._print(index, "it is being repaired or removed; run this again later")
        return is_moved

    def _print(self, index: VectorIndex, text: str) -> None:
        self.stdout.write(f"{index.shop.name} ({index.shop_id}), {index.state}: {text}")


def _check_target(target: str, shop: UUID | None, source: str | None) -> None:
    """Raise `CommandError` if the indexes cannot be moved there."""
    names = ", ".join(sorted(settings.CHROMA_NODES))
    if shop and not target:
        raise CommandError("Name the node with --to.")
    if target and target not in settings.CHROMA_NODES:
        raise CommandError(f"CHROMA_NODES lacks the node {target!r}; it has {names}.")
    if source and (target == source or settings.CHROMA_NODES.keys() <= {source}):
        raise CommandError(f"There must be another node than {source!r} to move to.")


def _find_own(shop: UUID | None) -> list[VectorIndex]:
    """Return the indexes of a shop, without those that are about to be removed."""
    indexes = find_indexes(shop, *VectorIndex.State.values)
    return [index for index in indexes if not is_over(index)]
