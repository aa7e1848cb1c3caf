"""Rate what photos and windows show: a person or a flat garment, and of which region of the body.

Embeddings are float32 (n, d) with norm 1. A window belongs to the region of the type that it
resembles most.
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
WORN_PROMPTS = ("worn by a person", "on a model", "being worn")
FLAT_PROMPTS = ("lying flat", "on a hanger", "without a person")
WORN_TEMPLATES = ("{}", "a garment {}", "clothes {}", "a photo of clothes {}")


@dataclass(frozen=True)
class DetectionThresholds:
    """Limits of the detection of worn garments, for one encoder.

    From `min_worn` on, a photo shows a person: the difference of its cosines with the texts of worn
    and of flat garments. `temperature` divides the cosines of windows. `max_bareness` is the share
    of skin from which a band is rather no garment, `min_likelihood` that of a garment's region, and
    `split_cost` what each garment costs: more of it finds fewer.
    """

    min_worn: float
    temperature: float
    max_bareness: float
    min_likelihood: float
    split_cost: float


@dataclass(frozen=True, eq=False)
class SceneLabels:
    """What is needed to rate photos of worn garments.

    `regions` has each type's column of `REGIONS`, -1 for types without a region. `worn` (2, d) are
    the vectors of worn and of flat garments, or None if the encoder does not know the words: then
    every photo counts as flat.
    """

    regions: NDArray[np.intp]
    worn: Embeddings | None


def get_region(kind: GarmentKind) -> Region | None:
    """Return where a kind is worn; None for bags, and for what is worn anywhere."""
    return _OF_KIND.get(kind.name) or _OF_SLOT.get(kind.slot)


def make_scene_labels(
    types: Sequence[GarmentKind], known: frozenset[str], encode: Encode
) -> SceneLabels:
    """Return the labels of scenes; `known` are the texts that the encoder knows."""
    places = [get_region(kind) for kind in types]
    worn = [[text for text in texts if text in known] for texts in (WORN_PROMPTS, FLAT_PROMPTS)]
    return SceneLabels(
        regions=np.array([-1 if place is None else REGIONS.index(place) for place in places]),
        worn=encode_values(worn, WORN_TEMPLATES, encode) if all(worn) else None,
    )


def rate_worn(photo: Embeddings, scene: SceneLabels) -> float:
    """Return how much more a photo (d,) looks like a worn garment than like a flat one."""
    if scene.worn is None:
        return -1.0
    worn, flat = scene.worn @ photo
    return float(worn - flat)


def rate_windows(
    windows: Embeddings, *, type_vectors: Embeddings, scene: SceneLabels, temperature: float
) -> Floats:
    """Return the likelihoods (n, 5) of each region; rows sum to 1."""
    cosines = windows @ type_vectors.T
    best = [cosines[:, scene.regions == k].max(axis=1, initial=-1) for k in range(len(REGIONS))]
    logits = np.stack(best, axis=1) / temperature
    parts = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(parts / parts.sum(axis=1, keepdims=True), dtype=np.float32)
