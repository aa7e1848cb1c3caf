"""An outfit as one picture: its garments on white, each where it is worn."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PIL import Image, ImageFilter

from stylist.garments.garment import Slot

WIDTH, HEIGHT = 800, 1000
MARGIN = 24
QUALITY = 88

Box: TypeAlias = tuple[int, int, int, int]  # left, upper, right, lower, in pixels

# The main column, what is worn one below the other, and the one beside it: parts of the height.
MAIN = {Slot.TOP: 0.37, Slot.ONE_PIECE: 0.78, Slot.BOTTOM: 0.41, Slot.SHOES: 0.22}
SIDE = {Slot.OUTER: 0.46, Slot.ACCESSORY: 0.22, Slot.BAG: 0.32}
MAIN_SHARE = 0.58  # of the width, where both columns are filled
# What is left of a blurred mask's values: nothing up to 150, all from 214.
EDGE = [min(max(4 * (value - 150), 0), 255) for value in range(256)]


@dataclass(frozen=True, slots=True)
class Piece:
    """A garment's photo, RGB, and its mask of the same size, L: 255 on the garment.

    Without a photo the garment is left out; without a mask the whole photo is shown.
    """

    slot: Slot
    photo: Image.Image | None
    mask: Image.Image | None = None


def render_collage(pieces: Sequence[Piece]) -> bytes:
    """Return a WebP picture of 800 × 1000 pixels; all white where no piece can be shown."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), "white")
    shown = {piece.slot: cut for piece in pieces if (cut := _cut(piece))}
    for slot, box in _boxes(shown).items():
        _paste(canvas, *shown[slot], box)
    out = io.BytesIO()
    canvas.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()


def _cut(piece: Piece) -> tuple[Image.Image, Image.Image] | None:
    """Return the garment and its mask, cropped to it; None where there is nothing to show."""
    if piece.photo is None:
        return None
    mask = piece.mask or Image.new("L", piece.photo.size, 255)
    extent = mask.getbbox()
    return (piece.photo.convert("RGB").crop(extent), mask.crop(extent)) if extent else None


def _boxes(shown: Collection[Slot]) -> dict[Slot, Box]:
    """Return where each garment goes; a column that stays empty leaves its room to the other."""
    main, side = ([slot for slot in column if slot in shown] for column in (MAIN, SIDE))
    middle = round(WIDTH * (MAIN_SHARE if main and side else bool(main)))
    return {**_stack(main, MAIN, 0, middle), **_stack(side, SIDE, middle, WIDTH)}


def _stack(
    slots: Sequence[Slot], shares: Mapping[Slot, float], left: int, right: int
) -> dict[Slot, Box]:
    """Put boxes one below the other, a margin between and around, in the middle of the height."""
    room = HEIGHT - MARGIN * (len(slots) + 1)
    heights = [round(room * shares[slot]) for slot in slots]
    upper = (HEIGHT - sum(heights) - MARGIN * (len(slots) - 1)) // 2
    boxes: dict[Slot, Box] = {}
    for slot, height in zip(slots, heights, strict=True):
        boxes[slot] = (left + MARGIN, upper, right - MARGIN, upper + height)
        upper += height + MARGIN
    return boxes


def _paste(canvas: Image.Image, photo: Image.Image, mask: Image.Image, box: Box) -> None:
    """Fit a garment into the middle of a box."""
    left, upper, right, lower = box
    scale = min((right - left) / photo.width, (lower - upper) / photo.height)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    at = ((left + right - size[0]) // 2, (upper + lower - size[1]) // 2)
    canvas.paste(_resized(photo, size), at, _trimmed(_resized(mask, size)))


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS)


def _trimmed(mask: Image.Image) -> Image.Image:
    """Smooth a mask and draw its edge in by a pixel or two, so that no background shows."""
    return mask.filter(ImageFilter.GaussianBlur(3)).point(EDGE)
