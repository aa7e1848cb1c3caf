"""Photos that look like garments being worn, made of photos of single garments.

An upper garment is cut out of its photo and laid over a lower one, with shoes below, on a ground
of one colour, of two, or of another photo out of focus. Each sample is a crop around one garment,
which labels it; parts of the others are in it, as in photos of persons.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from core.ml.colours import srgb_to_oklab
from core.ml.garment_mask import centre_weights, find_garment
from training.mini.labels import PhotoLabels

CANVAS = (288, 512)  # width, height
GRID = 96  # pixels of the longer side, for separating the garment
# Width of a garment as a share of the canvas, where its top edge lies, and the height it may have.
_PLACES = {"upper": (0.82, 0.10, 0.48), "lower": (0.62, 0.44, 0.50), "feet": (0.5, 0.86, 0.14)}
_WHOLE = (0.8, 0.10, 0.75)
_REGIONS = {
    "upper": ("t-shirt", "longsleeve", "shirt", "polo", "undershirt", "hoodie", "blazer", "outwear",
              "top", "blouse", "body"),
    "lower": ("pants", "shorts", "skirt"),
    "feet": ("shoes",),
    "whole": ("dress",),
}  # fmt: skip
_SKIN = ((236, 200, 176), (214, 168, 136), (170, 122, 92), (118, 80, 58), (84, 56, 42))
MARGINS = (0.0, 0.25)  # of a garment's size, around its crop


@dataclass(frozen=True)
class CutOut:
    """A garment without its ground, RGBA and trimmed, with its labels."""

    picture: Image.Image
    labels: PhotoLabels
    region: str


def cut_out(photo: Image.Image, labels: PhotoLabels) -> CutOut | None:
    """Return the garment of a photo; None where it cannot be separated, or has no region."""
    region = _region_of(labels)
    if region is None:
        return None
    small = photo.copy()
    small.thumbnail((GRID, GRID))
    lab = srgb_to_oklab(np.asarray(small))
    mask, is_reliable = find_garment(lab, centre_weights(*lab.shape[:2]))
    if not is_reliable:
        return None
    alpha = Image.fromarray(np.uint8(mask) * 255).resize(photo.size, Image.Resampling.BICUBIC)
    picture = photo.copy()
    picture.putalpha(alpha)
    box = alpha.getbbox()
    return CutOut(picture.crop(box), labels, region) if box else None


def compose_outfits(
    cut_outs: Sequence[CutOut], *, count: int, seed: int
) -> Iterator[tuple[Image.Image, PhotoLabels]]:
    """Yield `count` crops of outfits, each with the labels of the garment in its middle."""
    rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
    by_region = {name: [c for c in cut_outs if c.region == name] for name in _REGIONS}
    made = 0
    while made < count:
        for photo, labels in _compose(by_region, rng):
            if made < count:
                made += 1
                yield photo, labels


def _compose(
    by_region: dict[str, list[CutOut]], rng: random.Random
) -> Iterator[tuple[Image.Image, PhotoLabels]]:
    worn = (
        {"whole": rng.choice(by_region["whole"])}
        if rng.random() < 0.2
        else {
            "lower": rng.choice(by_region["lower"]),
            "upper": rng.choice(by_region["upper"]),
        }
    )
    if rng.random() < 0.6:
        worn = {"feet": rng.choice(by_region["feet"]), **worn}
    canvas = _make_ground(rng, rng.choice(by_region["upper"]).picture)
    _draw_body(canvas, rng)
    boxes = {}
    order = list(worn)
    if "lower" in worn and rng.random() < 0.35:  # tucked in
        order.remove("lower")
        order.append("lower")
    for region in order:
        boxes[region] = _paste(canvas, worn[region].picture, region, rng)
    for region, garment in worn.items():
        crop = canvas.crop(_around(boxes[region], canvas.size, rng))
        yield crop, _relabel(garment.labels)


def _relabel(labels: PhotoLabels) -> PhotoLabels:
    """Return the labels of a garment that is worn with others of unknown colours."""
    true = labels.true - {"scene:flat"}
    return PhotoLabels(true, labels.unknown | {"scene:*", "colour:*"})


def _region_of(labels: PhotoLabels) -> str | None:
    kinds = labels.of("kind")
    return next((name for name, some in _REGIONS.items() if set(kinds) & set(some)), None)


def _make_ground(rng: random.Random, other: Image.Image) -> Image.Image:
    shade = rng.randint(120, 255)
    tint = tuple(max(0, min(255, shade + rng.randint(-25, 25))) for _ in range(3))
    ground = Image.new("RGB", CANVAS, tint)
    if rng.random() < 0.4:  # a floor
        line = int(CANVAS[1] * rng.uniform(0.6, 0.9))
        floor = tuple(max(0, part - rng.randint(10, 70)) for part in tint)
        ground.paste(floor, (0, line, *CANVAS))
    if rng.random() < 0.35:
        blurred = other.convert("RGB").resize(CANVAS).filter(ImageFilter.GaussianBlur(12))
        ground = Image.blend(ground, blurred, rng.uniform(0.3, 1.0))
    return ground


def _draw_body(canvas: Image.Image, rng: random.Random) -> None:
    """Draw a head, arms and legs as ellipses in one colour of skin."""
    skin = tuple(max(0, min(255, part + rng.randint(-12, 12))) for part in rng.choice(_SKIN))
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    middle, scale = width / 2, height / 8
    parts = [
        (middle, 0.06 * height, 0.38 * scale, 0.55 * scale),
        (middle, 0.13 * height, 0.18 * scale, 0.3 * scale),
    ]
    for side in (-1, 1):
        parts.append((middle + side * 0.36 * width, 0.34 * height, 0.2 * scale, 1.5 * scale))
        parts.append((middle + side * 0.12 * width, 0.72 * height, 0.32 * scale, 1.9 * scale))
    for x, y, across, down in parts:
        draw.ellipse((x - across, y - down, x + across, y + down), fill=skin)


def _paste(
    canvas: Image.Image, picture: Image.Image, region: str, rng: random.Random
) -> tuple[int, int, int, int]:
    share, top, limit = _PLACES.get(region, _WHOLE)
    width = canvas.width * share * rng.uniform(0.85, 1.15)
    scale = min(width / picture.width, canvas.height * limit / picture.height)
    size = (max(8, int(picture.width * scale)), max(8, int(picture.height * scale)))
    left = (canvas.width - size[0]) // 2 + rng.randint(-10, 10)
    upper = int(canvas.height * (top + rng.uniform(-0.03, 0.03)))
    small = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    canvas.paste(small, (left, upper), small)
    return left, upper, left + size[0], upper + size[1]


def _around(
    box: tuple[int, int, int, int], size: tuple[int, int], rng: random.Random
) -> tuple[int, int, int, int]:
    """Return a box with random margins, inside the canvas."""
    across, down = box[2] - box[0], box[3] - box[1]
    left, top, right, bottom = (rng.uniform(*MARGINS) for _ in range(4))
    return (
        max(0, int(box[0] - left * across)),
        max(0, int(box[1] - top * down)),
        min(size[0], int(box[2] + right * across)),
        min(size[1], int(box[3] + bottom * down)),
    )
