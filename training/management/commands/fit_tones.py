"""Train the network that corrects exposure, contrast and white balance."""

from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quality.enhance.tones import MODEL
from training.clean_photos import PhotosUnusable, find_clean_photos


class Command(BaseCommand):
    help = "Trains on degraded versions of a folder of clean photos. Needs torch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, required=True, metavar="DIR")
        parser.add_argument("--out", type=Path, default=MODEL, metavar="FILE")
        parser.add_argument("--limit", type=int, default=2900, help="photos at most")

    def handle(self, *args: Any, **options: Any) -> None:
        from training.tones.train import fit, save_network

        try:
            photos = find_clean_photos(options["photos"], split="train", limit=options["limit"])
        except PhotosUnusable as error:
            raise CommandError(str(error)) from error
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as executor:
            save_network(fit(photos, executor), options["out"])
        self.stdout.write(f"{options['out']}: trained on {len(photos)} photos.")
