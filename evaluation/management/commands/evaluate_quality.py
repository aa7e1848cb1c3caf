"""Measure how reliable the measures of photo quality and enhancement are."""

import os
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.management.options import whole_number, write_files
from evaluation.quality.harness import QualityEvaluation, evaluate
from evaluation.quality.report import plot_figures, render_tables, write_figures
from training.clean_photos import PhotosUnusable, find_clean_photos


class Command(BaseCommand):
    help = (
        "Degrades clean photos in seven ways and five severities, and prints how often the worse "
        "photo is ranked worse, how much other measures change, and what enhancement restores."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, required=True, metavar="DIR")
        parser.add_argument("--limit", type=whole_number(), default=300, help="of photos")
        parser.add_argument(
            "--enhanced", type=int, default=100, help="of them enhanced as well; 100 by default"
        )
        parser.add_argument(
            "--split",
            default="val",
            help="of labelled photos; val by default, which was not used to choose any number",
        )
        parser.add_argument("--processes", type=whole_number(), default=os.cpu_count() or 1)
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="for quality.svg, .json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            photos = find_clean_photos(
                options["photos"], split=options["split"], limit=options["limit"]
            )
        except PhotosUnusable as error:
            raise CommandError(str(error)) from error
        evaluation = evaluate(
            photos,
            enhanced=options["enhanced"],
            processes=options["processes"],
            progress=lambda done: self._report_progress(done, len(photos)),
        )
        self.stdout.write(render_tables(evaluation))
        if options["out"]:
            folder = options["out"]
            write_files(folder, partial(_write, evaluation))
            self.stdout.write(f"Written to {folder}: quality.svg, quality.json")

    def _report_progress(self, done: int, of: int) -> None:
        if done % 25 == 0 or done == of:
            self.stderr.write(f"{done}/{of}")


def _write(evaluation: QualityEvaluation, folder: Path) -> None:
    (folder / "quality.svg").write_text(plot_figures(evaluation), "utf-8")
    write_figures(evaluation, folder / "quality.json")
