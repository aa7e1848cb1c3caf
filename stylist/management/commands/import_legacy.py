import csv
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog.management.shops import add_shop_option
from core.api.csv import escape_formula
from core.errors import DomainError
from core.tenancy import all_shops, shop_scope
from stylist.legacy.imports import import_shop
from stylist.legacy.moves import LegacyMove, LegacySystem
from stylist.legacy.photos import PhotoFolder
from stylist.legacy.report import LegacyProblem, LegacyReport
from stylist.legacy.sources import open_source
from tenants.models import Shop

COLUMNS = ("table", "row", "code", "detail")
MAX_PRINTED = 20


class Command(BaseCommand):
    help = (
        "Import the data of one of the five older systems into a shop: a folder of CSV or JSON "
        "files, an SQL dump of pg_dump, or an SQLite file. What is there already stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE")
        parser.add_argument("--system", required=True, choices=[str(one) for one in LegacySystem])
        add_shop_option(parser, is_required=True)
        parser.add_argument(
            "--photos", type=Path, metavar="DIR", help="a copy of the old media folder or bucket"
        )
        parser.add_argument(
            "--old-key", default="", metavar="KEY", help="the old API key whose rows to import"
        )
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="write every problem into this CSV file"
        )
        parser.add_argument("--dry-run", action="store_true", help="check all, and write nothing")

    def handle(self, *args: Any, shop: UUID, **options: Any) -> None:
        if options["photos"] and not options["photos"].is_dir():
            raise CommandError(f"{options['photos']} is no folder.")
        with all_shops():
            owner = Shop.objects.filter(pk=shop).first()
        if owner is None:
            raise CommandError(f"There is no shop {shop}.")
        with ExitStack() as stack:
            try:
                report = LegacyReport(send=self._open_report(options["report"], stack))
                move = LegacyMove(
                    shop=owner,
                    system=LegacySystem(options["system"]),
                    source=open_source(options["source"]),
                    photos=PhotoFolder(options["photos"]),
                    report=report,
                    is_dry_run=options["dry_run"],
                )
                with shop_scope(owner.pk):
                    import_shop(move, old_key=options["old_key"])
            except DomainError as error:
                raise CommandError(error.message) from error
        self._print(report, is_dry_run=options["dry_run"])

    def _open_report(self, path: Path | None, stack: ExitStack) -> Callable[[LegacyProblem], None]:
        """Return a function that writes a problem to the report, and prints the first ones."""
        writer: Any = None
        if path is not None:
            try:
                file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            except OSError as error:
                raise CommandError(f"Cannot write to {path}: {error.strerror}.") from error
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
        numbers = count(1)

        def send(problem: LegacyProblem) -> None:
            cells = (problem.table, problem.row, problem.code, problem.detail)
            if writer:
                writer.writerow(map(escape_formula, cells))
            if (number := next(numbers)) <= MAX_PRINTED:
                # Texts of the dump must not control the terminal.
                detail = "".join(sign if sign.isprintable() else "?" for sign in problem.detail)
                self.stderr.write(f"{problem.table}, row {problem.row}: {detail} ({problem.code})")
            elif number == MAX_PRINTED + 1:
                self.stderr.write("There are more problems; --report FILE writes all of them.")

        return send

    def _print(self, report: LegacyReport, *, is_dry_run: bool) -> None:
        if not report.counts:
            raise CommandError("There are no rows in this source that belong to the system.")
        for line in (*report.describe(), *report.notes):
            self.stdout.write(line)
        if is_dry_run:
            self.stdout.write("This was a dry run: nothing was written.")
