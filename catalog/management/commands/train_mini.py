"""Train the bundled encoder from scratch, from generated garments and, if given, real photos."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

GARMENT_HEIGHT = 320  # pixels; drawn larger than needed, so that edges look as in a scaled photo
GARMENT_SHARE = 0.4  # of what is drawn in training, when there are real photos too


class Command(BaseCommand):
    help = "Trains mini and writes its checkpoint; the same seed and photos give the same model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, help="folder with labels.csv and images/")
        parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--garments", type=int, default=4800, help="how many to draw")
        parser.add_argument("--steps", type=int, help="fewer for a quick look")

    def handle(self, *args: Any, **options: Any) -> None:
        # torch takes seconds to import, and no other command needs it.
        from core.ml.mini.captions import vocabulary
        from core.ml.mini.checkpoint import write_checkpoint
        from core.ml.mini.towers import build_processor
        from core.ml.mini.training import Recipe, train

        recipe = Recipe(seed=options["seed"])
        if options["steps"]:
            recipe = replace(recipe, steps=options["steps"])
        samples = self._samples(options["photos"], options["garments"], options["seed"])
        processor = build_processor(vocabulary())
        self._began = time.monotonic()
        self._steps = recipe.steps
        model = train(samples, processor, recipe, report=self._report)
        size = write_checkpoint(model, processor, options["out"])
        self.stdout.write(f"Wrote {options['out']}, {size / 1e6:.1f} MB.")

    def _samples(self, photos: Path | None, garments: int, seed: int) -> Any:
        from catalog.encoder_samples import garment_samples
        from core.ml.mini.photos import PhotosMissing, labelled_photos, photo_samples
        from core.ml.mini.samples import blend, collect

        parts = []
        if photos is not None:
            try:
                labelled = labelled_photos(photos, split="train")
            except PhotosMissing as error:
                raise CommandError(str(error)) from error
            labelled = [photo for photo in labelled if not photo.is_held_out]
            self.stdout.write(f"Reading {len(labelled)} photos …")
            parts.append((collect(photo_samples(labelled)), 1 - GARMENT_SHARE))
        self.stdout.write(f"Drawing {garments} garments …")
        drawn = garment_samples(count=garments, seed=seed, height=GARMENT_HEIGHT)
        parts.append((collect(drawn), GARMENT_SHARE))
        return blend(parts)

    def _report(self, step: int, loss: float, _averaged: Any) -> None:
        if step % 50 == 0 or step == self._steps:
            minutes = (time.monotonic() - self._began) / 60
            self.stdout.write(f"{step}/{self._steps}  loss {loss:.3f}  {minutes:.1f} min")
            self.stdout.flush()
