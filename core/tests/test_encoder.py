"""Encoders return what transformers itself returns, only faster."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.random_checkpoints import make_random_clip, make_random_siglip
from core.ml import encoder as encoder_module
from core.ml.checkpoints import EncoderSpec, EncoderUnavailable, encoder_spec
from core.ml.encoder import Encoder, get_encoder

TEXTS = ["a red dress", "blue shirt with long sleeves", "hat", "warm winter coat for the party"]


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_random_clip(tmp_path_factory.mktemp("clip"), size="tiny", seed=3)


@pytest.fixture(scope="module")
def clip(clip_folder: Path) -> Encoder:
    return Encoder(EncoderSpec("clip", str(clip_folder)), dtype=torch.float32)


@pytest.fixture(scope="module")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    folder = make_random_siglip(tmp_path_factory.mktemp("siglip"), seed=4)
    return Encoder(EncoderSpec("siglip", str(folder)), dtype=torch.float32)


def make_photos(*sizes: tuple[int, int]) -> list[Image.Image]:
    """Make smooth random photos, for which resampling methods agree."""
    rng = np.random.default_rng(1)
    sizes = sizes or ((40, 53), (53, 40), (64, 64), (90, 120))
    coarse = [rng.integers(0, 256, (6, 5, 3), dtype=np.uint8) for _ in sizes]
    return [
        Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        for pixels, size in zip(coarse, sizes, strict=True)
    ]


def direct(folder: str, dtype: torch.dtype) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoProcessor

    model = AutoModel.from_pretrained(folder, dtype=dtype).eval()
    return model, AutoProcessor.from_pretrained(folder)  # type: ignore[no-untyped-call]


def unit(features: torch.Tensor) -> np.ndarray[Any, Any]:
    return torch.nn.functional.normalize(features.float(), dim=-1).numpy()


@torch.inference_mode()
def direct_images(encoder: Encoder, photos: list[Image.Image]) -> np.ndarray[Any, Any]:
    model, processor = direct(encoder.spec.model, encoder.dtype)
    inputs = processor(images=photos, return_tensors="pt")
    return unit(model.get_image_features(inputs["pixel_values"].to(encoder.dtype)).pooler_output)


@torch.inference_mode()
def direct_texts(encoder: Encoder, texts: list[str], **options: Any) -> np.ndarray[Any, Any]:
    model, processor = direct(encoder.spec.model, encoder.dtype)
    inputs = processor(text=texts, return_tensors="pt", truncation=True, **options)
    return unit(model.get_text_features(**inputs).pooler_output)


def test_photos_match_transformers_in_float32(clip: Encoder) -> None:
    photos = make_photos()

    difference = clip.encode_images(photos) - direct_images(clip, photos)

    assert np.abs(difference).max() < 2e-3  # Pillow rounds a pixel here and there


def test_pixels_equal_the_processors_within_rounding(clip: Encoder) -> None:
    photos = make_photos()
    _, processor = direct(clip.spec.model, torch.float32)

    expected = processor.image_processor(images=photos, return_tensors="np")["pixel_values"]

    assert np.abs(clip.prepare(photos) - expected).max() < 0.02  # one level of 255 is 0.015


def test_texts_match_transformers_in_float32(clip: Encoder) -> None:
    expected = direct_texts(clip, TEXTS, padding=True)

    np.testing.assert_allclose(clip.encode_texts(TEXTS), expected, atol=1e-5)


def test_bfloat16_stays_close_to_float32(clip: Encoder) -> None:
    coarse = Encoder(clip.spec, dtype=torch.bfloat16)
    photos = make_photos()

    photo_cosines = (coarse.encode_images(photos) * clip.encode_images(photos)).sum(axis=1)
    text_cosines = (coarse.encode_texts(TEXTS) * clip.encode_texts(TEXTS)).sum(axis=1)

    assert photo_cosines.min() > 0.999
    assert text_cosines.min() > 0.999


def test_labels_are_texts_where_photos_use_every_dimension(clip: Encoder, siglip: Encoder) -> None:
    for encoder in (clip, siglip):
        np.testing.assert_allclose(
            encoder.encode_labels(TEXTS), encoder.encode_texts(TEXTS), atol=1e-6
        )


def test_siglip_matches_transformers_with_its_fixed_padding(siglip: Encoder) -> None:
    photos = make_photos()

    texts = direct_texts(siglip, TEXTS, padding="max_length", max_length=16)

    np.testing.assert_allclose(siglip.encode_texts(TEXTS), texts, atol=1e-5)
    assert np.abs(siglip.encode_images(photos) - direct_images(siglip, photos)).max() < 5e-3


def test_results_are_in_order_and_independent_of_the_batch(clip: Encoder) -> None:
    photos = make_photos()
    together, alone = clip.encode_images(photos), [clip.encode_images([p])[0] for p in photos]
    texts, one_by_one = clip.encode_texts(TEXTS), [clip.encode_texts([t])[0] for t in TEXTS]

    np.testing.assert_allclose(together, np.stack(alone), atol=1e-5)
    np.testing.assert_allclose(texts, np.stack(one_by_one), atol=1e-5)
    np.testing.assert_allclose(clip.encode_images(photos[::-1]), together[::-1], atol=1e-5)


def test_embeddings_are_unit_float32_rows(clip: Encoder) -> None:
    for rows in (clip.encode_images(make_photos()), clip.encode_texts(TEXTS)):
        assert rows.dtype == np.float32
        assert rows.shape == (4, clip.dimensions)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_empty_input_gives_empty_output(clip: Encoder) -> None:
    assert clip.encode_images([]).shape == (0, clip.dimensions)
    assert clip.encode_texts([]).shape == (0, clip.dimensions)


def test_truncates_long_texts_and_encodes_unusual_ones(clip: Encoder) -> None:
    odd = ["red dress " * 200, "", "  ", "ünïcödé 红色连衣裙 👗", "\x00\n"]

    assert np.isfinite(clip.encode_texts(odd)).all()


def test_accepts_photos_of_any_mode(clip: Encoder) -> None:
    photo = make_photos((40, 53))[0]
    modes = [photo.convert(mode) for mode in ("L", "RGBA", "P", "CMYK", "1")]

    assert clip.encode_images(modes).shape == (5, clip.dimensions)


def test_a_jpeg_that_is_not_decoded_gives_nearly_the_same_pixels(
    clip: Encoder, tmp_path: Path
) -> None:
    photo = make_photos((600, 800))[0]
    photo.save(tmp_path / "photo.jpg", quality=95)

    with Image.open(tmp_path / "photo.jpg") as unread:
        lazily = clip.prepare([unread])
    with Image.open(tmp_path / "photo.jpg") as read:
        read.load()
        difference = np.abs(lazily - clip.prepare([read]))

    assert difference.mean() < 0.02


def test_concurrent_callers_load_an_encoder_once(
    clip_folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENCODERS = {"once": {"model": str(clip_folder), "revision": None}}
    monkeypatch.setattr(encoder_module, "_encoders", {})
    loaded: list[Encoder] = []
    gate = threading.Barrier(8)

    def load() -> None:
        gate.wait()
        loaded.append(get_encoder("once"))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(loaded) == 8
    assert len({id(encoder) for encoder in loaded}) == 1


def test_the_error_for_an_unknown_name_lists_the_known_ones(settings: Any) -> None:
    settings.ENCODERS = {"mini": {"model": "x"}, "other": {"model": "y"}}

    with pytest.raises(EncoderUnavailable, match="mini, other"):
        encoder_spec("nothing")


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="no folder"):
        Encoder(EncoderSpec("lost", str(tmp_path / "lost")))


def test_a_folder_without_a_model_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="could not be loaded"):
        Encoder(EncoderSpec("hollow", str(tmp_path)))


def test_importing_the_module_does_not_import_torch() -> None:
    code = (
        "import sys, core.ml.encoder; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


def test_a_folded_tower_gives_the_same_vectors() -> None:
    spec = encoder_spec("mini")
    encoder = Encoder(spec, dtype=torch.float32)
    model, _ = direct(spec.model, torch.float32)
    pixels = encoder.prepare(make_photos())

    with torch.inference_mode():
        expected = model.get_image_features(pixel_values=torch.from_numpy(pixels)).pooler_output

    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in encoder._model.modules())
    unit = torch.nn.functional.normalize(expected, dim=-1).numpy()
    assert np.allclose(encoder.encode_pixels(pixels), unit, atol=1e-4)


def test_photos_are_padded_to_squares_in_the_colour_of_the_processor() -> None:
    encoder = Encoder(encoder_spec("mini"), dtype=torch.float32)
    wide = Image.new("RGB", (300, 100), (250, 20, 30))

    pixels = encoder.prepare([wide])[0]

    height, width = pixels.shape[1:]
    assert height == width
    assert np.abs(pixels[:, : height // 3 - 1]).max() < 0.01  # the mean, so nearly zero
    assert np.abs(pixels[:, -height // 3 + 1 :]).max() < 0.01
    assert np.allclose(pixels[0, height // 2], 250 / 127.5 - 1, atol=0.01)
