"""Train mini from scratch, contrastively, with many-to-many truth between photos and texts.

One step: a balanced batch of photos, random captions for half of them, and one prompt for each
kind and each basic colour. Every photo is pulled to all texts of the step that are true of it and
pushed from those that are false; unknown ones are left out of the sums, so that "striped dress"
learns nothing from a real photo whose pattern nobody labelled. In each batch the same kind comes
in other colours and the same colour in other kinds, which is what makes both words count. In most
steps views are mixed in pairs, and the loss is that of both truths, each by its share. The weights
that are kept are an exponential average over the steps.

Beside that a linear head, thrown away afterwards, names each photo's tags field by field. It tells
the image tower what to look for from the first step, while the text tower still learns to read.

Views are float32 (n, 3, h, w) in [-1, 1]; the image tower computes in bfloat16 by autocast.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.ml.encoder import flatten_pooling
from core.ml.mini.augment import mix
from core.ml.mini.batches import Batch, Batches
from core.ml.mini.losses import score_loss
from core.ml.mini.recipe import Recipe
from core.ml.mini.samples import Samples
from core.ml.mini.towers import IMAGE_SIZE, build_model

Report = Callable[[int, float, Any], None]
MAX_LOGIT_SCALE = math.log(50)


def train(
    samples: Samples,
    weights: NDArray[np.float64],
    processor: Any,
    recipe: Recipe,
    *,
    report: Report | None = None,
) -> Any:
    """Return the trained VisionTextDualEncoderModel, float32, in evaluation mode.

    `weights` (n,) say how often each sample is drawn. `report(step, loss, averaged model)` is
    called after every step.
    """
    torch.manual_seed(recipe.seed)
    model = build_model(vocabulary_size=len(processor.tokenizer))
    flatten_pooling(model)
    model.train().to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(model).eval()
    batches = Batches(samples, weights, processor.tokenizer, recipe)
    head = nn.Linear(model.vision_embed_dim, batches.fields[-1].stop)
    optimizer = _optimizer(model, head, recipe)
    for step in range(recipe.steps):
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * _pace(step, recipe)
        loss = _loss(model, head, batches, _photo_size(step, recipe), recipe)
        _descend(optimizer, loss)
        _average(averaged, model, keep=min(recipe.average, (step + 1) / (step + 20)))
        if report is not None:
            report(step + 1, float(loss.detach()), averaged)
    return averaged


def _loss(
    model: Any, head: nn.Module, batches: Batches, size: tuple[int, int], recipe: Recipe
) -> Tensor:
    """Return the loss of the next batch, a scalar."""
    batch = batches.draw(size)
    is_mixed = torch.rand(1, generator=batches.chance) < recipe.mixed
    views, truths = _mixed(batch, batches.chance) if is_mixed else (batch.views, [(1.0, batch)])
    seen = _see(model, views)
    logits, named = _logits(model, seen, batch.tokens), head(seen)
    losses = [
        share * score_loss(logits, named, truth, batches.fields, recipe.smoothing)
        for share, truth in truths
    ]
    return torch.stack(losses).sum()


def _mixed(batch: Batch, generator: torch.Generator) -> tuple[Tensor, list[tuple[float, Batch]]]:
    """Return mixed views, and the two truths of each with their shares."""
    views, partner, share = mix(batch.views, generator=generator)
    return views, [(share, batch), (1 - share, batch.of(partner))]


def _see(model: Any, views: Tensor) -> Tensor:
    """Return the image tower's pooled features, (photos, c), float32."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = model.vision_model(pixel_values=views.contiguous(memory_format=torch.channels_last))
    pooled: Tensor = seen.pooler_output.float()
    return pooled


def _logits(model: Any, seen: Tensor, tokens: dict[str, Tensor]) -> Tensor:
    """Return scaled cosines, (photos, texts)."""
    photos = functional.normalize(model.visual_projection(seen), dim=-1)
    read = model.get_text_features(**tokens).pooler_output  # faster in float32, so small
    texts = functional.normalize(read, dim=-1)
    scale: Tensor = model.logit_scale.clamp(max=MAX_LOGIT_SCALE).exp()
    return photos @ texts.T * scale


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    optimizer.step()


def _optimizer(model: Any, head: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, weight in (*model.named_parameters(), *head.named_parameters()):
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
    """Return the learning rate's factor: up in the warm-up, then half a cosine down to zero."""
    decline = (1 + math.cos(math.pi * step / recipe.steps)) / 2
    return min(1.0, (step + 1) / recipe.warm_up) * decline


def _photo_size(step: int, recipe: Recipe) -> tuple[int, int]:
    """Return the views' size: three quarters in the first steps, which are twice as fast so."""
    height, width = IMAGE_SIZE
    is_small = step < recipe.small * recipe.steps
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
