"""Measure an encoder on labelled photos, worn garments and generated garments."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.management.base import BaseCommand

from demo.garments import LABELS
from evaluation.management.options import (
    add_encoder_options,
    load_encoder,
    read_photos,
    read_worn,
)

if TYPE_CHECKING:
    from core.ml.encoder import Embeddings, Encoder
    from evaluation.encoder.worn import WornPhoto
    from training.mini.labels import PhotoLabels

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
MAX_NAMED = 8


class Command(BaseCommand):
    help = "Prints an encoder's zero-shot accuracy, colour accuracy and text-to-image precision."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_encoder_options(parser, garments=0)
        parser.add_argument("--worn", type=Path, help="folder of photos of worn garments")

    def handle(self, *args: Any, **options: Any) -> None:
        encoder = load_encoder(
            options["encoder"],
            photos=options["photos"] or options["worn"],
            garments=options["garments"],
        )
        if options["photos"] is not None:
            self._measure_photos(encoder, options["photos"], options["split"])
        if options["worn"] is not None:
            self._measure_worn(encoder, options["worn"], options["split"])
        if options["garments"]:
            self._measure_garments(encoder, options["garments"], options["seed"])

    def _measure_photos(self, encoder: Encoder, folder: Path, split: str) -> None:
        from evaluation.encoder.figures import WEAKEST, colour_accuracy, embed, zero_shot
        from training.garment_colours import find_garment_colours
        from training.labelled_photos import label_photo

        photos = read_photos(folder, split)
        self.stdout.write(f"{encoder.spec.name} on {len(photos)} photos of {split!r}")
        colours = [find_garment_colours(np.asarray(photo.open())) for photo in photos]
        facts = [label_photo(p.label, c) for p, c in zip(photos, colours, strict=True)]
        images = embed(encoder, (photo.open() for photo in photos))
        result = zero_shot(encoder, images, [photo.label for photo in photos], LABELS)
        self._line("zero-shot top-1", result.top1)
        self._line("zero-shot top-3", result.top3)
        for label, (right, count) in result.per_label.items():
            self._line(f"  {label}", right / count, f"({right} of {count})")
        self._line("mean of the weakest", result.mean_of(WEAKEST), f"({', '.join(WEAKEST)})")
        largest = [c.shares[0].name if c.is_sure else None for c in colours]
        named = colour_accuracy(encoder, images, facts, largest)
        self._line("colour, the largest", named.largest, f"({named.photos} photos)")
        self._line("colour, a main one", named.any_main)
        self._retrieve(encoder, images, facts, PHOTO_QUERIES)

    def _measure_worn(self, encoder: Encoder, folder: Path, split: str) -> None:
        from evaluation.encoder.figures import embed

        kinds = sorted({photo.kinds.kind for photo in read_worn(folder, None)})
        photos = read_worn(folder, split)
        images = embed(encoder, (photo.open() for photo in photos))
        name = f"{encoder.spec.name} on {{}} of {split!r} with one of {len(kinds)} kinds"
        worn = [photo.is_worn_by_person for photo in photos]
        by_persons = [photo for photo in photos if photo.is_worn_by_person]
        self.stdout.write(name.format(f"{len(photos)} worn and other photos"))
        self._show_worn(encoder, images, photos, kinds)
        self.stdout.write(name.format(f"{len(by_persons)} photos of garments on persons"))
        self._show_worn(encoder, images[worn], by_persons, kinds)

    def _show_worn(
        self,
        encoder: Encoder,
        images: Embeddings,
        photos: Sequence[WornPhoto],
        kinds: Sequence[str],
    ) -> None:
        from evaluation.encoder.worn import measure_worn

        found = measure_worn(encoder, images, photos, kinds)
        wrong = Counter(found.confusions).most_common(MAX_NAMED)
        most = ", ".join(f"{label} as {guess} {n}" for (label, guess), n in wrong)
        worst = ", ".join(f"{kind} {share:.2f}" for kind, share in found.worst)
        self._line("kind top-1", found.tolerant, f"(wrong: {most})")
        self._line("kind top-1, exactly the label's", found.kind)
        note = f"({found.prompts} prompts; lowest: {worst})"
        self._line('precision@10 of "kind"', found.precision, note)
        self._line("colour", found.colour, f"({found.coloured} photos)")

    def _measure_garments(self, encoder: Encoder, count: int, seed: int) -> None:
        from demo.garments import draw_garment, sample_garments
        from evaluation.encoder.figures import embed
        from training.mini.garment_samples import label_garment

        garments = sample_garments(count=count, seed=seed)
        self.stdout.write(f"{encoder.spec.name} on {count} generated garments, seed {seed}")
        images = embed(encoder, (draw_garment(g, height=GARMENT_HEIGHT) for g in garments))
        self._retrieve(encoder, images, [label_garment(g) for g in garments], GARMENT_QUERIES)

    def _retrieve(
        self,
        encoder: Encoder,
        images: Embeddings,
        facts: Sequence[PhotoLabels],
        queries: Sequence[Sequence[str]],
    ) -> None:
        from evaluation.encoder.figures import retrieval

        for fields in queries:
            found = retrieval(encoder, images, facts, *fields)
            worst = ", ".join(f"{text} {share:.2f}" for text, share in found.worst)
            name = f'"{" ".join(fields)}"'
            note = f"(precision@5 {found.at5:.3f}; {found.queries} queries; lowest: {worst})"
            self._line(f"precision@10 of {name}", found.at10, note)

    def _line(self, name: str, share: float, note: str = "") -> None:
        self.stdout.write(f"{name:32} {share:.3f}  {note}".rstrip())
