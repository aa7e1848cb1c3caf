"""Drawn people who wear generated garments, and an encoder that sees only their colours."""

from collections.abc import Mapping, Sequence
from functools import cache

import cv2
import numpy as np
from PIL import Image

from core.ml.colours import srgb_to_oklab
from core.ml.encoder import Embeddings
from quality.measure.frame import make_frame
from quality.measure.subject import Box, find_box
from stylist.tagging.crop import crop_to_garment
from stylist.tagging.labels import Calibration, Labels, build_labels
from stylist.tagging.regions import DetectionThresholds
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY
from stylist.tests.factories import draw
from stylist.tests.tagging.photos import WordEncoder

GROUND = (236, 236, 238)
LIGHT_SKIN, DARK_SKIN = (226, 182, 152), (112, 74, 56)
HAIR = (52, 36, 30)
HEIGHT, WIDTH = 640, 400
SHIRT, TROUSERS = Box(125, 130, 275, 320), Box(140, 300, 260, 560)  # left, top, right, bottom


@cache
def draw_person(
    *, shirt: str = "red", trousers: str = "navy", skin: tuple[int, int, int] = LIGHT_SKIN
):
    """Return a photo (h, w, 3) of a person in a T-shirt and jeans with bare feet, read-only."""
    photo = np.full((HEIGHT, WIDTH, 3), GROUND, dtype=np.uint8)
    cv2.ellipse(photo, (200, 75), (42, 50), 0, 0, 360, HAIR, -1)
    cv2.ellipse(photo, (200, 90), (32, 42), 0, 0, 360, skin, -1)
    cv2.rectangle(photo, (188, 120), (212, 150), skin, -1)
    for left in (112, 262):
        cv2.rectangle(photo, (left, 160), (left + 24, 350), skin, -1)
    for left in (152, 222):
        cv2.rectangle(photo, (left, 500), (left + 26, 610), skin, -1)
    _dress(photo, draw("jeans", trousers), TROUSERS)
    _dress(photo, draw("t-shirt", shirt), SHIRT)
    photo.flags.writeable = False
    return photo


def _dress(photo, garment, box: Box) -> None:
    """Put a generated garment on a person."""
    crop = crop_to_garment(make_frame(garment), aspect=0.75)
    tight = find_box(crop.mask)
    inside = slice(tight.top, tight.bottom), slice(tight.left, tight.right)
    size = box.right - box.left, box.bottom - box.top
    pixels = cv2.resize(crop.pixels[inside], size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(crop.mask[inside].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    photo[box.top : box.bottom, box.left : box.right][mask] = pixels[mask]


THRESHOLDS = DetectionThresholds(
    min_worn=0.05, temperature=0.05, max_bareness=0.5, min_likelihood=0.4, split_cost=0.0
)
CALIBRATION = Calibration(
    type_temperature=0.05,
    pattern_temperature=0.05,
    habit_temperature=0.05,
    sure_from=dict.fromkeys(
        ("type", "slot", "colour", "pattern", "style", "season", "formality"), 0.5
    ),
    min_margin=-2.0,
    detection=THRESHOLDS,
)
_COLOURS: Mapping[str, tuple[int, int, int]] = {
    "tee": (202, 32, 42),
    "jeans": (26, 34, 72),
    "legs": LIGHT_SKIN,
    "hair": HAIR,
    "ground": GROUND,
}
_WORDS = ("a", "by", "of", "photo", "product", "bare", "person", "worn", "lying", "flat", "plain",
          "clothes", "clothing", "garment")  # fmt: skip


class ColourEncoder:
    """Sees red as a T-shirt, navy as jeans, skin as bare legs, and a photo with skin as worn."""

    def __init__(self) -> None:
        self.texts = WordEncoder([*(name for name in _COLOURS if name != "ground"), *_WORDS])
        self.photos = 0
        self._names = list(_COLOURS)
        self._labs = srgb_to_oklab(np.array(list(_COLOURS.values()), dtype=np.uint8))

    def encode_images(self, photos: Sequence[Image.Image]) -> Embeddings:
        self.photos += len(photos)
        return np.concatenate([self._encode(np.asarray(photo.convert("RGB"))) for photo in photos])

    def make_labels(self) -> Labels:
        return build_labels(DEFAULT_TAXONOMY, self.texts, calibration=CALIBRATION, aspect=1.0)

    def _encode(self, rgb) -> Embeddings:
        lab = srgb_to_oklab(rgb[::4, ::4].reshape(-1, 3))
        gaps = np.linalg.norm(lab[:, None] - self._labs, axis=-1)
        nearest = gaps.argmin(axis=1)
        shares = np.bincount(nearest, minlength=len(self._names))[:-1] / max(1, (nearest < 4).sum())
        words = [
            name
            for name, share in zip(self._names, shares, strict=False)
            for _ in range(round(20 * share))
        ]
        has_skin = (gaps[:, self._names.index("legs")] < 0.02).mean() > 0.02
        seen = ["worn", "person"] if has_skin else ["lying", "flat"]
        return self.texts([" ".join([*words, *seen * 3])])
