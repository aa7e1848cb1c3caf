"""Train mini from open weights: first the image tower, then the text tower."""

from collections.abc import Sequence
from typing import Any

import torch

from training.mini.architecture import build_model
from training.mini.captions import has_words
from training.mini.image_tower import Report, extract_features, train_image_tower
from training.mini.labels import TruthTable
from training.mini.lessons import make_lessons
from training.mini.open_weights import ImageNetWeights, MiniLM
from training.mini.recipe import Recipe
from training.mini.samples.collection import Samples, join, sampling_weights
from training.mini.text_tower import CaptionPool, start_text_tower, train_text_tower


def train(
    parts: Sequence[Samples],
    weights: ImageNetWeights,
    minilm: MiniLM,
    recipe: Recipe,
    report: Report = lambda _tower, _step, _loss: None,
) -> Any:
    """Return the trained VisionTextDualEncoderModel, float32, in evaluation mode.

    `parts` have the first of `recipe.shares` as their shares of the samples, in this order.
    `report(tower, step, loss)` is called after every step, with the name of the tower.
    """
    samples = join(parts)
    torch.manual_seed(recipe.seed)
    model = build_model(vocabulary_size=len(minilm.tokenizer))
    tags = sorted({tag for label in samples.labels for tag in label.true if has_words(tag)})
    table = TruthTable(samples.labels, tags)
    chances = sampling_weights(parts, recipe.shares[: len(parts)])
    space = train_image_tower(model.vision_model, weights, samples, chances, table, recipe, report)
    features = extract_features(space.tower, samples, recipe)
    space.make_room(features)
    model.vision_model = space.tower
    model.visual_projection.load_state_dict(space.projection.state_dict())
    start_text_tower(model, minilm.table)
    lessons = make_lessons(space, table, weights, minilm, recipe)
    captions = CaptionPool(samples.labels, minilm, lessons.meanings, recipe)
    with torch.no_grad():
        photos = space.place(features)
    train_text_tower(
        model.train(), minilm.tokenizer, photos, captions, chances, table, lessons, recipe, report
    )
    return model.eval()
