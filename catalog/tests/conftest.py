"""A small real encoder with random weights, loaded like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.random_checkpoints import make_random_clip
from core.ml import batching, encoder


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-clip")
    make_random_clip(folder, size="tiny")
    return folder


@pytest.fixture
def tiny_encoder(settings, tiny_clip: Path) -> Iterator[str]:
    """Make new shops use the tiny encoder in this process; return its name."""
    settings.ENCODERS = {"tiny": {"model": str(tiny_clip), "revision": None}}
    settings.DEFAULT_ENCODER = "tiny"
    yield "tiny"
    for key in [key for key in encoder._encoders if key[0] == "tiny"]:
        encoder._encoders.pop(key)
        batching._batchers.pop(key, None)
