"""Photos for the tagging tests: flat garments of known colours; and an encoder of words."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from core.ml.encoder import Embeddings
from demo.garments import Garment, draw_garment

DATA = Path(os.environ.get("ATELIER_DATA", settings.BASE_DIR.parent / "shared" / "data"))
needs_photos = pytest.mark.skipif(
    not (DATA / "clothing" / "labels.csv").is_file(),
    reason="needs the labelled clothing photos: set ATELIER_DATA to the folder above clothing/",
)

GROUND = (236, 236, 238)
FEATURES = {
    "t-shirt": {"sleeve": "short", "neckline": "crew neck"},
    "dress": {"sleeve": "short", "neckline": "round neck", "cut": "a-line", "length": "midi"},
    "sneakers": {"cut": "low-top"},
}


@cache
def draw(kind: str, colour: str, *, pattern: str = "plain", accent: str | None = None):
    """Return a generated garment's photo, (h, w, 3) uint8, read-only."""
    garment = Garment(kind, colour, 5, accent, pattern, **FEATURES[kind])
    photo = np.asarray(draw_garment(garment, height=512))
    photo.flags.writeable = False
    return photo


def cut_out(*, height: int = 240, width: int = 180):
    """Return an empty photo and the mask of a garment in its middle."""
    photo = np.full((height, width, 3), GROUND, dtype=np.uint8)
    mask = np.zeros((height, width), dtype=bool)
    mask[40:200, 30:150] = True
    return photo, mask


class WordEncoder:
    """Embeds texts by their words: each known word has an axis, all unknown ones share the last."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._axes = {word: axis for axis, word in enumerate(vocabulary)}
        self.dimensions = len(self._axes) + 1
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Embeddings:
        self.texts += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row[self._axes.get(word, -1)] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
