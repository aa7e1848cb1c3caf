"""Photos for the measurements: real ones if there are any, otherwise generated."""

import io
import os
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from demo.garments import Garment, draw_garment, sample_garments
from demo.processes import BASE

SEED = 7
GARMENT_HEIGHT = 768


def load_photos(count: int) -> tuple[list[bytes], str]:
    """Return `count` different JPEGs, the same in every run, and a description of them."""
    folder = _data() / "clothing" / "images"
    files = sorted(folder.glob("*.jpg"))
    if len(files) >= count:
        chosen = random.Random(SEED).sample(files, count)  # noqa: S311 - no secret
        return [file.read_bytes() for file in chosen], "photos of clothes"
    with ProcessPoolExecutor() as pool:
        garments = sample_garments(count=count, seed=SEED)
        photos = list(pool.map(_photograph, garments, chunksize=8))
    return photos, f"generated garments, {GARMENT_HEIGHT} pixels high"


def _data() -> Path:
    return Path(os.environ.get("ATELIER_DATA", BASE.parent / "shared" / "data"))


def _photograph(garment: Garment) -> bytes:
    out = io.BytesIO()
    draw_garment(garment, height=GARMENT_HEIGHT).save(out, "JPEG", quality=90)
    return out.getvalue()
