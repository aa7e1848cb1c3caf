"""The encoders that are measured, and the rate of an encoder alone."""

import io
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.random_checkpoints import make_random_clip
from benchmarks.stack import FOLDER
from demo.processes import BASE

RANDOM_VIT = FOLDER / "vit-b-32"
BATCH = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """An encoder to measure: its title in the table, and its name in the settings.

    An untrained encoder takes as long as a trained one, but finds nothing.
    """

    title: str
    name: str
    folder: Path
    is_trained: bool

    @property
    def environment(self) -> dict[str, str]:
        return {"ENCODER": self.name}


SUBJECTS = (
    Subject("vit-b-32", "custom", RANDOM_VIT, is_trained=False),
    Subject("mini", "mini", BASE / "core" / "ml" / "mini" / "checkpoint", is_trained=True),
)


def prepare_subjects(title: str | None = None) -> list[Subject]:
    """Return the encoders that exist, or the one with this title; write random weights once."""
    subjects = [subject for subject in SUBJECTS if title in (subject.title, None)]
    if any(subject.folder == RANDOM_VIT for subject in subjects):
        _prepare_random_vit()
    present = [subject for subject in subjects if subject.folder.is_dir()]
    for subject in subjects:
        if subject not in present:
            print(f"{subject.title} is skipped: there is no {subject.folder.relative_to(BASE)}.")
    return present


def _prepare_random_vit() -> None:
    if not (RANDOM_VIT / "config.json").exists():
        print("Writing a ViT-B/32 with random weights …", flush=True)
        make_random_clip(RANDOM_VIT, size="vit-b-32")
    os.environ["ENCODER_MODEL"] = str(RANDOM_VIT)


class BareEncoder:
    """The encoder as the worker loads it, with photos that are already prepared."""

    def __init__(self, subject: Subject, photos: list[bytes]) -> None:
        from core.ml.encoder import get_encoder

        self.encoder = get_encoder(subject.name)
        self._pixels = np.concatenate(
            [self.encoder.prepare([Image.open(io.BytesIO(photo))]) for photo in photos]
        )

    @property
    def is_bfloat16(self) -> bool:
        return "bfloat16" in str(self.encoder.dtype)

    def measure_rate(self) -> float:
        """Return the photos per second, embedded in batches of 16."""
        self.encoder.encode_pixels(self._pixels[:BATCH])
        start = time.perf_counter()
        for first in range(0, len(self._pixels), BATCH):
            self.encoder.encode_pixels(self._pixels[first : first + BATCH])
        return len(self._pixels) / (time.perf_counter() - start)
