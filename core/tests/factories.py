"""Photos for tests."""

import io

import numpy as np
from PIL import Image


def make_photo(
    colour: str = "red", *, size: tuple[int, int] = (96, 128), kind: str = "JPEG", **options: object
) -> bytes:
    """Return the bytes of a photo: one colour with a little texture, so that no two are equal."""
    image = Image.new("RGB", size, colour)
    noise = np.random.default_rng(0).integers(0, 8, (size[1], size[0], 3), dtype=np.uint8)
    image = Image.fromarray(np.asarray(image) // 2 + noise)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
