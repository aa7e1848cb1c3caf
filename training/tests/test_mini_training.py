"""Training of mini: captions claim only true tags, and only known false tags push apart."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from PIL import Image
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast

from catalog.vocabulary.kinds import KINDS as VOCABULARY
from core.ml.checkpoints import EncoderSpec
from core.ml.encoder import Encoder
from core.ml.known_words import read_known_tags
from training.garment_colours import ColourShare, GarmentColours
from training.labelled_photos import PhotosMissing, label_photo, read_labelled_photos
from training.mini.architecture import IMAGE_SIZE, LOOKS, MAX_TOKENS, build_model, build_processor
from training.mini.captions import list_words, word_plainly, write_caption
from training.mini.checkpoint import write_checkpoint
from training.mini.forward import encode_views
from training.mini.habits import list_habits
from training.mini.labels import Caption, PhotoLabels, TruthTable
from training.mini.lessons import list_taught_words
from training.mini.losses import multi_positive_loss
from training.mini.meanings import MeaningAxes, combine, looks_of
from training.mini.open_weights import ImageNetWeights
from training.mini.recipe import Recipe, Schedule
from training.mini.samples.augmentation import augment, mix
from training.mini.samples.collection import STORED_SIZE, Samples, collect, join, sampling_weights
from training.mini.samples.outfits import compose_outfits, cut_out
from training.mini.train import train
from training.mini.words import list_shown_tags, misspell, plural
from training.worn_photos import label_worn

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


def test_a_misspelt_word_keeps_its_letters_but_one() -> None:
    rng = random.Random(2)  # noqa: S311 - repeatable on purpose

    spelt = {misspell("red sneakers", rng) for _ in range(50)}

    assert all(text.startswith("red s") and text.endswith("s") for text in spelt)
    assert len(spelt) > 5
    assert {abs(len(text) - len("red sneakers")) for text in spelt} <= {0, 1}
    assert misspell("red hat", rng) == "red hat"


def test_every_kind_and_habit_of_the_lessons_is_in_the_vocabulary() -> None:
    habits = dict(list_habits())

    assert {kind for kinds in habits.values() for kind in kinds} <= set(VOCABULARY)
    assert all(habits.values())
    assert "shorts" in habits["beach"]
    assert {"linen", "beach", "raincoats"} <= set(list_taught_words())


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


class FakeMiniLM:
    """Places words by their letters; has the interface of `MiniLM`."""

    def __init__(self) -> None:
        words = sorted({*list_words(), *list_taught_words(), "lorry", "sofa"})
        vocabulary = {
            word: k for k, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])
        }
        backend = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
        backend.pre_tokenizer = Whitespace()
        self.tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=backend,
            pad_token="[PAD]",
            unk_token="[UNK]",
            model_max_length=MAX_TOKENS,
        )
        self.table = torch.randn(len(vocabulary), 384, generator=torch.manual_seed(5))

    def encode(self, texts: list[str]) -> torch.Tensor:
        rows = [[text.count(chr(97 + k % 26)) + 0.01 for k in range(384)] for text in texts]
        return torch.nn.functional.normalize(torch.tensor(rows), dim=-1)


def make_weights() -> ImageNetWeights:
    torch.manual_seed(1)
    tower = build_model(vocabulary_size=10).vision_model
    return ImageNetWeights(
        tower.state_dict(),
        torch.randn(300, 1280),
        torch.zeros(300),
        [[f"lorry {k}"] for k in range(300)],
        ["sofa"],
    )


def fit(
    *, image_steps: int, text_steps: int, seed: int = 0, losses: list[float] | None = None
) -> Any:
    """Train each tower for some steps; add the losses of both to a list."""
    recipe = Recipe(
        image_schedule=Schedule(image_steps, learning_rate=1e-3, batch=8, warm_up=5),
        text_schedule=Schedule(text_steps, learning_rate=2e-3, batch=8, warm_up=5),
        view_size=64,
        opened=0.1,
        lesson_batch=8,
        pairs=40,
        seed=seed,
    )
    kept = [] if losses is None else losses
    return train(
        [make_samples()],
        make_weights(),
        FakeMiniLM(),  # type: ignore[arg-type]
        recipe,
        lambda _tower, _step, loss: kept.append(loss),
    )


def test_the_fast_forward_pass_has_the_results_and_gradients_of_the_tower() -> None:
    tower = build_model(vocabulary_size=10).vision_model.eval()
    views = torch.randn(2, 3, 64, 64, generator=torch.manual_seed(2))
    (first, *_), last = tower.encoder.blocks, tower.encoder.top_bn
    weights = [first.depthwise_conv.depthwise_conv.weight, last.weight]

    slow = tower(pixel_values=views).pooler_output.flatten(1)
    fast = encode_views(tower, views, dtype=torch.float32)
    rounded = encode_views(tower, views).detach()

    torch.testing.assert_close(fast, slow, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(
        rounded, slow.detach(), rtol=0.1, atol=0.1 * float(slow.detach().abs().max())
    )
    for one, other in zip(
        torch.autograd.grad(fast.square().sum(), weights),
        torch.autograd.grad(slow.square().sum(), weights),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4 * float(other.abs().max()))


def test_photos_leave_room_for_the_meanings_of_texts() -> None:
    projection = fit(image_steps=2, text_steps=1).visual_projection.weight

    assert not projection[LOOKS:].any()
    assert projection[:LOOKS].any(dim=1).all()


def test_a_meaning_changes_all_cosines_with_photos_by_the_same_factor() -> None:
    chance = torch.manual_seed(3)
    photos = looks_of(torch.randn(5, LOOKS, generator=chance))
    looks = looks_of(torch.randn(4, LOOKS, generator=chance))
    axes = MeaningAxes(torch.randn(60, 384, generator=chance))

    texts = combine(looks, axes.place(torch.randn(4, 384, generator=chance)))

    assert texts.norm(dim=1).tolist() == pytest.approx([1] * 4)
    torch.testing.assert_close(photos @ texts[:, :LOOKS].T, photos @ looks.T * (3 / 4) ** 0.5)


def test_each_part_is_sampled_with_its_share() -> None:
    samples = make_samples()

    weights = sampling_weights([join([samples, samples]), samples], [3, 1])

    assert weights[:32].sum() == pytest.approx(0.75)
    assert weights.sum() == pytest.approx(1)


def test_rare_kinds_are_drawn_more_often_than_they_occur() -> None:
    kinds = ["dress"] * 9 + ["hat"]
    labels = [PhotoLabels(frozenset({f"kind:{kind}"})) for kind in kinds]
    samples = collect((Image.new("RGB", (8, 8)), label) for label in labels)

    weights = sampling_weights([samples], [1])

    assert weights[9] > 2 * weights[0]


def test_photos_are_stored_as_padded_squares() -> None:
    photo = Image.new("RGB", (60, 80), (255, 0, 0))

    stored = collect([(photo, RED_DRESS)]).photos[0]

    assert stored.shape == (3, STORED_SIZE, STORED_SIZE)
    assert stored[:, 0, STORED_SIZE // 2].tolist() == [255, 0, 0]
    assert stored[:, STORED_SIZE // 2, 0].tolist() == [127, 127, 127]


def test_outfits_are_made_of_cut_out_garments() -> None:
    photo = Image.new("RGB", (300, 400), (250, 250, 250))
    photo.paste((200, 30, 40), (80, 100, 220, 300))
    labels = {
        kind: PhotoLabels(frozenset({f"kind:{kind}", "scene:flat", "colour:red"}))
        for kind in ("t-shirt", "pants", "shoes", "dress")
    }
    cut_outs = [cut for label in labels.values() if (cut := cut_out(photo, label))]
    assert len(cut_outs) == len(labels)
    assert cut_out(photo, PhotoLabels(frozenset({"kind:bag"}))) is None

    outfits = list(compose_outfits(cut_outs, count=12, seed=3))

    assert len(outfits) == 12
    for crop, label in outfits:
        pixels = np.asarray(crop).reshape(-1, 3)
        assert (np.abs(pixels.astype(int) - (200, 30, 40)).max(axis=1) < 30).mean() > 0.1
        assert not label.knows("scene:worn")
        assert "scene:flat" not in label.true


def test_labels_of_worn_photos_leave_other_garments_open() -> None:
    labels = label_worn("heels", "red", "person")

    assert labels.of("kind") == ["high heels", "shoes"]
    assert labels.of("scene") == ["worn"]
    assert "colour:red" in labels.true
    assert not labels.knows("colour:blue")
    assert not label_worn("jacket", "", "ghost").knows("kind:raincoat")


def test_people_of_the_photos_learn_or_tune_but_never_both(tmp_path: Path) -> None:
    rows = "".join(f"{k},Dress,{k % 40},train\n" for k in range(80))
    (tmp_path / "labels.csv").write_text(f"image,label,sender_id,split\n{rows}900,Dress,1,val\n")

    learn, tune, both = (
        {photo.path for photo in read_labelled_photos(tmp_path, split=split)}
        for split in ("learn", "tune", "train")
    )

    assert learn | tune == both
    assert not learn & tune
    assert tune
    assert all(
        {tmp_path / "images" / f"{k}.jpg", tmp_path / "images" / f"{k + 40}.jpg"} & tune
        in (set(), {tmp_path / "images" / f"{k}.jpg", tmp_path / "images" / f"{k + 40}.jpg"})
        for k in range(40)
    )


def test_the_same_seed_trains_the_same_model() -> None:
    first, second = (fit(image_steps=2, text_steps=2, seed=7) for _ in range(2))

    weights = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in weights)


def test_texts_come_closer_and_the_checkpoint_loads(tmp_path: Path) -> None:
    losses: list[float] = []

    model = fit(image_steps=2, text_steps=60, losses=losses)
    size = write_checkpoint(
        model,
        build_processor(FakeMiniLM().tokenizer),
        words=["Red", "green"],
        tags=list_shown_tags(["kind:jumper", "kind:dress", "colour:red", "pattern:leopard"]),
        folder=tmp_path,
    )
    encoder = Encoder(EncoderSpec("fresh", str(tmp_path)), dtype=torch.float32)

    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[2:7])
    assert size < 20e6
    assert (tmp_path / "known_words.txt").read_text() == "green\nred\n"
    assert read_known_tags(str(tmp_path)) == {"kind:dress", "kind:sweater", "pattern:animal"}
    photos = [Image.new("RGB", (60, 80), rgb) for rgb in COLOURS.values()]
    assert encoder.prepare(photos).shape == (2, 3, IMAGE_SIZE, IMAGE_SIZE)
    assert encoder.encode_images(photos).shape == (2, encoder.dimensions)


def test_the_command_names_the_package_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"requirements/training\.txt"):
        call_command("train_mini", photos=tmp_path, worn=tmp_path, out=tmp_path)
