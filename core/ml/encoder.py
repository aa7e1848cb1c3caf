"""Dual encoders: turn photos and texts into comparable unit vectors.

One class loads every dual encoder that transformers supports (CLIP, SigLIP, fixed-size SigLIP 2,
`VisionTextDualEncoderModel`). Pixels are float32 (n, 3, height, width), sRGB; embeddings float32
(n, d) with norm 1, in input order. Only loading an encoder imports torch and transformers: the web
process imports this module, and must not import them.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.ml.batch_norm import fold_tower
from core.ml.checkpoints import (
    EncoderSpec,
    EncoderUnavailable,
    current_revision,
    find_checkpoint,
)
from core.ml.preprocessing import PixelRecipe

if TYPE_CHECKING:
    import torch

Embeddings = NDArray[np.float32]
Pixels = NDArray[np.float32]

# SigLIP pools the last text position, so it needs the padding of its training; other families
# ignore padding.
FIXED_LENGTH_FAMILIES = ("siglip",)


class Encoder:
    """A loaded dual encoder. Methods may be called from several threads."""

    def __init__(self, spec: EncoderSpec, *, dtype: torch.dtype | None = None) -> None:
        """Load the checkpoint; raise `EncoderUnavailable`. `dtype` overrides the native one."""
        self.spec = spec
        self.device, native = _device_and_dtype()
        self.dtype = dtype or native
        self._model, self._processor = _load(spec, self.device, self.dtype)
        self._recipe = PixelRecipe.from_processor(self._processor.image_processor)
        family = self._model.config.model_type
        self._padding: bool | str = "max_length" if family in FIXED_LENGTH_FAMILIES else True
        self._max_tokens = _max_tokens(self._model, self._processor.tokenizer)
        self._photo_dimensions = _photo_dimensions(self._model)
        self._tokenizer_lock = threading.Lock()
        self.dimensions: int = self.encode_texts(["warm up"]).shape[1]

    def prepare(self, photos: Sequence[Image.Image]) -> Pixels:
        """Return the model's input, (n, 3, height, width) float32, as `PixelRecipe` describes.

        Runs on the CPU without the model, so that it can overlap with a forward pass. Decodes a
        JPEG that was only opened, at a reduced scale if that is enough.
        """
        if self._recipe is not None:
            return self._recipe.apply(photos)
        rgb = [photo.convert("RGB") for photo in photos]
        output = self._processor.image_processor(images=rgb, return_tensors="np")
        return np.asarray(output["pixel_values"], dtype=np.float32)

    def encode_pixels(self, pixels: Pixels | torch.Tensor) -> Embeddings:
        """Embed prepared pixels in one forward pass."""
        import torch

        if len(pixels) == 0:
            return self._empty()
        batch = torch.as_tensor(pixels).to(self.device, self.dtype)
        with torch.inference_mode():
            output = self._model.get_image_features(
                pixel_values=batch.contiguous(memory_format=torch.channels_last)
            )
        return _unit_rows(output)

    def encode_images(self, photos: Sequence[Image.Image]) -> Embeddings:
        """Embed photos in one forward pass; the caller limits their number."""
        return self.encode_pixels(self.prepare(photos)) if len(photos) else self._empty()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts in one forward pass, padded to the longest, truncated at the limit."""
        import torch

        if len(texts) == 0:
            return self._empty()
        with self._tokenizer_lock:  # padding is state of the tokenizer: not thread-safe
            tokens = self._processor.tokenizer(
                list(texts),
                padding=self._padding,
                truncation=True,
                max_length=self._max_tokens,
                return_tensors="pt",
            )
        with torch.inference_mode():
            output = self._model.get_text_features(**tokens.to(self.device))
        return _unit_rows(output)

    def encode_labels(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts of which a photo gets the most similar one.

        Dimensions in which every photo has zero, such as the meanings of `mini`, are left out: they
        would lower the cosines of some texts more than those of others.
        """
        vectors = self.encode_texts(texts) * self._photo_dimensions
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def _empty(self) -> Embeddings:
        return np.empty((0, self.dimensions), dtype=np.float32)


_encoders: dict[tuple[str, str], Encoder] = {}
_loading = threading.Lock()


def get_encoder(name: str, revision: str | None = None) -> Encoder:
    """Return this process's encoder of a name and revision; the first call loads it.

    Without a revision, this is the configured checkpoint. Raises `EncoderUnavailable`.
    """
    key = (name, current_revision(name) if revision is None else revision)
    if key not in _encoders:
        with _loading:
            if key not in _encoders:
                _encoders[key] = Encoder(find_checkpoint(*key))
    return _encoders[key]


def forget_encoders(*, keep: Collection[tuple[str, str]]) -> None:
    """Drop this process's encoders with other names and revisions."""
    with _loading:
        for key in [key for key in _encoders if key not in keep]:
            del _encoders[key]


def _device_and_dtype() -> tuple[torch.device, torch.dtype]:
    """Choose CUDA if available, and bfloat16 if the hardware computes in it."""
    import torch

    if torch.cuda.is_available():
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.device("cuda"), torch.bfloat16 if native else torch.float32
    features = torch.cpu.get_capabilities()
    native = bool(features.get("avx512_bf16") or features.get("amx_bf16") or features.get("bf16"))
    return torch.device("cpu"), torch.bfloat16 if native else torch.float32


def _load(spec: EncoderSpec, device: torch.device, dtype: torch.dtype) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoProcessor
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if Path(spec.model).is_absolute() and not Path(spec.model).is_dir():
        raise EncoderUnavailable(f"Encoder {spec.name!r}: there is no folder {spec.model}.")
    where: dict[str, Any] = {"revision": spec.revision} if spec.revision else {}
    try:
        model = AutoModel.from_pretrained(
            spec.model, dtype=dtype, use_safetensors=True, trust_remote_code=False, **where
        )
        processor = AutoProcessor.from_pretrained(  # type: ignore[no-untyped-call]
            spec.model, trust_remote_code=False, **where
        )
    except (OSError, ValueError) as error:
        raise EncoderUnavailable(f"Encoder {spec.name!r} could not be loaded: {error}") from error
    if not hasattr(model, "get_image_features") or model.config.model_type == "siglip2":
        raise EncoderUnavailable(f"Encoder {spec.name!r} is not a dual encoder of fixed size.")
    flatten_pooling(model)
    if tower := getattr(model, "vision_model", None):
        fold_tower(tower)
    return model.eval().to(device, memory_format=torch.channels_last), processor


def flatten_pooling(model: Any) -> None:
    """Make convolutional vision towers usable: they pool to (n, c, 1, 1) and not (n, c)."""

    def flatten(_module: Any, _args: Any, output: Any) -> Any:
        pooled = getattr(output, "pooler_output", None)
        if pooled is not None and pooled.ndim == 4:
            output.pooler_output = pooled.flatten(1)
        return output

    tower = getattr(model, "vision_model", None)
    if tower is not None:
        tower.register_forward_hook(flatten)


def _photo_dimensions(model: Any) -> NDArray[np.float32]:
    """Return 1 for each dimension that photos can use, 0 for the others."""
    projection = getattr(model, "visual_projection", None)
    if projection is None:
        return np.ones(1, np.float32)
    used: NDArray[np.float32] = projection.weight.any(dim=1).float().cpu().numpy()
    return used


def _max_tokens(model: Any, tokenizer: Any) -> int:
    config = getattr(model.config, "text_config", model.config)
    positions = getattr(config, "max_position_embeddings", tokenizer.model_max_length)
    return int(min(tokenizer.model_max_length, positions))


def _unit_rows(output: Any) -> Embeddings:
    """Normalise the projected output of a tower; transformers 5 wraps the tensor."""
    import torch

    features = output if isinstance(output, torch.Tensor) else output.pooler_output
    unit = torch.nn.functional.normalize(features.float(), dim=-1)
    return np.asarray(unit.cpu().numpy(), dtype=np.float32)
