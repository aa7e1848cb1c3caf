from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog.indexing.repair import rebuild_index
from catalog.management.shops import add_shop_option, find_indexes
from catalog.models import VectorIndex
from core.ml.vector_store import VectorStoreUnavailable
from core.tenancy import all_shops


class Command(BaseCommand):
    help = (
        "Fill a new collection of a shop from Postgres, without an encoder, and switch to it. The "
        "old one answers until then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_shop_option(parser, is_required=True)

    def handle(self, *args: Any, shop: UUID, **options: Any) -> None:
        with all_shops():
            for index in find_indexes(shop, VectorIndex.State.LIVE):
                try:
                    is_rebuilt = rebuild_index(index)
                except VectorStoreUnavailable as error:
                    raise CommandError(str(error)) from error
                if not is_rebuilt:
                    raise CommandError("Another repair of this index runs; try again later.")
                index.refresh_from_db()
                self.stdout.write(f"{index.shop.name} has the new collection {index.collection}.")
