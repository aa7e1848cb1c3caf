"""Photos for tests."""

import io
from uuid import uuid4

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


def make_unique(jpeg: bytes) -> bytes:
    """Return a JPEG with the same pixels and other bytes: answers show the same bytes once."""
    comment = uuid4().bytes
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]
