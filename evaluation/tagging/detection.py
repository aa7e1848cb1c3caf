"""Measure which garments of worn photos are found, and fit the thresholds of their detection.

`worn_garments.csv` has the garments of 80 photos, labelled by eye: their kinds (several where the
photo leaves it open), their boxes in percent of the photo, and whether less than half of a garment
shows. The photos themselves are not part of the repository.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from PIL import Image

from catalog.vocabulary.kinds import KINDS
from core.ml.encoder import Encoder
from quality.measure.frame import PhotoUnmeasurable, make_frame
from stylist.tagging.detection.detector import Scene, choose_windows, find_garments, read_scene
from stylist.tagging.labels import Labels
from stylist.tagging.regions import Region, get_region, rate_worn
from training.labelled_photos import LabelledPhoto, read_label_rows

LABELS = Path(__file__).with_name("worn_garments.csv")
MIN_OVERLAP = 0.35  # of two boxes, intersection over union; the labelled boxes are rough
NOT_WORN = ("flat", "ghost")

# The values that fitting tries, one threshold after the other.
CANDIDATES: Mapping[str, tuple[float, ...]] = {
    "min_worn": tuple(np.arange(-0.2, 0.21, 0.02).round(2).tolist()),
    "temperature": (0.01, 0.02, 0.03, 0.045, 0.06, 0.08),
    "max_bareness": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "min_likelihood": (0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
    "split_cost": (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2),
}
ROUNDS = 3
SeenPhoto: TypeAlias = tuple[Scene, tuple[int, int]]  # with the photo's height and width


class Edges(NamedTuple):
    """A box as shares of the photo."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Edges") -> float:
        """Return intersection over union."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(0.0, width) * max(0.0, height)
        return shared / (self.area + other.area - shared)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class VisibleGarment:
    """A labelled garment of a photo; `kinds` are all kinds that are right for it."""

    kinds: frozenset[str]
    edges: Edges
    is_partial: bool

    @property
    def regions(self) -> frozenset[Region | None]:
        return frozenset(get_region(KINDS[kind]) for kind in self.kinds)


@dataclass(frozen=True)
class SceneLabel:
    """A photo to find garments in; one of a flat garment has none to compare with."""

    path: Path
    garments: tuple[VisibleGarment, ...]


@dataclass(frozen=True)
class Scenes:
    """Photos of worn garments with their labels, and photos of one flat garment each."""

    worn: tuple[SceneLabel, ...]
    flat: tuple[SceneLabel, ...]

    @property
    def photos(self) -> tuple[SceneLabel, ...]:
        return (*self.worn, *self.flat)

    def with_flat(self, photos: Iterable[LabelledPhoto]) -> "Scenes":
        """Return the same with more flat photos."""
        return replace(self, flat=(*self.flat, *(SceneLabel(p.path, ()) for p in photos)))


class Guess(NamedTuple):
    """A found garment: its region, its box, and its type, "" if it was not tagged."""

    region: Region
    edges: Edges
    kind: str


@dataclass(frozen=True)
class DetectionFigures:
    """Counts of found garments.

    `found` of `garments` whole garments were found, and `kinds_right` of them tagged with a right
    kind (None where types play no part); `right` of `guesses` show a labelled garment, in whole or
    in part. `single` of `flat` photos of one garment without a person show one.
    """

    photos: int
    garments: int
    found: int
    kinds_right: int | None
    guesses: int
    right: int
    flat: int
    single: int

    @property
    def recall(self) -> float:
        return self.found / max(1, self.garments)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.guesses)

    @property
    def score(self) -> float:
        """Return the harmonic mean of recall and precision, times the share of single flats."""
        both = 2 * self.recall * self.precision / max(1e-9, self.recall + self.precision)
        return both * (self.single / self.flat if self.flat else 1.0)


def read_scenes(folder: Path, *, split: str) -> Scenes:
    """Return the photos of a folder's split; raises `PhotosMissing`."""
    rows = [row for row in read_label_rows(folder) if row["split"] == split]
    garments = _read_garments(split)
    images = folder / "images"
    present = {row["image"] for row in rows}
    return Scenes(
        tuple(SceneLabel(images / n, tuple(g)) for n, g in garments.items() if n in present),
        tuple(SceneLabel(images / row["image"], ()) for row in rows if row["worn"] in NOT_WORN),
    )


def _read_garments(split: str) -> dict[str, list[VisibleGarment]]:
    found: dict[str, list[VisibleGarment]] = {}
    with LABELS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["split"] == split:
                edges = Edges(*(int(row[name]) / 100 for name in Edges._fields))
                kinds = frozenset(row["kinds"].split("|"))
                partial = row["is_partial"] == "yes"
                found.setdefault(row["image"], []).append(VisibleGarment(kinds, edges, partial))
    return found


def measure_detection(scenes: Scenes, encoder: Encoder, labels: Labels) -> DetectionFigures:
    """Find the garments of all photos, as tagging does, and compare them with the labels."""
    guesses = [_find(photo.path, encoder, labels) for photo in scenes.photos]
    return _count(scenes, guesses)


def _find(path: Path, encoder: Encoder, labels: Labels) -> list[Guess]:
    with Image.open(path) as photo:
        frame = make_frame(np.asarray(photo.convert("RGB")))
    found = find_garments(frame, encoder.encode_images, labels)
    return [Guess(one.region, Edges(*one.place), one.tags.type.value) for one in found]


def _count(scenes: Scenes, every_guess: Sequence[Sequence[Guess]]) -> DetectionFigures:
    """Compare the guesses of each of the scenes' photos with its labels."""
    worn = scenes.worn
    guesses, flat = every_guess[: len(worn)], every_guess[len(worn) :]
    found = kinds_right = right = 0
    for photo, some in zip(worn, guesses, strict=True):
        matches = {guess: _match(guess, photo.garments) for guess in some}
        right += sum(garment is not None for garment in matches.values())
        whole = {g: m for g, m in matches.items() if m is not None and not m.is_partial}
        found += len(set(whole.values()))
        kinds_right += sum(guess.kind in garment.kinds for guess, garment in whole.items())
    return DetectionFigures(
        photos=len(worn),
        garments=sum(not garment.is_partial for photo in worn for garment in photo.garments),
        found=found,
        kinds_right=kinds_right,
        guesses=sum(len(some) for some in guesses),
        right=right,
        flat=len(flat),
        single=sum(len(some) == 1 for some in flat),
    )


def _match(guess: Guess, garments: Iterable[VisibleGarment]) -> VisibleGarment | None:
    """Return the labelled garment of the guess's region that it overlaps most, if enough."""
    near = [
        (guess.edges.overlap(garment.edges), garment.is_partial, garment)
        for garment in garments
        if guess.region in garment.regions
    ]
    overlap, _, garment = max(near, key=lambda one: one[:2], default=(0.0, False, None))
    return garment if overlap >= MIN_OVERLAP else None


def fit_detection(
    scenes: Scenes, encoder: Encoder, labels: Labels
) -> tuple[Labels, DetectionFigures]:
    """Return labels with the thresholds of the best score, and its figures.

    Tries one threshold after the other, in `ROUNDS` rounds. Photos are encoded once, and types play
    no part.
    """
    every_window = _with(labels, min_worn=-10.0)
    seen = [_read(photo.path, encoder, every_window) for photo in scenes.photos]
    best = labels
    figures = _try(scenes, seen, best)
    for _ in range(ROUNDS):
        for name, values in CANDIDATES.items():
            for value in values:
                tried = _with(best, **{name: value})
                its_figures = _try(scenes, seen, tried)
                if its_figures.score > figures.score:
                    best, figures = tried, its_figures
    return best, figures


def _read(path: Path, encoder: Encoder, labels: Labels) -> SeenPhoto | None:
    with Image.open(path) as photo:
        pixels = np.asarray(photo.convert("RGB"))
    try:
        scene = read_scene(make_frame(pixels), encoder.encode_images, labels)
    except PhotoUnmeasurable:
        return None
    return scene, (pixels.shape[0], pixels.shape[1])


def _with(labels: Labels, **thresholds: float) -> Labels:
    detection = replace(labels.calibration.detection, **thresholds)
    return replace(labels, calibration=replace(labels.calibration, detection=detection))


def _try(scenes: Scenes, seen: Sequence[SeenPhoto | None], labels: Labels) -> DetectionFigures:
    figures = _count(scenes, [_choose(*one, labels) if one else [] for one in seen])
    return replace(figures, kinds_right=None)


def _choose(scene: Scene, shape: tuple[int, int], labels: Labels) -> list[Guess]:
    whole = Guess(Region.WHOLE, Edges(0, 0, 1, 1), "")
    if scene.figure is None or scene.vectors is None:
        return [whole]
    if rate_worn(scene.embedding, labels.scene) < labels.calibration.detection.min_worn:
        return [whole]
    height, width = shape
    found = []
    for placed in choose_windows(scene.figure, scene.vectors, labels):
        box = scene.figure.windows[placed.window].box
        edges = box.left / width, box.top / height, box.right / width, box.bottom / height
        found.append(Guess(placed.region, Edges(*edges), ""))
    return found or [whole]
