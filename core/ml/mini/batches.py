"""Draw what one training step needs: views of photos, texts, and which belong together."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.ml.mini.augment import augment
from core.ml.mini.captions import caption_for, is_worded, prompts_for
from core.ml.mini.facts import Caption, TruthTable
from core.ml.mini.recipe import Recipe
from core.ml.mini.samples import Samples

STRANGE_WORD = "xqzx"  # in no vocabulary


@dataclass(frozen=True)
class Batch:
    """Photos and texts of one step; the texts are captions, then a prompt for each kind, colour."""

    views: Tensor  # float32 (photos, 3, h, w)
    tokens: dict[str, Tensor]
    holds: Tensor  # bool (photos, texts): the text is true of the photo
    unsure: Tensor  # bool (photos, texts): nobody knows
    groups: Sequence[slice]  # of texts: captions, kinds, colours
    true: Tensor  # bool (photos, tags)
    unknown: Tensor  # bool (photos, tags)

    def of(self, rows: Tensor) -> Batch:
        """Return the same views and texts with the truth of these rows (photos,) instead."""
        return replace(
            self,
            holds=self.holds[rows],
            unsure=self.unsure[rows],
            true=self.true[rows],
            unknown=self.unknown[rows],
        )


class Batches:
    """Draw batches from samples; the same seed draws the same ones.

    `fields` are the tags' columns, one slice for each field: kinds, colours, patterns and so on;
    `chance` is for whatever else the views need.
    """

    def __init__(
        self,
        samples: Samples,
        weights: NDArray[np.float64],
        tokenizer: Any,
        recipe: Recipe,
    ) -> None:
        self._samples, self._weights, self._tokenizer = samples, weights, tokenizer
        self._batch, self._recipe = min(recipe.batch, len(samples)), recipe
        tags = sorted({tag for fact in samples.facts for tag in fact.true if is_worded(tag)})
        self._table = TruthTable(samples.facts, tags)
        self.fields = [
            slice(tags.index(group[0]), tags.index(group[-1]) + 1)
            for group in (list(g) for _, g in groupby(tags, key=lambda tag: tag.split(":", 1)[0]))
        ]
        self._prompted = [
            [tag for tag in tags if tag.startswith(field)] for field in ("kind:", "colour:")
        ]
        self._words = random.Random(recipe.seed)  # noqa: S311 - repeatable on purpose
        self._rows = np.random.default_rng(recipe.seed)
        self.chance = torch.Generator().manual_seed(recipe.seed)

    def draw(self, size: tuple[int, int]) -> Batch:
        """Return the next batch with views of (height, width)."""
        rows = self._rows.choice(len(self._samples), self._batch, False, self._weights)
        # Every other photo has a caption of its own: texts cost a third of a step.
        captions = [caption_for(self._samples.facts[row], self._words) for row in rows[::2]]
        groups = [slice(0, len(captions))]
        for tags in self._prompted:
            groups.append(slice(len(captions), len(captions) + len(tags)))
            captions += prompts_for(tags, self._words)
        recoloured = self._rows.random(self._batch) < self._recipe.recoloured
        truth = self._table.of(rows, recoloured)
        holds, unsure = truth.against(captions)
        photos = self._samples.photos[torch.from_numpy(rows)]
        return Batch(
            views=augment(
                photos,
                size=size,
                recoloured=torch.from_numpy(recoloured),
                generator=self.chance,
            ),
            tokens=self._tokens(captions),
            holds=torch.from_numpy(holds),
            unsure=torch.from_numpy(unsure),
            groups=groups,
            true=torch.from_numpy(truth.true),
            unknown=torch.from_numpy(~truth.known),
        )

    def _tokens(self, captions: Sequence[Caption]) -> dict[str, Tensor]:
        texts = [self._with_strange_word(caption.text) for caption in captions]
        return dict(self._tokenizer(texts, padding=True, truncation=True, return_tensors="pt"))

    def _with_strange_word(self, text: str) -> str:
        """Now and then slip in a word that nobody knows, to be looked past."""
        if self._words.random() >= self._recipe.strange_words:
            return text
        words = text.split()
        words.insert(self._words.randrange(len(words) + 1), STRANGE_WORD)
        return " ".join(words)
