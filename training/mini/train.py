"""Train mini from scratch: first the image tower, then the text tower."""

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
from training.mini.samples import Samples, join, sampling_weights
from training.mini.text_tower import train_text_tower


def train(
    parts: Sequence[Samples],
    processor: Any,
    recipe: Recipe,
    report: Report = lambda _tower, _step, _loss: None,
) -> Any:
    """Return the trained VisionTextDualEncoderModel, float32, in evaluation mode.

    `parts` are photos and garments, or garments alone. `report(tower, step, loss)` is called after
    every step, with the name of the tower.
    """
    samples = join(parts)
    torch.manual_seed(recipe.seed)
    model = build_model(vocabulary_size=len(processor.tokenizer))
    tags = sorted({tag for label in samples.labels for tag in label.true if has_words(tag)})
    table = TruthTable(samples.labels, tags)
    weights = _weights(parts, recipe.garments)
    model.vision_model = train_image_tower(
        model.vision_model, samples, weights, table, recipe, report
    )
    flatten_pooling(model)
    features = extract_features(model.vision_model, samples, recipe)
    trained = []
    for training in recipe.text_trainings:
        reader = copy.deepcopy(model).train()
        weights = _weights(parts, training.garments)
        train_text_tower(
            reader,
            processor.tokenizer,
            features,
            samples.labels,
            weights,
            table,
            training.schedule,
            recipe,
            report,
        )
        trained.append((training.share, reader.state_dict()))
    model.load_state_dict(_mean(trained))
    return model.eval()


def _weights(parts: Sequence[Samples], garments: float) -> NDArray[np.float64]:
    return sampling_weights(parts, [1 - garments, garments][-len(parts) :])


def _mean(shares: Sequence[tuple[float, dict[str, Tensor]]]) -> dict[str, Tensor]:
    """Return the weights' mean by share; integers, such as counters, are taken from the first."""
    first = shares[0][1]
    return {
        name: sum((share * state[name] for share, state in shares), torch.zeros_like(value))
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }
