"""Train mini from scratch: the image tower learns to see, then the text tower to read."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.ml.encoder import flatten_pooling
from training.mini.architecture import build_model
from training.mini.captions import has_words
from training.mini.image_tower import Report, extract_features, train_image_tower
from training.mini.labels import TruthTable
from training.mini.recipe import Recipe
from training.mini.samples import Samples, drawing_weights, join
from training.mini.text_tower import train_text_tower


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
    torch.manual_seed(recipe.seed)
    model = build_model(vocabulary_size=len(processor.tokenizer))
    tags = sorted({tag for fact in samples.facts for tag in fact.true if has_words(tag)})
    table = TruthTable(samples.facts, tags)
    weights = _weights(parts, recipe.garments)
    model.vision_model = train_image_tower(
        model.vision_model, samples, weights, table, recipe, report
    )
    flatten_pooling(model)
    seen = extract_features(model.vision_model, samples, recipe)
    readers = []
    for reading in recipe.text_trainings:
        reader = copy.deepcopy(model).train()
        weights = _weights(parts, reading.garments)
        train_text_tower(
            reader,
            processor.tokenizer,
            seen,
            samples.facts,
            weights,
            table,
            reading.schedule,
            recipe,
            report,
        )
        readers.append((reading.share, reader.state_dict()))
    model.load_state_dict(_mean(readers))
    return model.eval()


def _weights(parts: Sequence[Samples], garments: float) -> NDArray[np.float64]:
    return drawing_weights(parts, [1 - garments, garments][-len(parts) :])


def _mean(shares: Sequence[tuple[float, dict[str, Tensor]]]) -> dict[str, Tensor]:
    """Return the weights' mean by share; whole numbers, such as counters, are the first's."""
    first = shares[0][1]
    return {
        name: sum((share * state[name] for share, state in shares), torch.zeros_like(value))
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }
