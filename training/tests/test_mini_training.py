"""Training of mini: captions claim only true tags, and only known false tags push apart."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.ml.checkpoints import EncoderSpec
from core.ml.encoder import Encoder
from training.garment_colours import ColourShare, GarmentColours
from training.labelled_photos import PhotosMissing, label_photo, read_labelled_photos
from training.mini.architecture import IMAGE_SIZE, UNKNOWN, build_processor
from training.mini.augmentation import augment, mix
from training.mini.captions import list_words, word_plainly, write_caption
from training.mini.checkpoint import write_checkpoint
from training.mini.labels import Caption, PhotoLabels, TruthTable
from training.mini.losses import multi_positive_loss
from training.mini.recipe import Recipe, Schedule, TextTraining
from training.mini.samples import Samples, collect, join, sampling_weights
from training.mini.train import train
from training.mini.words import plural

RED_DRESS = PhotoLabels(frozenset({"kind:dress", "colour:red"}), frozenset({"pattern:*"}))
STRIPED_DRESS = PhotoLabels(frozenset({"kind:dress", "colour:blue", "pattern:striped"}))
TAGS = ["kind:dress", "kind:shirt", "colour:red", "colour:blue", "pattern:striped"]
COLOURS = {"red": (200, 30, 40), "green": (40, 140, 70)}


def claim(*tags: str) -> Caption:
    return Caption(" ".join(tags), tags)


def truth_of(captions: list[Caption], *, recoloured: bool) -> Any:
    table = TruthTable([RED_DRESS, STRIPED_DRESS], TAGS)
    return table.of(np.array([0, 1]), np.array([recoloured] * 2)).against(captions)


def test_a_caption_is_true_false_or_undecided_for_a_photo() -> None:
    captions = [
        claim("kind:dress"),
        claim("kind:dress", "colour:red"),
        claim("kind:shirt", "pattern:striped"),
        claim("kind:dress", "pattern:striped"),
    ]
    holds, unsure = truth_of(captions, recoloured=False)

    assert holds.tolist() == [[True, True, False, False], [True, False, False, True]]
    assert unsure.tolist() == [[False, False, False, True], [False, False, False, False]]


def test_no_colour_of_a_recoloured_photo_is_known() -> None:
    captions = [claim("kind:dress"), claim("colour:red"), claim("kind:shirt", "colour:red")]

    holds, unsure = truth_of(captions, recoloured=True)

    assert holds.tolist() == [[True, False, False]] * 2
    assert unsure.tolist() == [[False, True, False]] * 2


def test_captions_claim_only_true_tags_in_known_words() -> None:
    rng = random.Random(1)  # noqa: S311 - repeatable on purpose
    known = set(list_words())
    for _ in range(300):
        caption = write_caption(STRIPED_DRESS, rng)
        assert STRIPED_DRESS.true.issuperset(caption.claims)
        assert set(caption.text.split()) <= known


def test_plain_words_are_in_the_usual_order() -> None:
    tags = ["kind:dress", "pattern:striped", "colour:red", "sleeve:long"]

    assert word_plainly(tags) == "long sleeve red striped dress"


@pytest.mark.parametrize(
    ("noun", "many"),
    [("dress", "dresses"), ("body", "bodies"), ("jeans", "jeans"), ("scarf", "scarfs")],
)
def test_nouns_have_plurals(noun: str, many: str) -> None:
    assert plural(noun) == many


def test_the_tokenizer_reads_hyphens_case_and_unknown_words() -> None:
    tokenizer = build_processor(list_words()).tokenizer

    assert tokenizer.tokenize("Red T-Shirt, flörgle!") == ["red", "t", "shirt", UNKNOWN]


def test_smaller_colours_of_a_photo_are_unknown() -> None:
    shares = (ColourShare("red", 0.5), ColourShare("white", 0.38), ColourShare("grey", 0.1))

    labels = label_photo("T-Shirt", GarmentColours(shares, "red", is_sure=True))

    assert labels.of("colour") == ["red", "white"]
    assert not labels.knows("colour:grey")
    assert not labels.knows("pattern:striped")
    assert labels.knows("colour:blue")
    assert labels.of("sleeve") == ["short"]


def test_loss_pulls_to_every_true_text_and_ignores_undecided_ones() -> None:
    holds = torch.tensor([[True, True, False, False]])
    unsure = torch.tensor([[False, False, False, True]])
    good = torch.tensor([[9.0, 9.0, -9.0, 9.0]])
    bad = torch.tensor([[-9.0, 9.0, 9.0, 9.0]])

    losses = [multi_positive_loss(x, holds, unsure, smoothing=0.0).item() for x in (good, bad)]

    assert losses[0] == pytest.approx(np.log(2), abs=1e-4)  # the least possible with two true
    assert losses[1] > 5


def test_views_keep_range_and_colours_unless_recoloured() -> None:
    photos = torch.zeros(40, 3, 64, 48, dtype=torch.uint8)
    photos[:, 0] = 200
    recoloured = torch.arange(40) >= 20

    chance = torch.Generator().manual_seed(0)
    views = augment(photos, size=(32, 24), recoloured=recoloured, generator=chance)

    assert views.shape == (40, 3, 32, 24)
    assert views.abs().max() <= 1
    is_red = views[:, 0].mean(dim=(1, 2)) > views[:, 1].mean(dim=(1, 2)) + 0.5
    assert is_red[:20].all()
    assert is_red[20:].sum() < 15


def test_mixed_views_have_both_photos_by_the_returned_share() -> None:
    views = torch.tensor([-1.0, 1.0]).view(2, 1, 1, 1).expand(2, 3, 32, 24)
    chance = torch.Generator().manual_seed(3)
    for _ in range(20):
        mixed, partner, share = mix(views, generator=chance)
        expected = share * views + (1 - share) * views[partner]
        assert torch.allclose(mixed.mean(dim=(1, 2, 3)), expected.mean(dim=(1, 2, 3)), atol=1e-5)


def test_reports_missing_photos(tmp_path: Path) -> None:
    with pytest.raises(PhotosMissing, match=r"labels\.csv"):
        read_labelled_photos(tmp_path / "nowhere", split="train")


def make_samples() -> Samples:
    """Return plain photos of two colours, enough for a few steps."""
    stream = [
        (Image.new("RGB", (60, 80), rgb), PhotoLabels(frozenset({f"colour:{name}", "kind:dress"})))
        for name, rgb in COLOURS.items()
        for _ in range(8)
    ]
    return collect(stream)


def fit(*, image_steps: int, text_steps: int, seed: int = 0) -> Any:
    """Train each tower for some steps."""
    recipe = Recipe(
        image_schedule=Schedule(image_steps, learning_rate=2e-3, batch=8, warm_up=5),
        text_trainings=tuple(
            TextTraining(
                Schedule(text_steps, learning_rate=1e-3, batch=8, warm_up=5), garments=1, share=0.5
            )
            for _ in range(2)
        ),
        seed=seed,
    )
    return train([make_samples()], build_processor(list_words()), recipe)


def test_each_part_is_sampled_with_its_share() -> None:
    samples = make_samples()

    weights = sampling_weights([join([samples, samples]), samples], [3, 1])

    assert weights[:32].sum() == pytest.approx(0.75)
    assert weights.sum() == pytest.approx(1)


def test_the_same_seed_trains_the_same_model() -> None:
    first, second = (fit(image_steps=2, text_steps=2, seed=7) for _ in range(2))

    weights = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in weights)


def test_training_learns_colours_and_the_checkpoint_loads(tmp_path: Path) -> None:
    model = fit(image_steps=20, text_steps=40)

    assert write_checkpoint(model, build_processor(list_words()), tmp_path) < 15e6
    encoder = Encoder(EncoderSpec("fresh", str(tmp_path)), dtype=torch.float32)
    photos = [Image.new("RGB", (60, 80), rgb) for rgb in COLOURS.values()]
    scores = encoder.encode_images(photos) @ encoder.encode_texts(list(COLOURS)).T

    assert encoder.prepare(photos).shape == (2, 3, *IMAGE_SIZE)
    assert scores.argmax(axis=1).tolist() == [0, 1]
