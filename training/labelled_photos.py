"""Read a folder of labelled clothing photos.

`labels.csv` (image, label, sender_id, split) lies beside `images/`. The split "train" has two
parts: "learn" teaches encoders, and "tune", photos by other people, fits thresholds and
temperatures.
"""

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.garment_colours import GarmentColours, find_garment_colours
from training.mini.labels import PhotoLabels

# One person in so many belongs to "tune".
TUNED = 8
JACKETS = ("denim jacket", "leather jacket", "bomber jacket", "puffer jacket", "raincoat")
FOOTWEAR = ("sneakers", "boots", "high heels", "ballet flats", "sandals")
# Narrow kinds that a label leaves open: a photo labelled "Pants" may show jeans.
_OPEN_KINDS = {
    "pants": ("jeans", "trousers", "joggers", "leggings"),
    "outwear": ("coat", "jacket", "parka", "cardigan", *JACKETS),
    "shoes": FOOTWEAR,
    "hat": ("cap", "beanie", "bucket hat"),
    "longsleeve": ("jumper", "sweatshirt", "cardigan", "knitwear"),
    "hoodie": ("jumper", "sweatshirt", "jacket", "knitwear"),
    "top": ("camisole", "crop top", "peplum top"),
    "blazer": ("jacket", "outwear", "suit"),
}
_SLEEVES = {
    "t-shirt": "short",
    "longsleeve": "long",
    "hoodie": "long",
    "blazer": "long",
    "undershirt": "sleeveless",
}
_SLEEVE_VARIES = frozenset({"shirt", "polo", "blouse", "body", "dress", "top", "outwear"})
_UNLABELLED = ("pattern:*", "neckline:*", "cut:*", "fit:*", "length:*", "accent:*", "shade:*")
MAIN_SHARE = 0.35  # of the garment: a colour with this share is one of its main colours


class PhotosMissing(FileNotFoundError):
    """There is no such folder of labelled photos."""


@dataclass(frozen=True)
class LabelledPhoto:
    """One row of `labels.csv`."""

    path: Path
    label: str

    def open(self) -> Image.Image:
        """Return the photo as RGB."""
        with Image.open(self.path) as photo:
            return photo.convert("RGB")


def read_labelled_photos(folder: Path, *, split: str) -> list[LabelledPhoto]:
    """Return the photos of a split or part of one, in the file's order; raises PhotosMissing."""
    return [
        LabelledPhoto(folder / "images" / f"{row['image']}.jpg", row["label"])
        for row in read_label_rows(folder)
        if split in (row["split"], _part_of(row))
    ]


def read_label_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of a folder's `labels.csv`; raises PhotosMissing."""
    labels = folder / "labels.csv"
    if not labels.is_file():
        raise PhotosMissing(f"{folder} has no labels.csv with an images folder next to it.")
    with labels.open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def _part_of(row: dict[str, str]) -> str:
    """Return the part of the split "train" that a row belongs to; "" for other splits."""
    if row["split"] != "train":
        return ""
    return "tune" if zlib.crc32(row["sender_id"].encode()) % TUNED == 3 else "learn"


def read_photo_samples(photos: list[LabelledPhoto]) -> Iterator[tuple[Image.Image, PhotoLabels]]:
    """Yield each photo with the labels from its file and from its pixels."""
    for labelled in photos:
        photo = labelled.open()
        yield photo, label_photo(labelled.label, find_garment_colours(np.asarray(photo)))


def label_photo(label: str, colours: GarmentColours) -> PhotoLabels:
    """Return the labels that follow from a photo's label and the garment's colours."""
    kind = label.lower()
    true = {f"kind:{kind}", "scene:flat"}
    unknown = {*_UNLABELLED, *(f"kind:{other}" for other in _OPEN_KINDS.get(kind, ()))}
    if kind in _SLEEVES:
        true.add(f"sleeve:{_SLEEVES[kind]}")
    if kind in _SLEEVE_VARIES:
        unknown.add("sleeve:*")
    if colours.is_sure:
        true |= {f"colour:{name}" for name in main_colours(colours)}
        unknown |= {f"colour:{share.name}" for share in colours.shares} - true
    else:
        unknown.add("colour:*")
    return PhotoLabels(frozenset(true), frozenset(unknown))


def main_colours(colours: GarmentColours) -> list[str]:
    """Return the largest colour, and other main colours."""
    return [s.name for k, s in enumerate(colours.shares) if k == 0 or s.share >= MAIN_SHARE]
