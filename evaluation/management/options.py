"""Options and inputs that the commands share."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import CommandError

from core.errors import Unavailable
from training.labelled_photos import LabelledPhoto, PhotosMissing, read_labelled_photos

if TYPE_CHECKING:
    from core.ml.encoder import Encoder
    from evaluation.encoder.worn import WornPhoto


def whole_number(minimum: int = 1) -> Callable[[str], int]:
    """Return an argument type: whole numbers from `minimum`."""

    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < minimum:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {minimum}.")
        return int(text)

    return parse


def add_encoder_options(parser: ArgumentParser, *, garments: int) -> None:
    """Add the options of commands that measure an encoder; draw `garments` by default."""
    parser.add_argument("--photos", type=Path, help="folder with labels.csv and images/")
    parser.add_argument("--split", default="val", help="which rows of labels.csv")
    parser.add_argument("--encoder", default=settings.DEFAULT_ENCODER)
    parser.add_argument("--garments", type=int, default=garments, help="how many to draw; 0: none")
    parser.add_argument("--seed", type=int, default=777, help="of the garments")


def load_encoder(name: str, *, photos: Path | None, garments: int) -> "Encoder":
    """Return the encoder; raises `CommandError`, also without photos and garments."""
    from core.ml.encoder import get_encoder

    if photos is None and not garments:
        raise CommandError("Nothing to measure on: give --photos DIR, --garments N, or others.")
    try:
        return get_encoder(name)
    except Unavailable as error:
        raise CommandError(error.message) from error


def read_photos(folder: Path, split: str) -> list[LabelledPhoto]:
    """Return the labelled photos of a split; raises `CommandError` where there are none."""
    try:
        photos = read_labelled_photos(folder, split=split)
    except PhotosMissing as error:
        raise CommandError(str(error)) from error
    if not photos:
        raise CommandError(f"{folder}/labels.csv has no photos of the split {split!r}.")
    return photos


def read_worn(folder: Path, split: str | None) -> "list[WornPhoto]":
    """Return the photos of worn garments of a split, or all; raises `CommandError` without any."""
    from evaluation.encoder.worn import read_worn_photos

    try:
        photos = read_worn_photos(folder, split=split)
    except PhotosMissing as error:
        raise CommandError(str(error)) from error
    if not photos:
        raise CommandError(f"{folder}/labels.csv has no photos of the split {split!r}.")
    return photos


def write_files(folder: Path, write: Callable[[Path], None]) -> None:
    """Create the folder and write into it; raises `CommandError` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(folder)
    except OSError as error:
        raise CommandError(f"Nothing can be written to {folder}: {error}") from error
