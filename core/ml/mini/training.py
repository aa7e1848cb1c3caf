"""Train mini from scratch, contrastively, with many-to-many truth between photos and texts.

One step: a balanced batch of photos, a random caption for each, and one prompt for each kind and
each basic colour. Every photo is pulled to all texts of the step that are true of it and pushed
from those that are false; unknown ones are left out of the sums, so that "striped dress" learns
nothing from a real photo whose pattern nobody labelled. In each batch the same kind comes in other
colours and the same colour in other kinds, which is what makes both words count. The weights that
are kept are an exponential average over the steps.

Views are float32 (n, 3, h, w) in [-1, 1]; the model computes in bfloat16 by autocast.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.ml.encoder import flatten_pooling
from core.ml.mini.batches import Batch, Batches
from core.ml.mini.samples import Samples
from core.ml.mini.towers import IMAGE_SIZE, build_model

Report = Callable[[int, float, Any], None]
MAX_LOGIT_SCALE = math.log(50)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome of a training run, besides the samples."""

    steps: int = 2600
    batch: int = 160
    learning_rate: float = 2e-3
    text_learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    average: float = 0.998
    smoothing: float = 0.1
    strange_words: float = 0.08
    small_until: float = 0.65  # share of the steps that see photos at three quarters of the size
    seed: int = 0


def train(samples: Samples, processor: Any, recipe: Recipe, *, report: Report | None = None) -> Any:
    """Return the trained VisionTextDualEncoderModel, float32, in evaluation mode.

    `report(step, loss, averaged model)` is called after every step.
    """
    torch.manual_seed(recipe.seed)
    model = build_model(vocabulary_size=len(processor.tokenizer))
    flatten_pooling(model)
    model.train().to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(model).eval()
    optimizer = _optimizer(model, recipe)
    batches = Batches(
        samples,
        processor.tokenizer,
        batch=recipe.batch,
        strange_words=recipe.strange_words,
        seed=recipe.seed,
    )
    for step in range(recipe.steps):
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * _pace(step, recipe)
        batch = batches.draw(_photo_size(step, recipe))
        loss = _step(model, optimizer, batch, smoothing=recipe.smoothing)
        _average(averaged, model, keep=min(recipe.average, (step + 1) / (step + 20)))
        if report is not None:
            report(step + 1, loss, averaged)
    return averaged


def _step(model: Any, optimizer: torch.optim.Optimizer, batch: Batch, *, smoothing: float) -> float:
    logits = _logits(model, batch)
    # Each text finds its photos; each photo finds its captions, its kinds, its colours.
    loss = multi_positive_loss(logits.T, batch.holds.T, batch.unsure.T, smoothing=smoothing)
    for texts in batch.groups:
        loss = loss + multi_positive_loss(
            logits[:, texts], batch.holds[:, texts], batch.unsure[:, texts], smoothing=smoothing
        )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _logits(model: Any, batch: Batch) -> Tensor:
    """Return scaled cosines, (photos, texts)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        views = batch.views.contiguous(memory_format=torch.channels_last)
        photos = model.get_image_features(pixel_values=views).pooler_output
        texts = model.get_text_features(**batch.tokens).pooler_output
    photos = functional.normalize(photos.float(), dim=-1)
    texts = functional.normalize(texts.float(), dim=-1)
    scale: Tensor = model.logit_scale.clamp(max=MAX_LOGIT_SCALE).exp()
    return photos @ texts.T * scale


def multi_positive_loss(
    logits: Tensor, holds: Tensor, unsure: Tensor, *, smoothing: float
) -> Tensor:
    """Cross-entropy along rows against all true columns alike; unsure columns do not take part.

    Rows with nothing true or nothing false say nothing. `smoothing` goes evenly to all columns.
    """
    useful = holds.any(dim=1) & (~holds & ~unsure).any(dim=1)
    if not useful.any():
        return logits.sum() * 0
    logits, holds, unsure = logits[useful], holds[useful], unsure[useful]
    log_shares = functional.log_softmax(logits.masked_fill(unsure, -1e4), dim=1)
    wanted = holds.float() / holds.sum(dim=1, keepdim=True)
    allowed = (~unsure).float() / (~unsure).sum(dim=1, keepdim=True)
    wanted = wanted * (1 - smoothing) + allowed * smoothing
    return -(wanted * log_shares).sum(dim=1).mean()


def _optimizer(model: Any, recipe: Recipe) -> torch.optim.Optimizer:
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, weight in model.named_parameters():
        peak = recipe.text_learning_rate if name.startswith("text_") else recipe.learning_rate
        decay = recipe.weight_decay if weight.ndim >= 2 else 0.0
        groups.setdefault((peak, decay), []).append(weight)
    return torch.optim.AdamW(
        [
            {"params": weights, "weight_decay": decay, "peak": peak}
            for (peak, decay), weights in groups.items()
        ]
    )


def _pace(step: int, recipe: Recipe) -> float:
    """Return the learning rate's factor: up linearly, then down a half cosine to a hundredth."""
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))


def _photo_size(step: int, recipe: Recipe) -> tuple[int, int]:
    height, width = IMAGE_SIZE
    is_small = step < recipe.small_until * recipe.steps
    return (height * 3 // 4, width * 3 // 4) if is_small else (height, width)


@torch.no_grad()
def _average(averaged: Any, model: Any, *, keep: float) -> None:
    """Move the averaged weights and batch statistics a little towards the model's."""
    for mean, value in zip(averaged.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - keep)
    for mean, value in zip(averaged.buffers(), model.buffers(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - keep)
        else:
            mean.copy_(value)
