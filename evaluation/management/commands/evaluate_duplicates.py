"""Measure how well near-duplicates of photos are found."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation.management.options import load_encoder, whole_number
from training.labelled_photos import PhotosMissing


class Command(BaseCommand):
    help = (
        "Edits photos, and compares each with its versions, with itself recoloured and with other "
        "photos; chooses the limits of near-duplicates on one half and measures the other half."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--photos", type=Path, nargs="+", required=True, metavar="DIR", help="with images/"
        )
        parser.add_argument("--limit", type=whole_number(2), default=120, help="of each folder")
        parser.add_argument("--encoder", default=settings.DEFAULT_ENCODER)
        parser.add_argument("--seed", type=int, default=777)

    def handle(self, *args: Any, **options: Any) -> None:
        from evaluation.duplicates.harness import evaluate, read_photos
        from evaluation.duplicates.report import render_figures

        seed = options["seed"]
        encoder = load_encoder(options["encoder"], photos=options["photos"][0], garments=0)
        try:
            photos = read_photos(options["photos"], limit=options["limit"], seed=seed)
        except PhotosMissing as error:
            raise CommandError(str(error)) from error
        chosen, held_out = evaluate(photos, encoder, seed=seed)
        self.stdout.write(render_figures(chosen, title="Half that the limits were chosen on"))
        self.stdout.write(render_figures(held_out, title="The other half"))
