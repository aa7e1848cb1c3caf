"""Edits that make another version of a photo, and recolouring, which makes another product.

PIL images, sRGB, in and out; each result goes through a JPEG, as an export does.
"""

import io
from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

Edit: TypeAlias = Callable[[Image.Image, np.random.Generator], Image.Image]

EXPORT_QUALITY = 90
CROPPED = 0.05  # of each side
HUES = (64, 107, 150)  # of 256: from red to green, blue-green, blue


def resize(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    scale = rng.uniform(0.3, 0.7)
    return photo.resize((max(1, int(photo.width * scale)), max(1, int(photo.height * scale))))


def compress(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return save_as_jpeg(photo, int(rng.integers(25, 50)))


def crop(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    width, height = int(photo.width * CROPPED), int(photo.height * CROPPED)
    left, top = int(rng.integers(width + 1)), int(rng.integers(height + 1))
    return photo.crop((left, top, photo.width - width + left, photo.height - height + top))


def change_brightness(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(float(rng.choice((0.85, 1.15))))


def change_saturation(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return ImageEnhance.Color(photo).enhance(float(rng.choice((0.75, 1.25))))


def change_warmth(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    gains = np.array(((1.05, 1, 0.95), (0.95, 1, 1.05))[rng.integers(2)])
    return Image.fromarray((np.asarray(photo) * gains).clip(0, 255).astype(np.uint8))


def add_watermark(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    layer = Image.new("RGBA", photo.size)
    place = photo.width * 0.5, photo.height * float(rng.choice((0.5, 0.92)))
    ImageDraw.Draw(layer).text(
        place,
        "shop.example",
        font=ImageFont.load_default(size=max(8, photo.width // 10)),
        fill=(255, 255, 255, 150),
        anchor="mm",
        stroke_width=1,
        stroke_fill=(60, 60, 60, 110),
    )
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def add_border(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    tone = ("white", "black")[rng.integers(2)]
    return ImageOps.expand(photo, border=int(max(photo.size) * 0.04), fill=tone)


def make_square(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    side = max(photo.size)
    return ImageOps.pad(photo, (side, side), color="white")


def mirror(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    return ImageOps.mirror(photo)


def recolour(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Turn all hues, as if the product were sold in another colour; greys stay."""
    shift = int(rng.choice(HUES))
    hue, saturation, value = photo.convert("HSV").split()
    turned = Image.fromarray((np.asarray(hue).astype(int) + shift).astype(np.uint8))
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


def save_as_jpeg(photo: Image.Image, quality: int = EXPORT_QUALITY) -> Image.Image:
    """Return a photo after compression."""
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=quality)
    with Image.open(out) as saved:
        return saved.convert("RGB")


# Mirrored photos are measured, but no duplicates: the hash is not made to find them.
EDITS: MappingProxyType[str, Edit] = MappingProxyType(
    {
        "resize": resize,
        "JPEG": compress,
        "crop": crop,
        "brightness": change_brightness,
        "saturation": change_saturation,
        "warmth": change_warmth,
        "watermark": add_watermark,
        "border": add_border,
        "square": make_square,
    }
)
