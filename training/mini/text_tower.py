"""Second half of mini's training: the text tower learns where texts lie in the space of photos.

The space is fixed (locked-image tuning: Zhai et al. 2022, LiT), so that a long training of the text
tower is cheap. Each step has

- captions of photos: each photo is pulled towards all captions that are true for it and pushed away
  from those that are false; undecided pairs are ignored, so that "striped dress" learns nothing
  from a photo without a label for its pattern;
- a prompt for each tag, which belongs where the tag lies. Photos would teach it less: the image
  tower knows those it was trained on too well;
- texts of the lessons, with their places.

The word pieces and their vectors are MiniLM's, reduced to the width of the tower.
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

from training.mini.architecture import MAX_TOKENS, TEXT_WIDTH
from training.mini.captions import write_caption, write_prompts
from training.mini.image_tower import PhotoSpace, Report
from training.mini.labels import Caption, PhotoLabels, TruthTable
from training.mini.lessons import Lessons
from training.mini.losses import descend, make_optimizer, multi_positive_loss
from training.mini.recipe import Recipe
from training.mini.words import misspell

MAX_LOGIT_SCALE = math.log(50)
PIECE_SIZE = 0.09  # standard deviation of the vectors of word pieces
# Weights of the losses: captions, prompts of tags, lessons.
CAPTIONS, TAGS, LESSONS = 1.0, 4.0, 4.0
# Fields whose prompts learn from photos too: colours are not overfitted, as kinds are.
SEARCHED = ("colour", "pattern")


def start_text_tower(model: Any, table: Tensor) -> None:
    """Give the text tower the main directions of MiniLM's word pieces (n, 384)."""
    with torch.no_grad():
        centred = table - table.mean(dim=0)
        _, _, directions = torch.linalg.svd(centred, full_matrices=False)
        pieces = centred @ directions[:TEXT_WIDTH].T
        target = model.text_model.embeddings.word_embeddings.weight
        target.copy_(pieces * (PIECE_SIZE / pieces.std()))


def train_text_tower(
    model: Any,
    tokenizer: Any,
    space: PhotoSpace,
    photos: Tensor,
    labels: Sequence[PhotoLabels],
    chances: NDArray[np.float64],
    table: TruthTable,
    lessons: Lessons,
    recipe: Recipe,
    report: Report,
) -> None:
    """Train the model's text tower on `photos` (n, views, d), unit vectors of the space."""
    schedule = recipe.text_schedule
    optimizer = make_optimizer(
        [model.text_model, model.text_projection], weight_decay=schedule.weight_decay
    )
    optimizer.add_param_group({"params": [model.logit_scale], "weight_decay": 0.0})
    writer = _Writer(tokenizer, recipe)
    rows = np.random.default_rng(recipe.seed)
    size = min(schedule.batch, len(labels))
    places = functional.normalize(space.tags.detach(), dim=-1)
    for step in range(schedule.steps):
        drawn = rows.choice(len(labels), size, replace=False, p=chances)
        views = torch.from_numpy(rows.integers(photos.shape[1], size=size))
        captions = writer.write_captions([labels[row] for row in drawn])
        prompts = write_prompts(table.tags, writer.rng)
        lesson, targets = _draw(lessons, rows, size)
        # Captions are long: in one batch with short texts, most tokens would be padding.
        said = _place(model, writer.tokens([caption.text for caption in captions]))
        short = [*(prompt.text for prompt in prompts), *lesson]
        placed = _place(model, writer.tokens(short))
        tagged, learned = placed[: len(prompts)], placed[len(prompts) :]
        truth = table.of(drawn, np.zeros(size, dtype=np.bool_))
        seen = photos[torch.from_numpy(drawn), views]
        loss = CAPTIONS * _caption_loss(model, seen, said, truth.against(captions), recipe)
        for part in (table.fields[field] for field in SEARCHED if field in table.fields):
            asked = truth.against(prompts[part])
            loss = loss + CAPTIONS * _caption_loss(model, seen, tagged[part], asked, recipe)
        loss = loss + TAGS * _distance(tagged, places) + LESSONS * _distance(learned, targets)
        descend(optimizer, loss, learning_rate=schedule.at(step))
        report("text tower", step + 1, float(loss.detach()))


def _caption_loss(
    model: Any,
    photos: Tensor,
    captions: Tensor,
    truth: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    recipe: Recipe,
) -> Tensor:
    """Return the contrastive loss of captions with photos, and of photos with captions."""
    holds, unsure = (torch.from_numpy(matrix) for matrix in truth)
    scale: Tensor = model.logit_scale.clamp(max=MAX_LOGIT_SCALE).exp()
    logits = photos @ captions.T * scale
    return multi_positive_loss(
        logits.T, holds.T, unsure.T, smoothing=recipe.smoothing
    ) + multi_positive_loss(logits, holds, unsure, smoothing=recipe.smoothing)


def _distance(texts: Tensor, places: Tensor) -> Tensor:
    """Return the mean of 1 minus the cosine."""
    return 1 - (texts * places).sum(dim=1).mean()


def _place(model: Any, tokens: dict[str, Tensor]) -> Tensor:
    return functional.normalize(model.get_text_features(**tokens).pooler_output, dim=-1)


def _draw(lessons: Lessons, rows: np.random.Generator, size: int) -> tuple[list[str], Tensor]:
    """Return `size` random texts of the lessons, as many of each group, with their places."""
    texts: list[str] = []
    places = []
    for some, where in lessons.groups:
        drawn = rows.integers(len(some), size=size // len(lessons.groups) + 1)
        texts += [some[row] for row in drawn]
        places.append(where[torch.from_numpy(drawn)])
    return texts, torch.cat(places)


class _Writer:
    """Writes the texts of each step, with random wordings and some misspelt words."""

    def __init__(self, tokenizer: Any, recipe: Recipe) -> None:
        self.rng = random.Random(recipe.seed)  # noqa: S311 - repeatable on purpose
        self._tokenizer = tokenizer
        self._misspelt = recipe.misspelt

    def write_captions(self, labels: Sequence[PhotoLabels]) -> list[Caption]:
        """Return a caption for every other photo: each loss has enough of both."""
        return [write_caption(label, self.rng) for label in labels[::2]]

    def tokens(self, texts: Sequence[str]) -> dict[str, Tensor]:
        spelt = [
            misspell(text, self.rng) if self.rng.random() < self._misspelt else text
            for text in texts
        ]
        return dict(
            self._tokenizer(
                spelt,
                padding=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_token_type_ids=False,
                return_tensors="pt",
            )
        )
