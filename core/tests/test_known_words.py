"""The words that an encoder knows."""

import pytest

from core.ml.checkpoints import EncoderUnavailable
from core.ml.known_words import find_known_words


@pytest.fixture(autouse=True)
def _forget_words():
    find_known_words.cache_clear()
    yield
    find_known_words.cache_clear()


def use_folder(settings, folder) -> None:
    settings.ENCODERS = {"small": {"model": str(folder), "revision": None}}


def test_reads_one_word_a_line(settings, tmp_path) -> None:
    (tmp_path / "known_words.txt").write_text("dress\nRed\n\nstriped \n", "utf-8")
    use_folder(settings, tmp_path)
    assert find_known_words("small") == {"dress", "red", "striped"}


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all", "patrickjohncyh/fashion-clip"])
def test_is_unknown_for_encoders_that_list_none(settings, tmp_path, folder) -> None:
    use_folder(settings, folder or tmp_path)
    assert find_known_words("small") is None


def test_refuses_an_encoder_that_is_not_configured(settings, tmp_path) -> None:
    use_folder(settings, tmp_path)
    with pytest.raises(EncoderUnavailable):
        find_known_words("large")
