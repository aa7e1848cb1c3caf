"""First half of mini's training: the image tower learns to predict the tags of photos.

It is trained with a linear head for each field (kind, colour, pattern and so on), which is not
stored. Half of the views are recoloured, and in most steps views are mixed in pairs: then the loss
is the sum of both views' losses by their shares. Unknown tags are ignored. The stored weights are
an exponential average over the steps.

Views are float32 (n, 3, h, w) in [-1, 1]; the tower computes in bfloat16 by autocast.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.mini.architecture import IMAGE_SIZE
from training.mini.augmentation import augment, mix
from training.mini.labels import TruthTable
from training.mini.losses import average, descend, make_optimizer, multi_positive_loss
from training.mini.recipe import DEFAULT_WEIGHT, Recipe
from training.mini.samples import Samples

Report = Callable[[str, int, float], None]
# (share of each view, true (n, tags), unknown (n, tags))
Truth = tuple[float, Tensor, Tensor]
FEATURES_BATCH = 256


def train_image_tower(
    tower: Any,
    samples: Samples,
    weights: NDArray[np.float64],
    table: TruthTable,
    recipe: Recipe,
    report: Report,
) -> Any:
    """Return the trained image tower, in evaluation mode; sample rows with `weights` (n,)."""
    tower.train().to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(tower).eval()
    head = nn.Linear(tower.config.hidden_sizes[-1], len(table.tags))
    optimizer = make_optimizer([tower, head], weight_decay=recipe.image_schedule.weight_decay)
    rows, chance = np.random.default_rng(recipe.seed), torch.Generator().manual_seed(recipe.seed)
    size = min(recipe.image_schedule.batch, len(samples))
    for step in range(recipe.image_schedule.steps):
        drawn = rows.choice(len(samples), size, replace=False, p=weights)
        recoloured = rows.random(size) < recipe.recoloured
        views = augment(
            samples.photos[torch.from_numpy(drawn)],
            size=IMAGE_SIZE,
            recoloured=torch.from_numpy(recoloured),
            generator=chance,
        )
        truth = table.of(drawn, recoloured)
        true, unknown = torch.from_numpy(truth.true), torch.from_numpy(~truth.known)
        truths: list[Truth] = [(1.0, true, unknown)]
        if rows.random() < recipe.mixed:
            views, partner, share = mix(views, generator=chance)
            truths = [(share, true, unknown), (1 - share, true[partner], unknown[partner])]
        loss = _tag_loss(head(encode_views(tower, views)), truths, table.fields, recipe)
        descend(optimizer, loss, learning_rate=recipe.image_schedule.at(step))
        average(averaged, tower, keep=min(recipe.average, (step + 1) / (step + 20)))
        report("image tower", step + 1, float(loss.detach()))
    return averaged


def encode_views(tower: Any, views: Tensor) -> Tensor:
    """Return the image tower's pooled features, (n, c), float32."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = tower(pixel_values=views.contiguous(memory_format=torch.channels_last))
    pooled: Tensor = seen.pooler_output.float().flatten(1)
    return pooled


@torch.no_grad()
def extract_features(tower: Any, samples: Samples, recipe: Recipe) -> Tensor:
    """Return a trained tower's features for several views of each sample, (n, views, c)."""
    chance = torch.Generator().manual_seed(recipe.seed)
    parts = []
    for photos in torch.split(samples.photos, FEATURES_BATCH):
        recoloured = torch.zeros(len(photos), dtype=torch.bool)
        views = [
            augment(photos, size=IMAGE_SIZE, recoloured=recoloured, generator=chance)
            for _ in range(recipe.views)
        ]
        parts.append(torch.stack([encode_views(tower, view) for view in views], dim=1))
    return torch.cat(parts)


def _tag_loss(
    logits: Tensor, truths: Sequence[Truth], fields: dict[str, slice], recipe: Recipe
) -> Tensor:
    return torch.stack(
        [
            recipe.fields.get(name, DEFAULT_WEIGHT)
            * share
            * multi_positive_loss(
                logits[:, part], true[:, part], unknown[:, part], smoothing=recipe.smoothing
            )
            for name, part in fields.items()
            for share, true, unknown in truths
        ]
    ).sum()
