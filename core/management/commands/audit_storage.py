from argparse import ArgumentParser
from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from core.errors import Unavailable
from core.storage import delete_files
from core.storage.audit import audit_storage


class Command(BaseCommand):
    help = (
        "Lists the files in the storage that no row names, if they are older than a day, and the "
        "rows whose file is missing; then their numbers for each shop."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", type=UUID, help="the id of a shop; all shops by default")
        parser.add_argument("--delete", action="store_true", help="delete the files without a row")

    def handle(self, *args: Any, shop: UUID | None, delete: bool, **options: Any) -> None:
        orphans, sizes, missing = Counter[str](), Counter[str](), Counter[str]()
        try:
            with audit_storage(shop) as audit:
                for chunk in audit.find_orphans():
                    if delete:
                        delete_files(*(orphan.name for orphan in chunk))
                    for orphan in chunk:
                        self.stdout.write(f"{'deleted' if delete else 'orphan'}  {orphan.name}")
                        orphans[orphan.shop] += 1
                        sizes[orphan.shop] += orphan.size
                for lost in audit.find_missing():
                    self.stdout.write(f"missing  {lost.name}  {lost.model} {lost.row} {lost.field}")
                    missing[lost.shop] += 1
        except Unavailable as error:
            raise CommandError(error.message) from error
        for name in sorted({*orphans, *missing}):
            self.stdout.write(
                f"Shop {name}: {orphans[name]} files without a row"
                f" ({filesizeformat(sizes[name])}), {missing[name]} missing files"
            )
        if not orphans and not missing:
            self.stdout.write("Every file has a row, and every row its file.")
