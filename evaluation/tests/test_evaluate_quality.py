import io
import json

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from evaluation.quality.harness import TARGET_MEASURES
from quality.tests.photos import make_photo


def make_folder(path):
    path.mkdir()
    for kind in ("dress", "shirt"):
        Image.fromarray(make_photo(kind=kind, height=320)).save(path / f"{kind}.png")
    return path


def test_prints_tables_and_writes_figures_and_a_plot(tmp_path):
    printed = io.StringIO()
    call_command(
        "evaluate_quality", photos=make_folder(tmp_path / "photos"), enhanced=1, processes=2,
        out=tmp_path / "out", stdout=printed, stderr=io.StringIO(),
    )  # fmt: skip

    assert "worse ranked worse" in printed.getvalue()
    figures = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert (figures["photos"], figures["enhanced"]) == (2, 1)
    assert set(figures["rankings"]) == set(TARGET_MEASURES)
    assert figures["rankings"]["noise"]["share"] == 1.0
    assert figures["restoring"]["noise"]["gain"] > 0.05
    assert figures["clean"]["ssim"] > 0.9
    plot = (tmp_path / "out" / "quality.svg").read_text()
    assert "<svg" in plot
    assert all(name in plot for name in TARGET_MEASURES)


def test_reports_a_folder_without_photos(tmp_path):
    with pytest.raises(CommandError, match="no photos"):
        call_command("evaluate_quality", photos=tmp_path)
