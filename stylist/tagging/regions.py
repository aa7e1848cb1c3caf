"""Rate what a window shows: a garment of one region of the body, or no garment.

Embeddings are float32 (n, d) with norm 1. A window belongs to the region of the type that it
resembles most. What is no garment (a face, bare legs, a wall) has prompts of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary.kinds import GarmentKind
from core.ml.colours import Floats
from core.ml.encoder import Embeddings
from stylist.tagging.zero_shot import Encode, encode_values


class Region(StrEnum):
    """Where on the body a garment is worn; whole for dresses, and for what has no such place."""

    UPPER = "upper"
    WHOLE = "whole"
    LOWER = "lower"
    FEET = "feet"
    HEAD = "head"


REGIONS = tuple(Region)
NO_GARMENT = len(REGIONS)  # the column after those of the regions
_OF_SLOT = {
    "top": Region.UPPER,
    "outer": Region.UPPER,
    "bottom": Region.LOWER,
    "one_piece": Region.WHOLE,
    "shoes": Region.FEET,
}
_OF_KIND = {
    **dict.fromkeys(("hat", "cap", "beanie", "bucket hat"), Region.HEAD),
    **dict.fromkeys(("scarf", "tie"), Region.UPPER),
    **dict.fromkeys(("socks", "tights"), Region.FEET),
}
OTHER_PROMPTS = (
    "a person's face", "a portrait of a face", "hair", "the back of a head", "a wig",
    "bare legs", "bare arms", "bare skin", "hands", "bare feet", "a plain background",
    "a wall", "a wooden floor", "a street",
)  # fmt: skip
WORN_PROMPTS = ("worn by a person", "on a model", "being worn")
FLAT_PROMPTS = ("lying flat", "on a hanger", "without a person")
WORN_TEMPLATES = ("{}", "a garment {}", "clothes {}", "a photo of clothes {}")
OTHER_TEMPLATES = ("{}", "a photo of {}")


@dataclass(frozen=True)
class DetectionThresholds:
    """Limits of the detection of worn garments, for one encoder.

    `temperature` divides the cosines of windows. `other_weight` multiplies the likelihood of no
    garment, and the bare share of a window that of a garment, to the power `bare_power`. A window
    counts by its height to the power `length_power`, minus `split_cost`. `min_likelihood` is of a
    garment. From `min_worn` on, a photo shows a person: the difference of its cosines with the
    texts of worn and of flat garments, plus `bare_weight` for bare skin.
    """

    temperature: float
    other_weight: float
    bare_power: float
    length_power: float
    split_cost: float
    min_likelihood: float
    min_worn: float
    bare_weight: float


@dataclass(frozen=True, eq=False)
class SceneLabels:
    """Vectors of what photos of worn garments show.

    `regions` has each type's column of `REGIONS`, -1 for types without a region. `other` (m, d) are
    the vectors of what is no garment, `worn` (2, d) those of worn and of flat garments; both are
    None if the encoder does not know the words: then every photo counts as flat.
    """

    regions: NDArray[np.intp]
    other: Embeddings | None
    worn: Embeddings | None

    @property
    def is_complete(self) -> bool:
        return self.other is not None and self.worn is not None


def get_region(kind: GarmentKind) -> Region | None:
    """Return where a kind is worn; None for bags, and for what is worn anywhere."""
    return _OF_KIND.get(kind.name) or _OF_SLOT.get(kind.slot)


def make_scene_labels(
    types: Sequence[GarmentKind], known: frozenset[str], encode: Encode
) -> SceneLabels:
    """Return the labels of scenes; `known` are the texts that the encoder knows."""
    places = [get_region(kind) for kind in types]
    other = [(text,) for text in OTHER_PROMPTS if text in known]
    worn = [[text for text in texts if text in known] for texts in (WORN_PROMPTS, FLAT_PROMPTS)]
    return SceneLabels(
        regions=np.array([-1 if place is None else REGIONS.index(place) for place in places]),
        other=encode_values(other, OTHER_TEMPLATES, encode) if other else None,
        worn=encode_values(worn, WORN_TEMPLATES, encode) if all(worn) else None,
    )


def rate_worn(photo: Embeddings, bareness: float, scene: SceneLabels, bare_weight: float) -> float:
    """Return how much a photo (d,) looks like a person and not like a flat garment."""
    if scene.worn is None:
        return -1.0
    worn, flat = scene.worn @ photo
    return float(worn - flat) + bare_weight * min(bareness, 0.3)


def rate_windows(
    windows: Embeddings,
    bareness: Floats,
    *,
    type_vectors: Embeddings,
    scene: SceneLabels,
    thresholds: DetectionThresholds,
) -> Floats:
    """Return the likelihoods (n, 6) of each region and of no garment; rows sum to 1."""
    cosines = windows @ type_vectors.T
    best = [cosines[:, scene.regions == column].max(axis=1, initial=-1) for column in range(5)]
    other = -np.ones(len(windows)) if scene.other is None else (windows @ scene.other.T).max(axis=1)
    logits = np.stack([*best, other], axis=1) / thresholds.temperature
    parts = np.exp(logits - logits.max(axis=1, keepdims=True))
    parts[:, NO_GARMENT] *= thresholds.other_weight
    parts[:, :NO_GARMENT] *= (1.05 - bareness[:, None]) ** thresholds.bare_power
    return np.asarray(parts / parts.sum(axis=1, keepdims=True), dtype=np.float32)
