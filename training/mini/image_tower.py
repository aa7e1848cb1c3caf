"""First half of mini's training: the image tower learns the tags of photos.

It starts from the open weights of ImageNet, and predicts tags by cosines: photos, tags and the
1,000 classes of ImageNet are unit vectors of one space of `DIMENSIONS`, which starts as the main
directions of ImageNet's classifier. The classes are taught by the untrained tower (distillation:
Hinton 2015), so that the space keeps a place for what shops do not sell. The stored weights are an
exponential average over the steps, and then a mean with the open weights (WiSE-FT: Wortsman 2022):
what fine-tuning on flat photos forgets of worn garments, the open weights still know.

Views are float32 (n, 3, s, s) in [-1, 1].
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.mini.architecture import DIMENSIONS, IMAGE_SIZE, LOOKS
from training.mini.forward import encode_views
from training.mini.labels import TruthTable
from training.mini.losses import average, descend, make_optimizer, multi_positive_loss
from training.mini.open_weights import ImageNetWeights
from training.mini.recipe import DEFAULT_WEIGHT, Recipe
from training.mini.samples.augmentation import augment, mix
from training.mini.samples.collection import Samples

Report = Callable[[str, int, float], None]
# (share of each view, true (n, tags), unknown (n, tags))
Truth = tuple[float, Tensor, Tensor]
PASS_SIZE = 64  # photos without a gradient
FROZEN_BLOCKS = 2  # with the stem: edges and blobs, and a third of the time of a step
SCALE = 16.0  # of cosines, at the start


class PhotoSpace(nn.Module):
    """An image tower with its projection, and the vectors of tags and of ImageNet's classes."""

    def __init__(self, tower: Any, weights: ImageNetWeights, fields: dict[str, slice]) -> None:
        super().__init__()
        self.tower = tower
        tower.load_state_dict(weights.tower, strict=False)  # all but squeeze-and-excitation
        for module in (tower.embeddings, *tower.encoder.blocks[:FROZEN_BLOCKS]):
            module.requires_grad_(requires_grad=False)
        self.projection = nn.Linear(weights.rows.shape[1], DIMENSIONS, bias=False)
        self.tags = nn.Parameter(
            torch.zeros(max(part.stop for part in fields.values()), DIMENSIONS)
        )
        self.classes = nn.Parameter(torch.zeros(len(weights.rows), DIMENSIONS))
        self.scales = nn.ParameterDict(
            {name: nn.Parameter(torch.tensor(SCALE).log()) for name in (*fields, "imagenet")}
        )

    def forward(self, views: Tensor) -> Tensor:
        """Return unit vectors (n, `DIMENSIONS`)."""
        return self.place(encode_views(self.tower, views))

    def place(self, features: Tensor) -> Tensor:
        """Return the unit vectors of pooled features."""
        return functional.normalize(self.projection(features), dim=-1)

    @torch.no_grad()
    def make_room(self, features: Tensor) -> None:
        """Turn the space so that `LOOKS` dimensions hold nearly all of it; the others become zero.

        `features` (n, views, c) are of the training photos. The main directions of the photos, tags
        and classes come first.
        """
        rows = (self.place(features).flatten(0, 1), self.tags, self.classes)
        vectors = torch.cat([functional.normalize(some, dim=-1) for some in rows])
        _, directions = torch.linalg.eigh(vectors.T @ vectors)
        directions = directions.flip(dims=(1,))  # the largest first
        directions[:, LOOKS:] = 0
        self.tags.copy_(self.tags @ directions)
        self.classes.copy_(self.classes @ directions)
        self.projection.weight.copy_(directions.T @ self.projection.weight)

    def compare(self, photos: Tensor, rows: Tensor, field: str) -> Tensor:
        """Return the scaled cosines of unit vectors with rows, (n, rows)."""
        scaled: Tensor = photos @ functional.normalize(rows, dim=-1).T * self.scales[field].exp()
        return scaled


def train_image_tower(
    tower: Any,
    weights: ImageNetWeights,
    samples: Samples,
    chances: NDArray[np.float64],
    table: TruthTable,
    recipe: Recipe,
    report: Report,
) -> PhotoSpace:
    """Return the trained space, in evaluation mode; rows are sampled with `chances` (n,)."""
    tower.to(memory_format=torch.channels_last)
    space = PhotoSpace(tower, weights, table.fields).eval()
    taught = _start(space, weights, samples, table, recipe)
    opened = copy.deepcopy(space)
    averaged = copy.deepcopy(space)
    schedule = recipe.image_schedule
    # In evaluation mode: batch normalisation keeps the statistics of ImageNet.
    optimizer = make_optimizer([space], weight_decay=schedule.weight_decay)
    rows, chance = np.random.default_rng(recipe.seed), torch.Generator().manual_seed(recipe.seed)
    size = min(schedule.batch, len(samples))
    for step in range(schedule.steps):
        drawn = rows.choice(len(samples), size, replace=False, p=chances)
        recoloured = rows.random(size) < recipe.recoloured
        views = augment(
            samples.photos[torch.from_numpy(drawn)],
            size=(recipe.view_size, recipe.view_size),
            recoloured=torch.from_numpy(recoloured),
            generator=chance,
        )
        truth = table.of(drawn, recoloured)
        true, unknown = torch.from_numpy(truth.true), torch.from_numpy(~truth.known)
        truths: list[Truth] = [(1.0, true, unknown)]
        lesson = taught[torch.from_numpy(drawn)].float()
        if rows.random() < recipe.mixed:
            views, partner, share = mix(views, generator=chance)
            truths = [(share, true, unknown), (1 - share, true[partner], unknown[partner])]
            lesson = share * lesson + (1 - share) * lesson[partner]
        photos = space(views)
        loss = _tag_loss(space, photos, truths, table.fields, recipe)
        loss = loss + recipe.distilled * _lesson_loss(space, photos, lesson)
        descend(optimizer, loss, learning_rate=schedule.at(step))
        average(averaged, space, keep=min(recipe.average, (step + 1) / (step + 20)))
        report("image tower", step + 1, float(loss.detach()))
    _mix_weights(averaged, opened, share=recipe.opened)
    return averaged


@torch.no_grad()
def extract_features(tower: Any, samples: Samples, recipe: Recipe) -> Tensor:
    """Return a tower's features of each whole sample and of several views, (n, views, c)."""
    chance = torch.Generator().manual_seed(recipe.seed)
    size = (IMAGE_SIZE, IMAGE_SIZE)
    parts = []
    for photos in torch.split(samples.photos, PASS_SIZE):
        recoloured = torch.zeros(len(photos), dtype=torch.bool)
        views = [scale_views(photos)] + [
            augment(photos, size=size, recoloured=recoloured, generator=chance)
            for _ in range(recipe.views - 1)
        ]
        parts.append(torch.stack([encode_views(tower, view) for view in views], dim=1))
    return torch.cat(parts)


def scale_views(photos: Tensor) -> Tensor:
    """Return whole photos (n, 3, S, S) as the encoder sees them."""
    scaled = photos.float().div_(127.5).sub_(1)
    return functional.interpolate(
        scaled, (IMAGE_SIZE, IMAGE_SIZE), mode="bilinear", antialias=True, align_corners=False
    )


@torch.no_grad()
def _start(
    space: PhotoSpace,
    weights: ImageNetWeights,
    samples: Samples,
    table: TruthTable,
    recipe: Recipe,
) -> Tensor:
    """Place the space's vectors by the open weights; return the taught classes (n, 1000).

    The mean feature is projected out, as it is the same in all photos; a tag is where its photos
    are on average.
    """
    features = torch.cat(
        [
            encode_views(space.tower, scale_views(part))
            for part in torch.split(samples.photos, PASS_SIZE)
        ]
    )
    common = functional.normalize(features.mean(dim=0), dim=0)
    rows = weights.rows - weights.rows.mean(dim=0)
    rows = rows - torch.outer(rows @ common, common)
    space.projection.weight.copy_(torch.linalg.svd(rows, full_matrices=False).Vh[:DIMENSIONS])
    space.classes.copy_(space.place(rows))
    photos = space.place(features - features.mean(dim=0))
    true = torch.from_numpy(table.of(np.arange(len(samples)), np.zeros(len(samples), bool)).true)
    space.tags.copy_(functional.normalize(true.float().T @ photos, dim=-1))
    logits = features @ weights.rows.T + weights.biases
    return functional.softmax(logits / recipe.softness, dim=-1).half()


def _tag_loss(
    space: PhotoSpace,
    photos: Tensor,
    truths: Sequence[Truth],
    fields: dict[str, slice],
    recipe: Recipe,
) -> Tensor:
    losses = []
    for name, part in fields.items():
        logits = space.compare(photos, space.tags[part], name)
        worth = recipe.fields.get(name, DEFAULT_WEIGHT)
        losses += [
            worth
            * share
            * multi_positive_loss(
                logits, true[:, part], unknown[:, part], smoothing=recipe.smoothing
            )
            for share, true, unknown in truths
        ]
    return torch.stack(losses).sum()


def _lesson_loss(space: PhotoSpace, photos: Tensor, lesson: Tensor) -> Tensor:
    """Return the cross-entropy with what the open weights see in the photos."""
    logits = space.compare(photos, space.classes, "imagenet")
    return -(lesson * functional.log_softmax(logits, dim=-1)).sum(dim=1).mean()


@torch.no_grad()
def _mix_weights(space: PhotoSpace, opened: PhotoSpace, *, share: float) -> None:
    """Give the space the mean of its weights and of `opened`, which has `share` of it."""
    state = opened.state_dict()
    for name, value in space.state_dict().items():
        if value.is_floating_point():
            value.lerp_(state[name], share)
