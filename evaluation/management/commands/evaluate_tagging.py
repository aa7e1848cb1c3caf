"""Measure how reliable tags are, on labelled photos and on generated garments."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.management.options import add_encoder_options, load_encoder, read_photos
from training.labelled_photos import PhotosMissing

if TYPE_CHECKING:
    from core.ml.encoder import Encoder
    from stylist.tagging.labels import Labels


FLAT_ONE_IN = 12  # of the flat photos, for fitting: more would outvote the worn ones


class Command(BaseCommand):
    help = "Prints accuracy and calibration of the stylist's tags."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_encoder_options(parser, garments=300)
        parser.add_argument("--worn", type=Path, help="folder with photos of worn garments")
        parser.add_argument(
            "--fit", action="store_true", help="fit the detection of worn garments on `train`"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from stylist.tagging.labels import make_labels
        from stylist.tagging.taxonomy import DEFAULT_TAXONOMY

        encoder = load_encoder(
            options["encoder"],
            photos=options["photos"] or options["worn"],
            garments=options["garments"],
        )
        labels = make_labels(DEFAULT_TAXONOMY, encoder)
        if options["worn"] is not None:
            self._measure_worn(encoder, labels, options)
        if options["photos"] is not None:
            self._measure_photos(encoder, labels, options["photos"], options["split"])
        if options["garments"]:
            self._measure_garments(encoder, labels, options["garments"], options["seed"])
        self.stdout.write(
            f"{encoder.spec.name} distinguishes {len(labels.types)} types. It does not know words "
            f"for: {', '.join(labels.unknown_types) or 'none'}."
        )

    def _measure_worn(self, encoder: Encoder, labels: Labels, options: dict[str, Any]) -> None:
        from evaluation.tagging.detection import fit_detection, measure_detection, read_scenes
        from evaluation.tagging.report import render_detection

        name, folder, split = encoder.spec.name, options["worn"], options["split"]
        try:
            train, val = read_scenes(folder, split="train"), read_scenes(folder, split=split)
        except PhotosMissing as error:
            raise CommandError(str(error)) from error
        if options["fit"]:
            if options["photos"] is not None:
                train = train.with_flat(read_photos(options["photos"], "train")[::FLAT_ONE_IN])
            labels, figures = fit_detection(train, encoder, labels)
            self.stdout.write(render_detection(figures, title=f"{name}, fitted on 'train'"))
            self.stdout.write(f"{labels.calibration.detection}\n")
        figures = measure_detection(val, encoder, labels)
        self.stdout.write(render_detection(figures, title=f"{name}, worn garments of {split!r}"))

    def _measure_photos(self, encoder: Encoder, labels: Labels, folder: Path, split: str) -> None:
        from evaluation.tagging.photos import evaluate_photos
        from evaluation.tagging.report import render_photos

        photos = read_photos(folder, split)
        title = f"{encoder.spec.name} on {len(photos)} photos of {split!r}"
        figures = evaluate_photos(photos, encoder, labels)
        self.stdout.write(render_photos(figures, labels, title=title))

    def _measure_garments(self, encoder: Encoder, labels: Labels, count: int, seed: int) -> None:
        from evaluation.tagging.garments import evaluate_garments
        from evaluation.tagging.report import render_garments

        title = f"{encoder.spec.name} on {count} generated garments, seed {seed}"
        figures = evaluate_garments(count=count, seed=seed, encoder=encoder, labels=labels)
        self.stdout.write(render_garments(figures, labels, title=title))
