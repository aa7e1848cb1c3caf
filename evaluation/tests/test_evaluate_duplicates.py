"""The evaluation of near-duplicates, on simple pairs and on a few real photos."""

import io

import pytest
from django.core.management import CommandError, call_command

from catalog.duplicates.limits import Limits
from evaluation.duplicates.harness import OTHER, RECOLOURED, PhotoPair, choose_limits, measure
from stylist.tests.tagging.photos import DATA, needs_photos

PAIRS = [
    *(PhotoPair("resize", 2, 0.99) for _ in range(8)),
    PhotoPair("crop", 14, 0.98),
    PhotoPair("crop", 30, 0.98),
    PhotoPair(RECOLOURED, 2, 0.93),
    PhotoPair(OTHER, 18, 0.985),
]


def test_the_limits_take_most_duplicates_and_nothing_else():
    limits = choose_limits(PAIRS)
    assert 14 <= limits.max_distance < 18
    assert 0.93 < limits.min_similarity <= 0.98


def test_counts_what_limits_take_and_leave():
    figures = measure(PAIRS, Limits(max_distance=20, min_similarity=0.97))
    assert (figures.precision, figures.recall) == (9 / 10, 9 / 10)
    assert figures.found["crop"] == (0.5, 2)
    assert figures.found[OTHER] == (1.0, 1)


@needs_photos
def test_prints_the_figures_of_both_halves():
    out = io.StringIO()
    call_command(
        "evaluate_duplicates", photos=[DATA / "clothing"], limit=8, encoder="mini", stdout=out
    )
    assert "The other half" in out.getvalue()
    assert "4 photos; at most" in out.getvalue()


def test_reports_a_folder_without_photos(tmp_path):
    with pytest.raises(CommandError, match="no folder images/"):
        call_command("evaluate_duplicates", photos=[tmp_path], encoder="mini")
