"""Tags are measured on photos and garments, and are as good as documented."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.ml.encoder import get_encoder
from evaluation.tagging.garments import evaluate_garments
from evaluation.tagging.photos import evaluate_photos
from stylist.tagging.labels import make_labels
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY
from stylist.tests.tagging.photos import DATA, needs_photos
from training.labelled_photos import read_labelled_photos

SAMPLE = 120  # every fifth photo


@pytest.fixture(scope="module")
def mini():
    return get_encoder("mini")


@pytest.fixture(scope="module")
def labels(mini):
    return make_labels(DEFAULT_TAXONOMY, mini)


def test_colours_of_generated_garments_are_right(mini, labels):
    figures = evaluate_garments(count=100, seed=777, encoder=mini, labels=labels)

    assert figures.figures["colour"].right >= 0.95
    assert figures.figures["type"].right >= 0.8
    assert figures.figures["style"].right >= 0.7
    assert figures.by_pattern["plain"][1] / figures.by_pattern["plain"][0] >= 0.9


@needs_photos
def test_types_of_photos_by_unknown_people_are_right(mini, labels):
    photos = read_labelled_photos(DATA / "clothing", split="val")[:: 606 // SAMPLE]

    figures = evaluate_photos(photos, mini, labels)

    # The whole split is measured by the command; a fifth of it varies by four hundredths.
    assert figures.type.right >= 0.65
    assert figures.slot.right >= 0.8
    assert (figures.type.sure_right or 0) >= 0.8
    assert figures.type.ece < 0.15
    assert sum(count for count, _ in figures.by_label.values()) == len(photos)


@needs_photos
def test_the_command_prints_both(tmp_path: Path):
    out = StringIO()
    write_a_few_labels(tmp_path)

    call_command("evaluate_tagging", photos=tmp_path, encoder="mini", garments=12, stdout=out)

    printed = out.getvalue()
    assert "mini on 5 photos of 'val'" in printed
    assert "mini on 12 generated garments" in printed
    assert "jumpsuit" in printed  # among the words it does not know
    for figure in ("ECE", "sure", "temperature", "Colours taken for others"):
        assert figure in printed


def write_a_few_labels(folder: Path) -> None:
    (folder / "images").symlink_to(DATA / "clothing" / "images")
    with (DATA / "clothing" / "labels.csv").open(newline="") as rows:
        some = [row for row in csv.DictReader(rows) if row["split"] == "val"][:5]
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(some[0]))
        writer.writeheader()
        writer.writerows(some)


def test_the_command_reports_missing_inputs(tmp_path: Path):
    with pytest.raises(CommandError, match=r"labels\.csv"):
        call_command("evaluate_tagging", encoder="mini", photos=tmp_path)
    with pytest.raises(CommandError, match="--photos"):
        call_command("evaluate_tagging", encoder="mini", garments=0)
    with pytest.raises(CommandError, match="There is no encoder"):
        call_command("evaluate_tagging", encoder="nobody", garments=5)
