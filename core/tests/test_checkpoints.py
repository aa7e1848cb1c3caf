"""A checkpoint is known by its content, and an earlier one stays loadable."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from core.ml import batching
from core.ml import encoder as encoder_module
from core.ml.batching import get_batcher
from core.ml.checkpoints import (
    EncoderUnavailable,
    current_revision,
    find_checkpoint,
    hash_checkpoint,
)
from core.ml.encoder import get_encoder


def make_checkpoint(folder: Path, weights: str = "weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_text(weights)
    (folder / "vocab.txt").write_text("dress")
    return folder


@pytest.fixture
def own(tmp_path: Path, settings: Any) -> Path:
    """Return a folder with the checkpoint of the encoder `own`."""
    folder = make_checkpoint(tmp_path / "own")
    settings.ENCODERS = {
        "own": {"model": str(folder), "revision": None, "earlier": str(tmp_path / "earlier")}
    }
    return folder


def test_a_copy_has_the_same_revision(own: Path, tmp_path: Path) -> None:
    shutil.copytree(own, tmp_path / "copy")

    assert current_revision("own") == hash_checkpoint(tmp_path / "copy")
    assert len(current_revision("own")) == 16


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_changed_file_changes_the_revision(own: Path, name: str) -> None:
    before = current_revision("own")
    (own / name).write_text('{"changed": 1}')

    assert current_revision("own") != before


def test_a_card_and_the_list_of_known_words_do_not_change_it(own: Path) -> None:
    before = current_revision("own")
    (own / "README.md").write_text("A card.")
    (own / "known_words.txt").write_text("dress")

    assert current_revision("own") == before


def test_a_pinned_revision_is_the_revision(own: Path, settings: Any) -> None:
    settings.ENCODERS = {
        "hub": {"model": "some/model", "revision": "abc"},
        "unpinned": {"model": "some/model", "revision": None},
        "versioned": {"model": str(own), "revision": "2026-03"},
    }

    assert current_revision("hub") == "abc"
    assert current_revision("unpinned") == ""
    assert current_revision("versioned") == "2026-03"


def test_a_missing_folder_has_no_revision(tmp_path: Path, settings: Any) -> None:
    settings.ENCODERS = {"lost": {"model": str(tmp_path / "lost"), "revision": None}}

    with pytest.raises(EncoderUnavailable, match="no folder"):
        current_revision("lost")


def test_finds_the_configured_checkpoint(own: Path) -> None:
    assert find_checkpoint("own", current_revision("own")).model == str(own)
    # Of indexes from before revisions were recorded.
    assert find_checkpoint("own", "").model == str(own)


def test_finds_an_earlier_checkpoint_by_content_or_name(own: Path, tmp_path: Path) -> None:
    earlier = make_checkpoint(tmp_path / "earlier" / "2025", "earlier weights")

    assert find_checkpoint("own", hash_checkpoint(earlier)).model == str(earlier)
    assert find_checkpoint("own", "2025").model == str(earlier)


def test_a_checkpoint_that_is_gone_is_unavailable(own: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="'gone' any more"):
        find_checkpoint("own", "gone")
    make_checkpoint(tmp_path / "earlier" / "2025")
    with pytest.raises(EncoderUnavailable, match="'gone' any more"):
        find_checkpoint("own", "gone")


def test_a_hub_is_asked_for_any_revision(settings: Any) -> None:
    settings.ENCODERS = {"hub": {"model": "some/model", "revision": "abc"}}

    spec = find_checkpoint("hub", "earlier")
    assert (spec.model, spec.revision) == ("some/model", "earlier")


def test_the_first_mini_is_still_there() -> None:
    """Indexes of the demo that were made with it have its revision: see the migration."""
    first = Path(str(django_settings.ENCODERS["mini"]["earlier"])) / "1"

    assert hash_checkpoint(first) == "0ebdf367c25fbe62"
    assert find_checkpoint("mini", "0ebdf367c25fbe62").model in (
        str(first),
        django_settings.ENCODERS["mini"]["model"],
    )


def test_two_revisions_of_an_encoder_are_loaded_side_by_side(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that loaded a checkpoint before it was replaced goes on using it."""
    monkeypatch.setattr(encoder_module, "_encoders", {})
    monkeypatch.setattr(batching, "_batchers", {})
    first = Path(str(django_settings.ENCODERS["mini"]["earlier"])) / "1"
    folder = tmp_path / "checkpoint"
    shutil.copytree(first, folder)
    settings.ENCODERS = {"own": {"model": str(folder), "revision": None}}
    old = get_batcher("own")

    config = folder / "tokenizer_config.json"
    config.write_text(config.read_text() + "\n")

    new = get_batcher("own")
    assert new is not old and new.encoder is get_encoder("own", current_revision("own"))
    assert get_batcher("own", "0ebdf367c25fbe62") is old
    old.close()
    new.close()
