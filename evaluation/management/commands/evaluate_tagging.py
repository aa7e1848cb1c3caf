"""Measure how far tags can be trusted, on labelled photos and on generated garments."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.errors import Unavailable

if TYPE_CHECKING:
    from core.ml.encoder import Encoder
    from stylist.tagging.labels import Labels


class Command(BaseCommand):
    help = "Prints accuracy and calibration of the stylist's tags."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, help="folder with labels.csv and images/")
        parser.add_argument("--split", default="val", help="which rows of labels.csv")
        parser.add_argument("--encoder", default=settings.DEFAULT_ENCODER)
        parser.add_argument("--garments", type=int, default=300, help="how many to draw; 0: none")
        parser.add_argument("--seed", type=int, default=777, help="of the garments")

    def handle(self, *args: Any, **options: Any) -> None:
        from core.ml.encoder import get_encoder
        from stylist.tagging.labels import make_labels
        from stylist.tagging.taxonomy import DEFAULT_TAXONOMY

        if options["photos"] is None and not options["garments"]:
            raise CommandError("Nothing to measure on: give --photos DIR, --garments N, or both.")
        try:
            encoder = get_encoder(options["encoder"])
        except Unavailable as error:
            raise CommandError(error.message) from error
        labels = make_labels(DEFAULT_TAXONOMY, encoder)
        if options["photos"] is not None:
            self._measure_photos(encoder, labels, options["photos"], options["split"])
        if options["garments"]:
            self._measure_garments(encoder, labels, options["garments"], options["seed"])
        self.stdout.write(
            f"{encoder.spec.name} tells {len(labels.types)} types apart. Those whose words it does "
            f"not know: {', '.join(labels.unknown_types) or 'none'}."
        )

    def _measure_photos(self, encoder: Encoder, labels: Labels, folder: Path, split: str) -> None:
        from evaluation.tagging.photos import evaluate_photos
        from evaluation.tagging.report import render_photos
        from training.labelled_photos import PhotosMissing, labelled_photos

        try:
            photos = labelled_photos(folder, split=split)
        except PhotosMissing as error:
            raise CommandError(str(error)) from error
        if not photos:
            raise CommandError(f"{folder}/labels.csv has no photos of the split {split!r}.")
        title = f"{encoder.spec.name} on {len(photos)} photos of {split!r}"
        figures = evaluate_photos(photos, encoder, labels)
        self.stdout.write(render_photos(figures, labels, title=title))

    def _measure_garments(self, encoder: Encoder, labels: Labels, count: int, seed: int) -> None:
        from evaluation.tagging.garments import evaluate_garments
        from evaluation.tagging.report import render_garments

        title = f"{encoder.spec.name} on {count} generated garments, seed {seed}"
        figures = evaluate_garments(count=count, seed=seed, encoder=encoder, labels=labels)
        self.stdout.write(render_garments(figures, labels, title=title))
