"""Choose the limits of near-duplicates on one half of the photos, and measure them on the other.

Photos are near-duplicates if their hashes differ in few bits and their embeddings are similar.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from catalog.duplicates.limits import Limits
from catalog.duplicates.perceptual_hash import HASH_BITS, compute_hash, count_differences
from core.ml.encoder import Embeddings, Encoder
from evaluation.duplicates.edits import EDITS, mirror, recolour, save_as_jpeg
from training.labelled_photos import PhotosMissing

MAX_SIDE = 1_600  # of a rendition
NEIGHBOURS = 5  # other photos that each one is compared with: the most similar ones
MIN_RECOLOURED = 12.0  # of 255: the mean change from which on a garment has another colour
MAX_WRONG = 0.1  # share of each type of other photos
DISTANCES = range(2, 17, 2)  # beyond 16 bits, more than one of 1,000 pairs is near by chance
SIMILARITIES = np.arange(0.90, 0.9976, 0.0025).round(4)
OTHER, RECOLOURED, MIRRORED = "another photo", "recoloured", "mirrored"
# The folders have some photos twice: these say nothing about others.
SAME = Limits(max_distance=2, min_similarity=0.99)


@dataclass(frozen=True, slots=True)
class Look:
    """How photos look: their hashes, and embeddings (n, d)."""

    hashes: list[int | None]
    embeddings: Embeddings

    def compare(self, other: "Look", photo: int, with_photo: int) -> tuple[int, float]:
        """Return the difference of the hashes, and the similarity."""
        similarity = float(self.embeddings[photo] @ other.embeddings[with_photo])
        first, second = self.hashes[photo], other.hashes[with_photo]
        if first is None or second is None:
            return HASH_BITS, similarity
        return count_differences(first, second), similarity


@dataclass(frozen=True, slots=True)
class PhotoPair:
    """Two photos: what made the second one, and how they compare."""

    made_by: str
    distance: int
    similarity: float

    @property
    def is_duplicate(self) -> bool:
        return self.made_by in EDITS

    def is_found(self, limits: Limits) -> bool:
        return limits.accept(self.distance, self.similarity)


@dataclass(frozen=True, slots=True)
class DuplicateFigures:
    """Precision and recall of limits, and the share of each type of pair that they take."""

    limits: Limits
    photos: int
    precision: float
    recall: float
    found: dict[str, tuple[float, int]]  # share and number of pairs


def read_photos(folders: Sequence[Path], *, limit: int, seed: int) -> list[Image.Image]:
    """Return up to `limit` photos of each folder as renditions; raises `PhotosMissing`."""
    rng = np.random.default_rng(seed)
    photos = []
    for folder in folders:
        paths = sorted((folder / "images").glob("*.[jp][pn]g"))
        if not paths:
            raise PhotosMissing(f"{folder} has no folder images/ with photos.")
        photos += [_open(paths[place]) for place in rng.permutation(len(paths))[:limit]]
    return photos


def evaluate(
    photos: Sequence[Image.Image], encoder: Encoder, *, seed: int
) -> tuple[DuplicateFigures, DuplicateFigures]:
    """Return the figures of the half that the limits were chosen on, and of the other half."""
    order = np.random.default_rng(seed).permutation(len(photos))
    halves = [
        list(_make_pairs([photos[place] for place in half], encoder, seed=seed))
        for half in (order[::2], order[1::2])
    ]
    limits = choose_limits(halves[0])
    chosen, held_out = (measure(pairs, limits) for pairs in halves)
    return chosen, held_out


def choose_limits(pairs: Sequence[PhotoPair]) -> Limits:
    """Return the limits with the highest recall of those that take few other photos."""
    tried = [
        measure(pairs, Limits(distance, float(similarity)))
        for distance in DISTANCES
        for similarity in SIMILARITIES
    ]
    precise = [
        figures
        for figures in tried
        if all(figures.found.get(name, (0.0,))[0] <= MAX_WRONG for name in (OTHER, RECOLOURED))
    ]
    return max(precise or tried, key=lambda figures: (figures.recall, figures.precision)).limits


def measure(pairs: Sequence[PhotoPair], limits: Limits) -> DuplicateFigures:
    """Return the figures of limits; mirrored photos count as neither right nor wrong."""
    by_type: dict[str, list[bool]] = {}
    for pair in pairs:
        by_type.setdefault(pair.made_by, []).append(pair.is_found(limits))
    judged = [pair for pair in pairs if pair.made_by != MIRRORED]
    found = [pair for pair in judged if pair.is_found(limits)]
    right = sum(pair.is_duplicate for pair in found)
    return DuplicateFigures(
        limits=limits,
        photos=len(by_type.get(MIRRORED, ())),
        precision=right / max(1, len(found)),
        recall=right / max(1, sum(pair.is_duplicate for pair in judged)),
        found={name: (float(np.mean(hits)), len(hits)) for name, hits in by_type.items()},
    )


def _make_pairs(
    photos: Sequence[Image.Image], encoder: Encoder, *, seed: int
) -> Iterator[PhotoPair]:
    rng = np.random.default_rng(seed)
    originals = _look(photos, encoder)
    yield from _compare_originals(originals)
    for name, edit in {**EDITS, MIRRORED: mirror}.items():
        edited = _look([save_as_jpeg(edit(photo, rng)) for photo in photos], encoder)
        for place in range(len(photos)):
            yield PhotoPair(name, *originals.compare(edited, place, place))
    recoloured = [save_as_jpeg(recolour(photo, rng)) for photo in photos]
    looks = _look(recoloured, encoder)
    for place, (photo, other) in enumerate(zip(photos, recoloured, strict=True)):
        change = np.abs(np.asarray(photo, np.float32) - np.asarray(other, np.float32)).mean()
        if change >= MIN_RECOLOURED:
            yield PhotoPair(RECOLOURED, *originals.compare(looks, place, place))


def _compare_originals(looks: Look) -> Iterator[PhotoPair]:
    """Yield each photo with those most similar to it."""
    similarity = looks.embeddings @ looks.embeddings.T
    np.fill_diagonal(similarity, -1)
    for place, row in enumerate(similarity):
        for other in np.argsort(-row)[:NEIGHBOURS]:
            compared = looks.compare(looks, place, int(other))
            if not SAME.accept(*compared):
                yield PhotoPair(OTHER, *compared)


def _look(photos: Sequence[Image.Image], encoder: Encoder) -> Look:
    passes = [photos[start : start + 32] for start in range(0, len(photos), 32)]
    embeddings = np.concatenate([encoder.encode_images(some) for some in passes])
    return Look([compute_hash(photo) for photo in photos], embeddings)


def _open(path: Path) -> Image.Image:
    """Return a photo as its rendition would be: on white, of limited size."""
    with Image.open(path) as photo:
        rgba = photo.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    rgb = Image.alpha_composite(ground, rgba).convert("RGB")
    rgb.thumbnail((MAX_SIDE, MAX_SIDE))
    return rgb
