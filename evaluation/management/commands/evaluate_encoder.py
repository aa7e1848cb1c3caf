"""Measure an encoder on labelled photos and on generated garments."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.errors import Unavailable
from demo.garments import LABELS

if TYPE_CHECKING:
    from core.ml.encoder import Embeddings, Encoder
    from training.mini.facts import Facts

GARMENT_HEIGHT = 768  # as the demo shop draws them
PHOTO_QUERIES = (("kind",), ("colour", "kind"))
GARMENT_QUERIES = (
    ("kind",),
    ("colour",),
    ("pattern",),
    ("colour", "kind"),
    ("pattern", "kind"),
    ("sleeve", "kind"),
)


class Command(BaseCommand):
    help = "Prints an encoder's zero-shot accuracy, colour accuracy and text-to-image precision."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=Path, help="folder with labels.csv and images/")
        parser.add_argument("--split", default="val", help="which rows of labels.csv")
        parser.add_argument("--encoder", default=settings.DEFAULT_ENCODER)
        parser.add_argument("--garments", type=int, default=0, help="how many to draw and search")
        parser.add_argument("--seed", type=int, default=777, help="of the garments")

    def handle(self, *args: Any, **options: Any) -> None:
        from core.ml.encoder import get_encoder

        if options["photos"] is None and not options["garments"]:
            raise CommandError("Nothing to measure on: give --photos DIR, --garments N, or both.")
        try:
            encoder = get_encoder(options["encoder"])
        except Unavailable as error:
            raise CommandError(error.message) from error
        if options["photos"] is not None:
            self._measure_photos(encoder, options["photos"], options["split"])
        if options["garments"]:
            self._measure_garments(encoder, options["garments"], options["seed"])

    def _measure_photos(self, encoder: Encoder, folder: Path, split: str) -> None:
        from core.ml.garment_colours import find_garment_colours
        from evaluation.encoder import colour_accuracy, embed, zero_shot
        from training.labelled_photos import PhotosMissing, labelled_photos, photo_facts

        try:
            photos = labelled_photos(folder, split=split)
        except PhotosMissing as error:
            raise CommandError(str(error)) from error
        if not photos:
            raise CommandError(f"{folder}/labels.csv has no photos of the split {split!r}.")
        self.stdout.write(f"{encoder.spec.name} on {len(photos)} photos of {split!r}")
        colours = [find_garment_colours(np.asarray(photo.open())) for photo in photos]
        facts = [photo_facts(p.label, c) for p, c in zip(photos, colours, strict=True)]
        images = embed(encoder, (photo.open() for photo in photos))
        result = zero_shot(encoder, images, [photo.label for photo in photos], LABELS)
        self._line("zero-shot top-1", result.top1)
        self._line("zero-shot top-3", result.top3)
        for label, (right, count) in result.per_label.items():
            self._line(f"  {label}", right / count, f"({right} of {count})")
        largest = [c.shares[0].name if c.is_sure else None for c in colours]
        named = colour_accuracy(encoder, images, facts, largest)
        self._line("colour, the largest", named.largest, f"({named.photos} photos)")
        self._line("colour, a main one", named.any_main)
        self._retrieve(encoder, images, facts, PHOTO_QUERIES)

    def _measure_garments(self, encoder: Encoder, count: int, seed: int) -> None:
        from demo.garments import draw_garment, sample_garments
        from evaluation.encoder import embed
        from training.mini.garment_samples import garment_facts

        garments = sample_garments(count=count, seed=seed)
        self.stdout.write(f"{encoder.spec.name} on {count} generated garments, seed {seed}")
        images = embed(encoder, (draw_garment(g, height=GARMENT_HEIGHT) for g in garments))
        self._retrieve(encoder, images, [garment_facts(g) for g in garments], GARMENT_QUERIES)

    def _retrieve(
        self,
        encoder: Encoder,
        images: Embeddings,
        facts: Sequence[Facts],
        queries: Sequence[Sequence[str]],
    ) -> None:
        from evaluation.encoder import retrieval

        for fields in queries:
            found = retrieval(encoder, images, facts, *fields)
            worst = ", ".join(f"{text} {share:.2f}" for text, share in found.worst)
            name = f'"{" ".join(fields)}"'
            note = f"(precision@5 {found.at5:.3f}; {found.queries} queries; lowest: {worst})"
            self._line(f"precision@10 of {name}", found.at10, note)

    def _line(self, name: str, share: float, note: str = "") -> None:
        self.stdout.write(f"{name:32} {share:.3f}  {note}".rstrip())
