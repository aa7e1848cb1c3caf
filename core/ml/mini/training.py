"""Train mini from scratch: the image tower learns to see, then the text tower to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from core.ml.encoder import flatten_pooling
from core.ml.mini.captions import is_worded
from core.ml.mini.facts import TruthTable
from core.ml.mini.reading import learn_to_read
from core.ml.mini.recipe import Recipe
from core.ml.mini.samples import Samples, drawing_weights, join
from core.ml.mini.seeing import Report, features, learn_to_see
from core.ml.mini.towers import build_model


def train(
    parts: Sequence[Samples],
    processor: Any,
    recipe: Recipe,
    report: Report = lambda _half, _step, _loss: None,
) -> Any:
    """Return the trained VisionTextDualEncoderModel, float32, in evaluation mode.

    `parts` are photos and garments, or garments alone. `report(half, step, loss)` is called after
    every step of either half, "seeing" and "reading".
    """
    samples = join(parts)
    to_see, to_read = (
        drawing_weights(parts, [1 - share, share][-len(parts) :])
        for share in (recipe.garments_seen, recipe.garments_read)
    )
    torch.manual_seed(recipe.seed)
    model = build_model(vocabulary_size=len(processor.tokenizer))
    tags = sorted({tag for fact in samples.facts for tag in fact.true if is_worded(tag)})
    table = TruthTable(samples.facts, tags)
    model.vision_model = learn_to_see(model.vision_model, samples, to_see, table, recipe, report)
    flatten_pooling(model)
    seen = features(model.vision_model, samples, recipe)
    learn_to_read(
        model.train(), processor.tokenizer, seen, samples.facts, to_read, table, recipe, report
    )
    return model.eval()
