"""Clean photos from a folder, to train models and to evaluate them.

The folder has labelled clothing photos (`labels.csv` with a column `split`, and `images/`), or any
JPEG, PNG or WebP files, which then belong to every split.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from decoder.limits import RENDITION_SIDE
from quality.measure.colour_spaces import Floats
from quality.measure.frame import Bytes, make_frame, to_luma
from training.labelled_photos import read_labelled_photos

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


class PhotosUnusable(ValueError):
    """The folder has no photos."""


def find_clean_photos(folder: Path, *, split: str, limit: int) -> list[Path]:
    """Return the first paths of a split, at most `limit`, in a fixed order; PhotosUnusable."""
    if (folder / "labels.csv").is_file():
        paths = [photo.path for photo in read_labelled_photos(folder, split=split)]
    else:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise PhotosUnusable(f"There are no photos in {folder}.")
    return paths[:limit]


def read_pixels(path: Path) -> Bytes:
    """Return a photo from a trusted folder as (h, w, 3) uint8, upright, at most 1,600 a side."""
    with Image.open(path) as photo:
        upright = ImageOps.exif_transpose(photo).convert("RGB")
    upright.thumbnail((RENDITION_SIDE, RENDITION_SIDE))
    return np.array(upright)


def read_lumas(paths: Sequence[Path]) -> Iterator[Floats]:
    """Yield each photo's luma at the normalised size, float32 (h, w)."""
    for path in paths:
        yield to_luma(make_frame(read_pixels(path)).normal)
