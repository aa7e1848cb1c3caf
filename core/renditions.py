"""Bring a decoded image to what is shown: upright, 8-bit sRGB, on white, not too large.

A large image is shrunk strip by strip before anything else is done to it: converting it as a
whole would hold 40 million pixels two or three times.
"""

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms, ImageOps

STRIP = 256  # rows of the shrunk image that are made at once
GAP = 1.5  # how many times too large an image is when fine resampling begins


def normalise(image: Image.Image, *, side: int) -> Image.Image:
    """Return an RGB image without metadata whose longer side has at most `side` pixels."""
    small = _reduce(image, side)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(small)
    return _flatten(_to_srgb(upright, image.info.get("icc_profile")))


def read_opacity(image: Image.Image, *, size: tuple[int, int]) -> Image.Image | None:
    """Return the opacity, mode L, upright at a size; None of a photo that has none or is opaque."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return None
    alpha = ImageOps.exif_transpose(_reduce(image, max(size))).convert("RGBA").getchannel("A")
    opacity = alpha.resize(size, Image.Resampling.BOX)
    return None if opacity.getextrema() == (255, 255) else opacity


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """Return an image of 8 bits a channel, averaged down to no less than `GAP` times a side."""
    factor = int(max(image.size) / (GAP * side))
    if factor < 2:
        return _to_eight_bits(image)
    rows = STRIP * factor
    boxes = ((0, top, image.width, top + rows) for top in range(0, image.height, rows))
    strips = [_to_eight_bits(_crop(image, box)).reduce(factor) for box in boxes]
    small = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for place, strip in enumerate(strips):
        small.paste(strip, (0, place * STRIP))
    small.info = image.info.copy()  # says which way is up
    return small


def _crop(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    left, top, right, bottom = box
    return image.crop((left, top, right, min(bottom, image.height)))


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert 16-bit grey, palettes and bitmaps to a mode that resizes smoothly."""
    if image.mode.startswith("I"):
        # 16 bits of grey arrive as I;16 or I: keep the upper byte.
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply an embedded colour profile; one that cannot be read is passed over."""
    alpha = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    colour = image.convert("L" if image.mode == "LA" else "RGB") if alpha else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colour = ImageCms.profileToProfile(colour, source, _srgb(), outputMode="RGB") or colour
        except (ImageCms.PyCMSError, OSError, ValueError):
            colour = colour.convert("RGB")
    colour = colour.convert("RGB")
    if alpha:
        colour.putalpha(alpha)
    return colour


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    return flat
