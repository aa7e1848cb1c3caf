"""Photos to measure: generated garments, and real ones where they are available."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from demo.garments import Garment, draw_garment
from quality.measure.frame import Bytes
from training.clean_photos import find_clean_photos, read_pixels

DATA = Path(os.environ.get("ATELIER_DATA", settings.BASE_DIR.parent / "shared" / "data"))
needs_photos = pytest.mark.skipif(
    not (DATA / "clothing" / "labels.csv").is_file(),
    reason="needs the clothing photos: set ATELIER_DATA to the folder above clothing/",
)
needs_references = pytest.mark.skipif(
    not (DATA / "iqa" / "expected.json").is_file(),
    reason="needs the reference images: set ATELIER_DATA to the folder above iqa/",
)
needs_cutouts = pytest.mark.skipif(
    not (DATA / "saleor" / "catalogue.json").is_file(),
    reason="needs the transparent product shots: set ATELIER_DATA to the folder above saleor/",
)


@cache
def make_photo(*, colour: str = "red", kind: str = "dress", height: int = 800) -> Bytes:
    """Return a generated garment's photo, (h, w, 3) uint8, read-only."""
    features = {
        "dress": {"sleeve": "short", "neckline": "round neck", "cut": "a-line", "length": "midi"},
        "shirt": {"sleeve": "long", "neckline": "classic collar"},
    }
    garment = Garment(kind, colour, 5, **features[kind])
    photo = np.asarray(draw_garment(garment, height=height))
    photo.flags.writeable = False
    return photo


def make_scene(*, side: int = 400, seed: int = 3) -> Bytes:
    """Return a pattern without a garment, (h, w, 3) uint8."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(0, 255, (side // 16, side // 16, 3)).astype(np.uint8)
    return np.kron(small, np.ones((16, 16, 1), np.uint8))


def real_photos(count: int) -> list[Bytes]:
    paths = find_clean_photos(DATA / "clothing", split="val", limit=count)
    return [read_pixels(path) for path in paths]
