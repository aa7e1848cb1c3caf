"""Found garments of worn photos are compared with labels, and the thresholds can be fitted."""

import csv
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from catalog.vocabulary.kinds import KINDS
from core.ml.encoder import get_encoder
from evaluation.tagging import detection
from evaluation.tagging.detection import (
    LABELS,
    Edges,
    fit_detection,
    measure_detection,
    read_scenes,
)
from stylist.tagging.labels import make_labels
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY
from stylist.tests.factories import draw
from stylist.tests.tagging.people import HEIGHT, SHIRT, TROUSERS, WIDTH, ColourEncoder, draw_person
from stylist.tests.tagging.photos import DATA
from training.labelled_photos import PhotosMissing

needs_worn = pytest.mark.skipif(
    not (DATA / "worn" / "labels.csv").is_file(),
    reason="needs the photos of worn garments: set ATELIER_DATA to the folder above worn/",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A folder with a person and a flat garment, and the labels of the person's garments."""
    (tmp_path / "images").mkdir()
    Image.fromarray(draw_person()).save(tmp_path / "images" / "person.png")
    Image.fromarray(np.asarray(draw("t-shirt", "red"))).save(tmp_path / "images" / "flat.png")
    rows = [("person.png", "person", "train"), ("flat.png", "flat", "train")]
    write(tmp_path / "labels.csv", ("image", "worn", "split"), rows)
    garments = [("t-shirt", SHIRT, "no"), ("jeans|trousers", TROUSERS, "no")]
    labels = [
        ("person.png", "train", kinds, *percent(box), partial) for kinds, box, partial in garments
    ]
    header = ("image", "split", "kinds", *Edges._fields, "is_partial")
    write(tmp_path / "garments.csv", header, labels)
    monkeypatch.setattr(detection, "LABELS", tmp_path / "garments.csv")
    return tmp_path


def write(path: Path, header, rows) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def percent(box):
    across, down = 100 / WIDTH, 100 / HEIGHT
    return [round(box.left * across), round(box.top * down), round(box.right * across),
            round(box.bottom * down)]  # fmt: skip


def test_found_garments_are_compared_with_the_labels(folder):
    encoder = ColourEncoder()

    figures = measure_detection(read_scenes(folder, split="train"), encoder, encoder.make_labels())

    assert (figures.garments, figures.found, figures.kinds_right) == (2, 2, 2)
    assert (figures.recall, figures.precision) == (1.0, 1.0)
    assert (figures.flat, figures.single) == (1, 1)


def test_fitting_changes_thresholds_that_find_nothing(folder):
    encoder = ColourEncoder()
    labels = detection._with(encoder.make_labels(), min_worn=10.0)

    fitted, figures = fit_detection(read_scenes(folder, split="train"), encoder, labels)

    assert fitted.calibration.detection.min_worn < 1
    assert figures.recall == 1.0 and figures.single == 1


def test_overlap_is_intersection_over_union():
    box = Edges(0.0, 0.0, 0.5, 1.0)

    assert box.overlap(box) == pytest.approx(1)
    assert box.overlap(Edges(0.25, 0.0, 0.75, 1.0)) == pytest.approx(1 / 3)
    assert box.overlap(Edges(0.6, 0.0, 0.7, 1.0)) == 0


def test_labels_name_kinds_of_the_vocabulary_and_boxes():
    with LABELS.open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert len({row["image"] for row in rows}) == 80
    for row in rows:
        assert set(row["kinds"].split("|")) <= set(KINDS), row
        edges = Edges(*(int(row[name]) / 100 for name in Edges._fields))
        assert 0 <= edges.left < edges.right <= 1 and 0 <= edges.top < edges.bottom <= 1, row
        assert row["split"] in ("train", "val") and row["is_partial"] in ("yes", "no")


def test_a_folder_without_labels_is_reported(tmp_path: Path):
    with pytest.raises(PhotosMissing):
        read_scenes(tmp_path, split="val")
    with pytest.raises(CommandError, match=r"labels\.csv"):
        call_command("evaluate_tagging", encoder="mini", worn=tmp_path, garments=0)


@needs_worn
def test_garments_of_worn_photos_are_found():
    encoder = get_encoder("mini")
    labels = make_labels(DEFAULT_TAXONOMY, encoder)
    scenes = read_scenes(DATA / "worn", split="val")

    figures = measure_detection(scenes, encoder, labels)

    if labels.scene.worn is None:
        pytest.skip("this encoder does not know the words for people, so it finds one garment")
    assert (figures.photos, figures.garments) == (40, 47)
    assert figures.recall >= 0.5
    assert figures.precision >= 0.5
    assert figures.single >= 0.8 * figures.flat


@needs_worn
def test_the_command_prints_what_was_found():
    out = StringIO()

    call_command("evaluate_tagging", worn=DATA / "worn", encoder="mini", garments=0, stdout=out)

    for words in ("garments found", "right kind", "flat photos with one", "40 photos"):
        assert words in out.getvalue()
