"""Fit the naturalness model on clean photos."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quality.measure.naturalness import MODEL
from training.clean_photos import PhotosUnusable, find_clean_photos, read_lumas
from training.naturalness import fit_gaussian, save_gaussian


class Command(BaseCommand):
    help = (
        "Fits the naturalness model on a folder of clean photos; the same photos, the same model."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, required=True, metavar="DIR")
        parser.add_argument("--out", type=Path, default=MODEL, metavar="FILE")
        parser.add_argument("--limit", type=int, default=1500, help="photos at most")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            photos = find_clean_photos(options["photos"], split="train", limit=options["limit"])
        except PhotosUnusable as error:
            raise CommandError(str(error)) from error
        save_gaussian(fit_gaussian(read_lumas(photos)), options["out"])
        self.stdout.write(f"{options['out']}: fitted on {len(photos)} photos.")
