"""Second half of mini's training: the text tower learns where texts lie in the space of photos.

The space is fixed (locked-image tuning: Zhai et al. 2022, LiT), so that a long training of the text
tower is cheap. Each step has

- captions of photos: each photo is pulled towards all captions that are true for it and pushed away
  from those that are false; undecided pairs are ignored, so that "striped dress" learns nothing
  from a photo without a label for its pattern;
- a prompt for each tag, which belongs where the tag lies. Photos would teach it less: the image
  tower knows those it was trained on too well;
- texts of the lessons, with their places and meanings.

The word pieces and their vectors are MiniLM's, reduced to the width of the tower.
"""

from __future__ import annotations

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
from training.mini.image_tower import Report
from training.mini.labels import Caption, PhotoLabels, TruthTable
from training.mini.lessons import Lessons
from training.mini.losses import descend, make_optimizer, multi_positive_loss
from training.mini.meanings import MeaningAxes, combine, looks_of
from training.mini.open_weights import MiniLM
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
    photos: Tensor,
    captions: CaptionPool,
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
    size = min(schedule.batch, len(photos))
    for step in range(schedule.steps):
        drawn = rows.choice(len(photos), size, replace=False, p=chances)
        views = torch.from_numpy(rows.integers(photos.shape[1], size=size))
        # For every other photo: each loss has enough of both.
        said, meanings = captions.draw(drawn[::2], rows)
        prompts = write_prompts(table.tags, writer.rng)
        lesson, targets = _draw(lessons, rows, recipe.lesson_batch)
        # Captions are long: in one batch with short texts, most tokens would be padding.
        captioned = _place(model, writer.tokens([caption.text for caption in said]))
        short = [*(prompt.text for prompt in prompts), *lesson]
        placed = _place(model, writer.tokens(short))
        tagged, learned = placed[: len(prompts)], placed[len(prompts) :]
        truth = table.of(drawn, np.zeros(size, dtype=np.bool_))
        seen = looks_of(photos[torch.from_numpy(drawn), views])
        looks = looks_of(captioned)
        loss = CAPTIONS * _caption_loss(model, seen, looks, truth.against(said), recipe)
        for part in (table.fields[field] for field in SEARCHED if field in table.fields):
            asked = truth.against(prompts[part])
            loss = loss + CAPTIONS * _caption_loss(
                model, seen, looks_of(tagged[part]), asked, recipe
            )
        loss = loss + TAGS * _distance(tagged, lessons.tags)
        loss = loss + LESSONS * _distance(learned, targets)
        # Photos say how captions look, and MiniLM what they mean.
        loss = loss + CAPTIONS * _distance(captioned, combine(looks.detach(), meanings))
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
    """Return `size` random texts of the lessons with their places, by the shares of the groups."""
    texts: list[str] = []
    places = []
    for (some, where), share in zip(lessons.groups, lessons.shares, strict=True):
        drawn = rows.integers(len(some), size=round(size * share))
        texts += [some[row] for row in drawn]
        places.append(where[torch.from_numpy(drawn)])
    return texts, torch.cat(places)


class CaptionPool:
    """Some captions of each photo, with their meanings."""

    def __init__(
        self, labels: Sequence[PhotoLabels], minilm: MiniLM, axes: MeaningAxes, recipe: Recipe
    ) -> None:
        rng = random.Random(recipe.seed)  # noqa: S311 - repeatable on purpose
        self._each = recipe.captions
        self._captions = [write_caption(one, rng) for one in labels for _ in range(self._each)]
        self._meanings = axes.place(minilm.encode([caption.text for caption in self._captions]))

    def draw(
        self, photos: NDArray[np.intp], rows: np.random.Generator
    ) -> tuple[list[Caption], Tensor]:
        """Return a random caption of each of these photos, and the meanings (n, `MEANINGS`)."""
        drawn = photos * self._each + rows.integers(self._each, size=len(photos))
        return [self._captions[row] for row in drawn], self._meanings[torch.from_numpy(drawn)]


class _Writer:
    """Writes prompts with random wordings, and misspells some words of all texts."""

    def __init__(self, tokenizer: Any, recipe: Recipe) -> None:
        self.rng = random.Random(recipe.seed)  # noqa: S311 - repeatable on purpose
        self._tokenizer = tokenizer
        self._misspelt = recipe.misspelt

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
