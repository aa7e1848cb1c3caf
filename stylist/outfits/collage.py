"""Collage: an outfit as one picture, its garments on white in the order they are worn."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PIL import Image, ImageFilter

from stylist.garments.garment import Slot

WIDTH, HEIGHT = 800, 1000
MARGIN = 24
QUALITY = 88

Rectangle: TypeAlias = tuple[int, int, int, int]  # left, upper, right, lower, in pixels

# The main column, from top to bottom, and the side column; in parts of the height.
MAIN = {Slot.TOP: 0.37, Slot.ONE_PIECE: 0.78, Slot.BOTTOM: 0.41, Slot.SHOES: 0.22}
SIDE = {Slot.OUTER: 0.46, Slot.ACCESSORY: 0.22, Slot.BAG: 0.32}
MAIN_SHARE = 0.58  # of the width, if both columns are filled
# Maps a blurred mask's values: 150 and below to 0, 214 and above to 255.
EDGE_CURVE = [min(max(4 * (value - 150), 0), 255) for value in range(256)]


@dataclass(frozen=True, slots=True)
class Piece:
    """A garment's photo, RGB, and its mask of the same size, L: 255 on the garment.

    Without a photo the garment is left out; without a mask the whole photo is used.
    """

    slot: Slot
    photo: Image.Image | None
    mask: Image.Image | None = None


def render_collage(pieces: Sequence[Piece]) -> bytes:
    """Return a WebP picture of 800 × 1000 pixels; white if no piece has a photo."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), "white")
    crops = {piece.slot: crop for piece in pieces if (crop := _crop(piece))}
    for slot, box in _arrange(crops).items():
        _paste(canvas, *crops[slot], box)
    out = io.BytesIO()
    canvas.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()


def _crop(piece: Piece) -> tuple[Image.Image, Image.Image] | None:
    if piece.photo is None:
        return None
    mask = piece.mask or Image.new("L", piece.photo.size, 255)
    extent = mask.getbbox()
    return (piece.photo.convert("RGB").crop(extent), mask.crop(extent)) if extent else None


def _arrange(slots: Collection[Slot]) -> dict[Slot, Rectangle]:
    """Return a box for each slot; a filled column takes the space of an empty one."""
    main, side = ([slot for slot in column if slot in slots] for column in (MAIN, SIDE))
    middle = round(WIDTH * (MAIN_SHARE if main and side else bool(main)))
    return _stack(main, MAIN, 0, middle) | _stack(side, SIDE, middle, WIDTH)


def _stack(
    slots: Sequence[Slot], shares: Mapping[Slot, float], left: int, right: int
) -> dict[Slot, Rectangle]:
    """Stack boxes with margins, vertically centred."""
    available = HEIGHT - MARGIN * (len(slots) + 1)
    heights = [round(available * shares[slot]) for slot in slots]
    upper = (HEIGHT - sum(heights) - MARGIN * (len(slots) - 1)) // 2
    boxes: dict[Slot, Rectangle] = {}
    for slot, height in zip(slots, heights, strict=True):
        boxes[slot] = (left + MARGIN, upper, right - MARGIN, upper + height)
        upper += height + MARGIN
    return boxes


def _paste(canvas: Image.Image, photo: Image.Image, mask: Image.Image, box: Rectangle) -> None:
    left, upper, right, lower = box
    scale = min((right - left) / photo.width, (lower - upper) / photo.height)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    at = ((left + right - size[0]) // 2, (upper + lower - size[1]) // 2)
    # The mask is smoothed and shrinks by a pixel or two, so that no background is visible.
    alpha = _resize(mask, size).filter(ImageFilter.GaussianBlur(3)).point(EDGE_CURVE)
    canvas.paste(_resize(photo, size), at, alpha)


def _resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS)
