"""The bundled encoder reaches the figures of its card, on garments and photos new to it."""

import os
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.ml.encoder import Encoder, get_encoder
from demo.garments import LABELS, Garment, draw_garment, sample_garments
from evaluation.encoder import embed, retrieval, zero_shot
from training.labelled_photos import read_labelled_photos
from training.mini.samples.garments import label_garment

PHOTOS = Path(os.environ.get("ATELIER_DATA", settings.BASE_DIR.parent / "shared" / "data"))
needs_photos = pytest.mark.skipif(
    not (PHOTOS / "clothing" / "labels.csv").is_file(),
    reason="needs the labelled clothing photos: set ATELIER_DATA to the folder above clothing/",
)


@pytest.fixture(scope="module")
def mini() -> Encoder:
    return get_encoder("mini")


def test_checkpoint_is_small_enough_for_the_repository() -> None:
    folder = Path(str(settings.ENCODERS["mini"]["model"]))

    assert sum(path.stat().st_size for path in folder.iterdir()) < 20e6


def test_labels_have_no_numbers_that_photos_lack(mini: Encoder) -> None:
    labels = mini.encode_labels(["dress", "a photo of a wall"])
    (photo,) = mini.encode_images([draw_garment(Garment("dress", "red", 5), height=300)])
    texts = mini.encode_texts(["dress", "a photo of a wall"])

    assert np.linalg.norm(labels, axis=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    assert not labels[:, photo == 0].any()
    assert texts[:, photo == 0].any(axis=1).all()


def rank(encoder: Encoder, prompt: str, garments: list[Garment]) -> list[Garment]:
    photos = embed(encoder, (draw_garment(garment, height=512) for garment in garments))
    scores = photos @ encoder.encode_texts([prompt])[0]
    return [garments[row] for row in np.argsort(-scores)]


def test_both_words_of_a_prompt_count(mini: Encoder) -> None:
    features = {"sleeve": "short", "neckline": "round neck", "cut": "a-line", "length": "midi"}
    red, blue = (Garment("dress", colour, 5, **features) for colour in ("red", "blue"))
    shirt = Garment("shirt", "red", 5, sleeve="long", neckline="classic collar")

    assert rank(mini, "red dress", [shirt, blue, red])[0] == red
    assert rank(mini, "blue dress", [shirt, red, blue])[0] == blue
    assert rank(mini, "red shirt", [red, blue, shirt])[0] == shirt


def test_patterns_count(mini: Encoder) -> None:
    short = {"sleeve": "short", "neckline": "crew neck"}
    tees = [Garment("t-shirt", "blue", 7, "white", pattern, **short)
            for pattern in ("plain", "striped", "floral", "dotted")]  # fmt: skip

    assert rank(mini, "striped t-shirt", tees)[0].pattern == "striped"
    assert rank(mini, "t-shirt with floral print", tees)[0].pattern == "floral"


def test_prompts_find_generated_garments(mini: Encoder) -> None:
    garments = sample_garments(count=240, seed=4242)
    facts = [label_garment(garment) for garment in garments]
    photos = embed(mini, (draw_garment(garment, height=384) for garment in garments))

    assert retrieval(mini, photos, facts, "kind").at10 >= 0.85
    assert retrieval(mini, photos, facts, "colour").at10 >= 0.9


@needs_photos
def test_labels_photos_of_unknown_sources(mini: Encoder) -> None:
    photos = read_labelled_photos(PHOTOS / "clothing", split="val")
    images = embed(mini, (photo.open() for photo in photos))

    result = zero_shot(mini, images, [photo.label for photo in photos], LABELS)

    assert result.top1 >= 0.82


def test_command_prints_the_figures() -> None:
    out = StringIO()

    call_command("evaluate_encoder", encoder="mini", garments=60, stdout=out)

    assert 'precision@10 of "kind"' in out.getvalue()


def test_command_reports_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"labels\.csv"):
        call_command("evaluate_encoder", encoder="mini", photos=tmp_path)
    with pytest.raises(CommandError, match="--photos"):
        call_command("evaluate_encoder", encoder="mini")
    with pytest.raises(CommandError, match="There is no encoder"):
        call_command("evaluate_encoder", encoder="nobody", garments=5)
