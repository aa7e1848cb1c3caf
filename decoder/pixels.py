"""Make a rendition of a decoded photo: an upright 8-bit sRGB JPEG on white, without metadata.

A large image is shrunk in strips before any other step: converting it whole would hold 40 million
pixels two or three times.
"""

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms, ImageOps

from decoder.limits import (
    MIN_OPACITY,
    MIN_OPAQUE_SHARE,
    MIN_SPREAD,
    RENDITION_SIDE,
    TRANSPARENCY_MESSAGE,
    DecodingRefused,
)

RENDITION_QUALITY = 90
STRIP_ROWS = 256  # rows of the shrunk image that are computed at once
# Averaging by whole factors ends at this multiple of the target; fine resampling does the rest.
REDUCING_GAP = 1.5
ORIENTATION = 0x0112


def render(image: Image.Image) -> Image.Image:
    """Return the rendition of a photo; raises `DecodingRefused` if it is transparent everywhere."""
    small = _reduce(image, RENDITION_SIDE)
    small.thumbnail((RENDITION_SIDE, RENDITION_SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(small)
    colour = _to_srgb(upright, image.info.get("icc_profile"))
    if colour.mode == "RGBA" and is_transparent(colour.getchannel("A")):
        raise DecodingRefused("photo_transparent", TRANSPARENCY_MESSAGE)
    return _flatten(colour)


def is_transparent(opacity: Image.Image) -> bool:
    """Return whether nearly every pixel of an opacity, mode L, is transparent."""
    counts = opacity.histogram()
    return sum(counts[MIN_OPACITY:]) < MIN_OPAQUE_SHARE * sum(counts)


def is_empty(image: Image.Image) -> bool:
    """Return whether a rendition is plain white or plain black, as animations begin."""
    pixels = np.asarray(image)
    return bool(pixels.min() >= 255 - MIN_SPREAD or pixels.max() <= MIN_SPREAD)


def has_opacity(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def read_opacity(image: Image.Image, *, size: tuple[int, int]) -> Image.Image | None:
    """Return the opacity, mode L, upright at `size`; None if the photo is opaque."""
    alpha = ImageOps.exif_transpose(_reduce(image, max(size))).convert("RGBA").getchannel("A")
    opacity = alpha.resize(size, Image.Resampling.BOX)
    return None if opacity.getextrema() == (255, 255) else opacity


def read_upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    is_turned = image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)  # by 90 degrees
    return (height, width) if is_turned else (width, height)


def choose_draft_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, RENDITION_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def encode(image: Image.Image) -> bytes:
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=RENDITION_QUALITY, optimize=False)
    return out.getvalue()


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """Average an image down to 8 bits a channel and no less than `REDUCING_GAP` times `side`."""
    factor = int(max(image.size) / (REDUCING_GAP * side))
    if factor < 2:
        return _to_eight_bits(image)
    rows = STRIP_ROWS * factor
    tops = range(0, image.height, rows)
    boxes = ((0, top, image.width, min(top + rows, image.height)) for top in tops)
    strips = [_to_eight_bits(image.crop(box)).reduce(factor) for box in boxes]
    small = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for place, strip in enumerate(strips):
        small.paste(strip, (0, place * STRIP_ROWS))
    small.info = image.info.copy()  # contains the orientation
    return small


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert 16-bit grey, palettes and bitmaps to a mode that resizes smoothly."""
    if image.mode.startswith("I"):
        # 16-bit grey has mode I;16 or I; use the upper byte.
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image


@cache
def srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply an embedded colour profile; ignore one that cannot be read."""
    alpha = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    colour = image.convert("L" if image.mode == "LA" else "RGB") if alpha else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colour = ImageCms.profileToProfile(colour, source, srgb(), outputMode="RGB") or colour
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
