"""Second half of mini's training: the text tower learns to match the image tower's features.

The image tower is frozen (locked-image tuning: Zhai et al. 2022, LiT), so its features are computed
once, and a long training of the text tower is cheap. The loss is contrastive and many-to-many: each
step has a caption for every other photo, and one prompt for each kind and each basic colour. Every
photo is pulled towards all texts that are true for it and pushed away from those that are false.
Undecided pairs are ignored, so "striped dress" learns nothing from a real photo without a label for
its pattern.
"""

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.mini.captions import write_caption, write_prompts
from training.mini.image_tower import Report
from training.mini.labels import Caption, PhotoLabels, TruthTable
from training.mini.losses import descend, make_optimizer, multi_positive_loss
from training.mini.recipe import Recipe, Schedule

MAX_LOGIT_SCALE = math.log(50)
UNKNOWN_WORD = "xqzx"  # in no vocabulary
PROMPTED = ("kind", "colour")
# Weights of the groups of texts: captions, prompts for kinds, prompts for colours.
GROUPS = (1.0, 2.0, 1.0)


def train_text_tower(
    model: Any,
    tokenizer: Any,
    features: Tensor,
    labels: Sequence[PhotoLabels],
    weights: NDArray[np.float64],
    table: TruthTable,
    schedule: Schedule,
    recipe: Recipe,
    report: Report,
) -> None:
    """Train the model's text tower and projections on `features` (n, views, c)."""
    learning = [model.text_model, model.text_projection, model.visual_projection]
    optimizer = make_optimizer(learning, weight_decay=schedule.weight_decay)
    optimizer.add_param_group({"params": [model.logit_scale], "weight_decay": 0.0})
    writer = Writer(table, tokenizer, recipe)
    rows = np.random.default_rng(recipe.seed)
    size = min(schedule.batch, len(labels))
    for step in range(schedule.steps):
        drawn = rows.choice(len(labels), size, replace=False, p=weights)
        views = torch.from_numpy(rows.integers(features.shape[1], size=size))
        captions, groups = writer.write([labels[row] for row in drawn[::2]])
        truth = table.of(drawn, np.zeros(size, dtype=np.bool_))
        holds, unsure = (torch.from_numpy(matrix) for matrix in truth.against(captions))
        logits = _logits(model, features[torch.from_numpy(drawn), views], writer.tokens(captions))
        loss = multi_positive_loss(logits.T, holds.T, unsure.T, smoothing=recipe.smoothing)
        for part, worth in zip(groups, GROUPS, strict=True):
            loss = loss + worth * multi_positive_loss(
                logits[:, part], holds[:, part], unsure[:, part], smoothing=recipe.smoothing
            )
        descend(optimizer, loss, learning_rate=schedule.at(step))
        report("text tower", step + 1, float(loss.detach()))


def _logits(model: Any, features: Tensor, tokens: dict[str, Tensor]) -> Tensor:
    """Return scaled cosines, (photos, texts)."""
    photos = functional.normalize(model.visual_projection(features), dim=-1)
    texts = functional.normalize(model.get_text_features(**tokens).pooler_output, dim=-1)
    scale: Tensor = model.logit_scale.clamp(max=MAX_LOGIT_SCALE).exp()
    return photos @ texts.T * scale


class Writer:
    """Writes the texts of each step, with random wordings."""

    def __init__(self, table: TruthTable, tokenizer: Any, recipe: Recipe) -> None:
        self._prompted = [table.tags[table.fields[name]] for name in PROMPTED]
        self._tokenizer = tokenizer
        self._unknown_words = recipe.unknown_words
        self._words = random.Random(recipe.seed)  # noqa: S311 - repeatable on purpose

    def write(self, labels: Sequence[PhotoLabels]) -> tuple[list[Caption], list[slice]]:
        """Return a caption for each photo, then all prompts, and the slice of each group."""
        captions = [write_caption(label, self._words) for label in labels]
        groups = [slice(0, len(captions))]
        for tags in self._prompted:
            groups.append(slice(len(captions), len(captions) + len(tags)))
            captions += write_prompts(tags, self._words)
        return captions, groups

    def tokens(self, captions: Sequence[Caption]) -> dict[str, Tensor]:
        texts = [self._with_unknown_word(caption.text) for caption in captions]
        return dict(self._tokenizer(texts, padding=True, truncation=True, return_tensors="pt"))

    def _with_unknown_word(self, text: str) -> str:
        """Sometimes insert an unknown word, which the text tower must ignore."""
        if self._words.random() >= self._unknown_words:
            return text
        words = text.split()
        words.insert(self._words.randrange(len(words) + 1), UNKNOWN_WORD)
        return " ".join(words)
