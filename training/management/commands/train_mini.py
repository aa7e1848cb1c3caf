"""Train the bundled encoder from scratch, from generated garments and, if given, real photos."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from training.mini.samples import Samples

REPORT_EVERY = 50  # one step in so many is reported
GARMENT_HEIGHT = 320  # pixels; larger than needed, so that edges look like those of a scaled photo


class Command(BaseCommand):
    help = "Trains mini and writes its checkpoint; a seed gives the same garments and batches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, help="folder with labels.csv and images/")
        parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--garments", type=int, default=4800, help="how many to draw")

    def handle(self, *args: Any, **options: Any) -> None:
        # torch takes seconds to import, and no other command needs it.
        from training.mini.architecture import build_processor
        from training.mini.captions import list_words
        from training.mini.checkpoint import write_checkpoint
        from training.mini.recipe import Recipe
        from training.mini.train import train

        photos = self._photos(options["photos"]) if options["photos"] else None
        garments = self._garments(options["garments"], options["seed"])
        parts = [garments] if photos is None else [photos, garments]
        recipe = Recipe(seed=options["seed"])
        processor = build_processor(list_words())
        model = train(parts, processor, recipe, self._reporter())
        size = write_checkpoint(model, processor, options["out"])
        self.stdout.write(f"Wrote {options['out']}, {size / 1e6:.1f} MB.")

    def _photos(self, folder: Path) -> Samples:
        from training.labelled_photos import PhotosMissing, read_labelled_photos, read_photo_samples
        from training.mini.samples import collect

        try:
            labelled = read_labelled_photos(folder, split="train")
        except PhotosMissing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Reading {len(labelled)} photos …")
        return collect(read_photo_samples(labelled))

    def _garments(self, count: int, seed: int) -> Samples:
        from training.mini.garment_samples import draw_garment_samples
        from training.mini.samples import collect

        self.stdout.write(f"Drawing {count} garments …")
        return collect(draw_garment_samples(count=count, seed=seed, height=GARMENT_HEIGHT))

    def _reporter(self) -> Any:
        began = time.monotonic()

        def report(tower: str, step: int, loss: float) -> None:
            if step % REPORT_EVERY == 0:
                minutes = (time.monotonic() - began) / 60
                self.stdout.write(f"{tower} {step}  loss {loss:.3f}  {minutes:.1f} min")
                self.stdout.flush()

        return report
