"""Train the bundled encoder from open weights, on photos, worn garments and generated ones."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from training.mini.samples.collection import Samples

REPORT_EVERY = 50  # one step in so many is reported
GARMENT_HEIGHT = 320  # pixels; larger than needed, so that edges look like those of a scaled photo


class Command(BaseCommand):
    help = "Trains mini and writes its checkpoint; a seed gives the same samples and batches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--photos", type=Path, required=True, help="folder with labels.csv and images/"
        )
        parser.add_argument(
            "--worn", type=Path, required=True, help="the same for photos of worn garments"
        )
        parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--garments", type=int, default=2400, help="how many to draw")
        parser.add_argument("--outfits", type=int, default=3000, help="how many to compose")

    def handle(self, *args: Any, **options: Any) -> None:
        # torch takes seconds to import, and no other command needs it.
        from training.labelled_photos import PhotosMissing
        from training.mini.architecture import build_processor
        from training.mini.captions import list_words
        from training.mini.checkpoint import write_checkpoint
        from training.mini.lessons import list_taught_words
        from training.mini.open_weights import (
            OpenWeightsMissing,
            load_imagenet_weights,
            load_minilm,
        )
        from training.mini.recipe import Recipe
        from training.mini.train import train
        from training.mini.words import list_shown_tags

        try:
            weights, minilm = load_imagenet_weights(), load_minilm()
            parts = list(self._collect(options))
        except (PhotosMissing, OpenWeightsMissing) as error:
            raise CommandError(str(error)) from error
        model = train(parts, weights, minilm, Recipe(seed=options["seed"]), self._reporter())
        size = write_checkpoint(
            model,
            build_processor(minilm.tokenizer),
            words=(*list_words(), *list_taught_words()),
            tags=list_shown_tags({tag for part in parts for f in part.labels for tag in f.true}),
            folder=options["out"],
        )
        self.stdout.write(f"Wrote {options['out']}, {size / 1e6:.1f} MB.")

    def _collect(self, options: dict[str, Any]) -> Iterator[Samples]:
        """Yield the samples in the order of `Recipe.shares`."""
        from training.labelled_photos import read_labelled_photos, read_photo_samples
        from training.mini.samples.collection import collect
        from training.mini.samples.garments import draw_garment_samples
        from training.mini.samples.outfits import compose_outfits, cut_out
        from training.worn_photos import read_worn_samples

        seed = options["seed"]
        labelled = read_labelled_photos(options["photos"], split="learn")
        self.stdout.write(f"Reading {len(labelled)} photos …")
        photos = list(read_photo_samples(labelled))
        yield collect(photos)
        yield collect(read_worn_samples(options["worn"], split="train"))
        self.stdout.write(f"Composing {options['outfits']} outfits …")
        cut_outs = [cut for cut in (cut_out(*photo) for photo in photos) if cut]
        yield collect(compose_outfits(cut_outs, count=options["outfits"], seed=seed))
        self.stdout.write(f"Drawing {options['garments']} garments …")
        yield collect(
            draw_garment_samples(count=options["garments"], seed=seed, height=GARMENT_HEIGHT)
        )

    def _reporter(self) -> Any:
        began = time.monotonic()

        def report(tower: str, step: int, loss: float) -> None:
            if step % REPORT_EVERY == 0:
                minutes = (time.monotonic() - began) / 60
                self.stdout.write(f"{tower} {step}  loss {loss:.3f}  {minutes:.1f} min")
                self.stdout.flush()

        return report
