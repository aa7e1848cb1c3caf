"""Measure an encoder on photos of worn garments: kinds, colours, and prompts for kinds.

The folder has `labels.csv` (image, label, colour, worn, title, split) and `images/`. Its labels are
words of shops; `kinds.WORN` maps each to the vocabulary.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from catalog.indexing.garment_vectors import PhotoVectors, join_vectors
from core.ml.colours import BASIC_COLOURS
from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder.figures import TEMPLATE, precision_at
from evaluation.encoder.kinds import WORN, LabelKinds
from training.labelled_photos import read_label_rows

PERSON = "person"
MIN_RELEVANT = 3  # the folder is small: prompts with fewer relevant photos are left out

# The basic colours that are right for a colour; those missing here are basic, or say nothing.
_COLOURS: Mapping[str, tuple[str, ...]] = {
    "navy": ("navy", "blue"),
    "light blue": ("blue",),
    "olive": ("green",),
    "burgundy": ("red",),
    "tan": ("brown", "beige"),
    "light brown": ("brown", "beige"),
    "cream": ("beige", "white"),
    "dark grey": ("grey",),
    "rust": ("orange", "brown"),
    "black and white": ("black", "white"),
    "blue and yellow": ("blue", "yellow", "navy"),
}


@dataclass(frozen=True)
class WornPhoto:
    """One row of `labels.csv` whose label has a kind."""

    path: Path
    label: str
    colour: str
    is_worn_by_person: bool
    title: str

    @property
    def kinds(self) -> LabelKinds:
        return WORN[self.label]

    @property
    def colours(self) -> frozenset[str]:
        """Return the basic colours that are right; empty where none is."""
        basic = (self.colour,) if self.colour in BASIC_COLOURS else ()
        return frozenset(_COLOURS.get(self.colour, basic))

    def open(self) -> Image.Image:
        """Return the photo as RGB."""
        with Image.open(self.path) as photo:
            return photo.convert("RGB")


@dataclass(frozen=True)
class WornFigures:
    """Shares in [0, 1], except the counts and `worst`, the kinds with the lowest precision@10."""

    photos: int
    kind: float  # the nearest kind is the label's own
    tolerant: float  # it is an accepted one
    confusions: Sequence[tuple[str, str]]  # label and nearest kind, where it is not accepted
    precision: float
    indexed: float  # the same with the best of the whole photo's and its garments' vectors
    prompts: int
    worst: Sequence[tuple[str, float]]
    colour: float
    coloured: int


def read_worn_photos(folder: Path, *, split: str | None) -> list[WornPhoto]:
    """Return a split, or all; without labels that have no kind. Raises PhotosMissing."""
    return [
        WornPhoto(
            folder / "images" / row["image"],
            row["label"],
            row["colour"],
            row["worn"] == PERSON,
            row["title"],
        )
        for row in read_label_rows(folder)
        if row["label"] in WORN and split in (row["split"], None)
    ]


def measure_worn(
    encoder: Encoder, vectors: PhotoVectors, photos: Sequence[WornPhoto], kinds: Sequence[str]
) -> WornFigures:
    """Compare whole photos with the names of `kinds` and of the basic colours; search for kinds."""
    images = vectors.whole
    guesses = _nearest(encoder, images, [TEMPLATE.format(kind) for kind in kinds], kinds)
    pairs = list(zip(photos, guesses, strict=True))
    precisions = sorted(_precisions(encoder, join_vectors(images), photos), key=_share)
    indexed = sorted(_precisions(encoder, vectors, photos), key=_share)
    colours = [
        guess in photo.colours
        for photo, guess in zip(
            photos, _nearest(encoder, images, BASIC_COLOURS, BASIC_COLOURS), strict=True
        )
        if photo.colours
    ]
    return WornFigures(
        photos=len(photos),
        kind=_mean([guess == photo.kinds.kind for photo, guess in pairs]),
        tolerant=_mean([guess in photo.kinds.accepted for photo, guess in pairs]),
        confusions=[(p.label, guess) for p, guess in pairs if guess not in p.kinds.accepted],
        precision=_mean([share for _, share in precisions]),
        indexed=_mean([share for _, share in indexed]),
        prompts=len(precisions),
        worst=indexed[:5],
        colour=_mean(colours),
        coloured=len(colours),
    )


def _precisions(
    encoder: Encoder, vectors: PhotoVectors, photos: Sequence[WornPhoto]
) -> Iterator[tuple[str, float]]:
    """Yield precision@10 of each kind, also the wider ones, with enough photos."""
    kinds = sorted({kind for photo in photos for kind in photo.kinds.true})
    for kind, scores in zip(kinds, vectors.score(encoder.encode_texts(kinds)), strict=True):
        relevant = np.array([kind in photo.kinds.true for photo in photos])
        arguable = np.array([kind in photo.kinds.arguable for photo in photos])
        if relevant.sum() >= MIN_RELEVANT:
            yield kind, precision_at(10, scores[~arguable], relevant[~arguable])


def _share(pair: tuple[str, float]) -> float:
    return pair[1]


def _nearest(
    encoder: Encoder, images: Embeddings, texts: Sequence[str], names: Sequence[str]
) -> list[str]:
    rows = np.argmax(images @ encoder.encode_labels(texts).T, axis=1)
    return [names[row] for row in rows]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
