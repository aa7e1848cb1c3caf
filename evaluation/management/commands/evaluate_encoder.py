"""Measure an encoder on labelled photos, worn garments and generated garments."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    from evaluation.encoder.shops import PhotoShop
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


class Command(BaseCommand):
    help = "Prints an encoder's accuracy, precision of prompts, matches and other languages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_encoder_options(parser, garments=0)
        parser.add_argument("--worn", type=Path, help="folder of photos of worn garments")
        parser.add_argument(
            "--languages", action="store_true", help="also prompts in other languages"
        )
        parser.add_argument(
            "--unsold", action="store_true", help="also matches, of things not sold too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        photos, worn, garments = options["photos"], options["worn"], options["garments"]
        encoder = load_encoder(options["encoder"], photos=photos or worn, garments=garments)
        shops = []
        if photos is not None:
            shops.append(self._measure_photos(encoder, photos, options["split"]))
        if worn is not None:
            shops.append(self._measure_worn(encoder, worn, options["split"]))
        if garments:
            shops.append(self._measure_garments(encoder, garments, options["seed"]))
        for shop in shops:
            if options["languages"]:
                self._measure_languages(encoder, shop)
            if options["unsold"]:
                self._measure_matches(encoder, shop)

    def _measure_photos(self, encoder: Encoder, folder: Path, split: str) -> PhotoShop:
        from catalog.indexing.garment_vectors import join_vectors
        from evaluation.encoder.figures import colour_accuracy, embed, zero_shot
        from evaluation.encoder.report import show_colours, show_zero_shot
        from evaluation.encoder.shops import PhotoShop, list_clothing
        from training.garment_colours import find_garment_colours
        from training.labelled_photos import label_photo

        photos = read_photos(folder, split)
        title = f"{len(photos)} photos of {split!r}"
        self.stdout.write(f"{encoder.spec.name} on {title}")
        colours = [find_garment_colours(np.asarray(photo.open())) for photo in photos]
        facts = [label_photo(p.label, c) for p, c in zip(photos, colours, strict=True)]
        images = embed(encoder, (photo.open() for photo in photos))
        labels = [photo.label for photo in photos]
        self._write(show_zero_shot(zero_shot(encoder, images, labels, LABELS)))
        largest = [c.shares[0].name if c.is_sure else None for c in colours]
        self._write(show_colours(colour_accuracy(encoder, images, facts, largest)))
        self._write(_retrieve(encoder, images, facts, PHOTO_QUERIES))
        pairs = zip(photos, largest, strict=True)
        listed = [list_clothing(photo.label, colour or "") for photo, colour in pairs]
        return PhotoShop(title, listed, join_vectors(images))

    def _measure_worn(self, encoder: Encoder, folder: Path, split: str) -> PhotoShop:
        from evaluation.encoder.report import show_worn
        from evaluation.encoder.shops import PhotoShop, list_worn
        from evaluation.encoder.vectors import encode_photos
        from evaluation.encoder.worn import measure_worn

        kinds = sorted({photo.kinds.kind for photo in read_worn(folder, None)})
        photos = read_worn(folder, split)
        vectors = encode_photos(encoder, (photo.open() for photo in photos))
        title = f"{len(photos)} worn and other photos of {split!r}"
        self.stdout.write(f"{encoder.spec.name} on {title}, {len(kinds)} kinds")
        self._write(show_worn(measure_worn(encoder, vectors, photos, kinds)))
        worn = [row for row, photo in enumerate(photos) if photo.is_worn_by_person]
        on_persons = [photos[row] for row in worn]
        self.stdout.write(f"{encoder.spec.name} on the {len(on_persons)} of them on persons")
        self._write(show_worn(measure_worn(encoder, vectors.of(worn), on_persons, kinds)))
        return PhotoShop(title, [list_worn(photo) for photo in photos], vectors)

    def _measure_garments(self, encoder: Encoder, count: int, seed: int) -> PhotoShop:
        from catalog.indexing.garment_vectors import join_vectors
        from demo.garments import draw_garment, sample_garments
        from evaluation.encoder.figures import embed
        from evaluation.encoder.shops import PhotoShop, list_garment
        from training.mini.samples.garments import label_garment

        garments = sample_garments(count=count, seed=seed)
        title = f"{count} generated garments, seed {seed}"
        self.stdout.write(f"{encoder.spec.name} on {title}")
        images = embed(encoder, (draw_garment(g, height=GARMENT_HEIGHT) for g in garments))
        facts = [label_garment(garment) for garment in garments]
        self._write(_retrieve(encoder, images, facts, GARMENT_QUERIES))
        return PhotoShop(
            title, [list_garment(garment) for garment in garments], join_vectors(images)
        )

    def _measure_languages(self, encoder: Encoder, shop: PhotoShop) -> None:
        from evaluation.encoder.languages import measure_language, read_languages
        from evaluation.encoder.report import show_languages

        self.stdout.write(f"{encoder.spec.name} in other languages, {shop.title}")
        found = (
            measure_language(encoder, shop.vectors, language, pairs, read=_read_for(encoder))
            for language, pairs in read_languages().items()
        )
        self._write(show_languages(found))

    def _measure_matches(self, encoder: Encoder, shop: PhotoShop) -> None:
        from evaluation.encoder.matches import measure_matches
        from evaluation.encoder.report import show_matches

        self.stdout.write(f"Matches of {encoder.spec.name}, {shop.title}")
        self._write(show_matches(measure_matches(encoder, shop, read=_read_for(encoder))))

    def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _read_for(encoder: Encoder) -> Callable[[str], str]:
    """Return the function that rewrites a prompt as a search does before encoding it."""
    from recommendations.query import understand

    return lambda prompt: understand(prompt, encoder=encoder.spec.name).searched_for


def _retrieve(
    encoder: Encoder,
    images: Embeddings,
    facts: Sequence[PhotoLabels],
    queries: Sequence[Sequence[str]],
) -> Iterator[str]:
    from evaluation.encoder.figures import retrieval
    from evaluation.encoder.report import show_retrieval

    for fields in queries:
        yield from show_retrieval(fields, retrieval(encoder, images, facts, *fields))
