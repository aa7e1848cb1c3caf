from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog.indexing.audit import IndexAudit, audit_index, mend_index
from catalog.indexing.nodes import find_missing_nodes
from catalog.management.shops import add_shop_option, find_indexes
from catalog.models import VectorIndex
from core.ml.vector_store import VectorStoreUnavailable
from core.tenancy import all_shops


class Command(BaseCommand):
    help = (
        "Compare the collections of shops with Postgres: their ids, vectors and facets, and "
        "whether a search for each vector finds it. Fails if a collection needs a repair."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_shop_option(parser, is_required=False)
        parser.add_argument("--repair", action="store_true", help="repair what is found, too")

    def handle(self, *args: Any, shop: UUID | None, repair: bool, **options: Any) -> None:
        with all_shops():
            indexes = find_indexes(shop, VectorIndex.State.LIVE, VectorIndex.State.BUILDING)
            failed = [index for index in indexes if not self._audit(index, repair=repair)]
        problems = [str(node) for node in find_missing_nodes()]
        if failed:
            hint = "" if repair else "; --repair repairs them"
            problems.append(f"{len(failed)} of {len(indexes)} indexes need a repair{hint}.")
        if problems:
            raise CommandError("\n".join(problems))

    def _audit(self, index: VectorIndex, *, repair: bool) -> bool:
        """Print what an audit finds, and repair it; return whether nothing is left to repair."""
        try:
            found = audit_index(index)
            self._print(index, _describe(found))
            if not (repair and found.needs_repair):
                return not found.needs_repair
            is_mended = mend_index(index, found)
        except VectorStoreUnavailable as error:
            self._print(index, str(error))
            return False
        self._print(index, "repaired" if is_mended else "not repaired; another repair may run")
        return is_mended

    def _print(self, index: VectorIndex, text: str) -> None:
        self.stdout.write(
            f"{index.shop.name} ({index.shop_id}), {index.state} on {index.node}: {text}"
        )


def _describe(found: IndexAudit) -> str:
    if not found.is_usable:
        return "the collection is missing or cannot be read"
    counts = {
        "missing": found.drift.missing,
        "extra": found.drift.extra,
        "changed": found.changes.vectors,
        "with old facets": found.changes.facets,
        "not found by a search": found.lost,
    }
    parts = [f"{len(ids):,} {name}" for name, ids in counts.items() if ids]
    return f"{found.vectors:,} vectors, " + (", ".join(parts) or "all sound")
