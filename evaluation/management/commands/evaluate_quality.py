"""Measure how far photo quality's figures and enhancement can be trusted."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.quality.harness import Evaluation, evaluate
from evaluation.quality.plot import draw_plot
from evaluation.quality.report import render_tables, write_figures
from training.clean_photos import PhotosUnusable, clean_photos


class Command(BaseCommand):
    help = (
        "Spoils clean photos in seven ways and five severities, and prints how often the worse is "
        "ranked worse, how far the other measures move, and what enhancement gives back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, required=True, metavar="DIR")
        parser.add_argument("--limit", type=_count, default=300, help="photos; 300 by default")
        parser.add_argument(
            "--enhanced", type=int, default=100, help="of them enhanced as well; 100 by default"
        )
        parser.add_argument(
            "--split",
            default="val",
            help="of labelled photos; val by default, on which nothing was set",
        )
        parser.add_argument("--processes", type=_count, default=os.cpu_count() or 1)
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="for quality.svg, .json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            photos = clean_photos(options["photos"], split=options["split"], limit=options["limit"])
        except PhotosUnusable as error:
            raise CommandError(str(error)) from error
        evaluation = evaluate(
            photos,
            enhanced=options["enhanced"],
            processes=options["processes"],
            progress=lambda done: self._tell(done, len(photos)),
        )
        self.stdout.write(render_tables(evaluation))
        if options["out"]:
            self._write(evaluation, options["out"])

    def _tell(self, done: int, of: int) -> None:
        if done % 25 == 0 or done == of:
            self.stderr.write(f"{done}/{of}")

    def _write(self, evaluation: Evaluation, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "quality.svg").write_text(draw_plot(evaluation), "utf-8")
            write_figures(evaluation, folder / "quality.json")
        except OSError as error:
            raise CommandError(f"Nothing can be written to {folder}: {error}") from error
        self.stdout.write(f"Written to {folder}: quality.svg, quality.json")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1.")
    return int(text)
