"""Photos like those of phones, and the largest photos that are accepted."""

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image

from benchmarks.photos import load_photos

WIDTH, HEIGHT = 3_000, 4_000  # 12 million pixels
GRAIN = 6  # of 255, at most: like a sensor's noise; makes files of two megabytes
DARK = 0.45  # factor for the values of the worse photo of a pair


def load_pairs(count: int) -> tuple[list[tuple[bytes, bytes]], str]:
    """Return pairs of 12 MP JPEGs, a photo and a too dark copy, and a description of the set."""
    photos, what = load_photos(count)
    pairs = [
        (_enlarge(photo, seed=2 * number), _enlarge(photo, seed=2 * number + 1, light=DARK))
        for number, photo in enumerate(photos)
    ]
    return pairs, f"{what}, enlarged to {WIDTH} x {HEIGHT} with grain"


def _enlarge(photo: bytes, *, seed: int, light: float = 1.0) -> bytes:
    with Image.open(io.BytesIO(photo)) as image:
        large = image.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(seed).integers(-GRAIN, GRAIN, (HEIGHT, WIDTH, 3), dtype=np.int16)
    pixels = np.asarray(large).astype(np.float32) * np.float32(light) + grain
    return _save(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), "JPEG", quality=92)


def _garment(mode: str, size: tuple[int, int] = (5_200, 7_600)) -> Image.Image:
    """Return a patterned patch on a plain background, which is transparent with alpha."""
    width, height = size
    small = np.random.default_rng(1).integers(0, 255, (height // 80, width // 80, 3), np.uint8)
    patch = Image.fromarray(small).resize((width // 2, height // 2), Image.Resampling.BICUBIC)
    image = Image.new("RGB", size, (235, 235, 232))
    image.paste(patch, (width // 4, height // 4))
    if mode == "RGBA":
        alpha = Image.new("L", size)
        alpha.paste(255, (width // 4, height // 4, width // 4 * 3, height // 4 * 3))
        image.putalpha(alpha)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) << 8)
    return image.convert(mode)


def _save(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# Created one at a time when needed: each takes hundreds of megabytes.
LARGEST: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "JPEG, 40 MP": lambda: _save(_garment("RGB"), "JPEG", quality=85),
        "JPEG of four inks, 40 MP": lambda: _save(_garment("CMYK"), "JPEG", quality=80),
        "transparent PNG, 40 MP": lambda: _save(_garment("RGBA"), "PNG", compress_level=1),
        "16-bit grey PNG, 40 MP": lambda: _save(_garment("I;16"), "PNG", compress_level=1),
        "PNG of 10,000 x 4,000": lambda: _save(
            _garment("RGB", (10_000, 4_000)), "PNG", compress_level=1
        ),
        "transparent WebP, 32 MP": lambda: _save(
            _garment("RGBA", (4_900, 6_500)), "WEBP", quality=80, method=0
        ),
        "transparent AVIF, 32 MP": lambda: _save(
            _garment("RGBA", (4_900, 6_500)), "AVIF", quality=60, speed=10
        ),
    }
)
