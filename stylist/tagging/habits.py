"""Style, season and formality, from the habits of the probable types and from zero-shot.

There are no photos labelled with them, so these are the weakest tags: a habit of the type, adjusted
by zero-shot if the encoder knows the words. They are sure only if the type is.
"""

import numpy as np

from catalog.vocabulary.words import FORMALITY_LEVELS
from core.ml.colours import Floats
from core.ml.encoder import Embeddings
from stylist.garments.garment import ALL_YEAR
from stylist.tagging.labels import Labels
from stylist.tagging.tags import Tag
from stylist.tagging.zero_shot import classify

MIN_EVENNESS = 0.6  # the least probable season's part of an even share: worn all year

_LEVELS = np.array(list(FORMALITY_LEVELS.values()), dtype=np.float32)


def rate_values(group: str, types: Floats, image: Embeddings, labels: Labels) -> Floats:
    """Return the probabilities (m,) of a group's values from those of the types (k,)."""
    values = labels.groups[group]
    usual: Floats = types @ values.habits
    if values.vectors is None:
        return usual
    temperature = labels.calibration.habit_temperature
    return classify(image, values.vectors, temperature=temperature, prior=usual)


def tag_habit(group: str, likely: Floats, labels: Labels, *, is_type_sure: bool) -> Tag:
    """Return the tag of the most probable value."""
    best = int(likely.argmax())
    value, confidence = labels.groups[group].names[best], float(likely[best])
    return _tag(group, value, confidence, likely, labels, is_type_sure=is_type_sure)


def tag_season(likely: Floats, labels: Labels, *, is_type_sure: bool) -> Tag:
    """Return the tag of the most probable season, or `ALL_YEAR` if none is improbable."""
    even = float(likely.min() * len(likely))
    if even < MIN_EVENNESS:
        return tag_habit("season", likely, labels, is_type_sure=is_type_sure)
    return _tag("season", ALL_YEAR, even, likely, labels, is_type_sure=is_type_sure)


def tag_formality(likely: Floats, labels: Labels, *, is_type_sure: bool) -> Tag:
    """Return the tag of the level nearest to the expected formality.

    Its confidence is the probability of the two nearest levels.
    """
    distance = np.abs(_LEVELS - expected_formality(likely))
    names = labels.groups["formality"].names
    confidence = float(likely[np.argsort(distance, kind="stable")[:2]].sum())
    value = names[int(distance.argmin())]
    return _tag("formality", value, confidence, likely, labels, is_type_sure=is_type_sure)


def expected_formality(likely: Floats) -> float:
    """Return the mean of the levels, in [0, 1]."""
    return float(likely @ _LEVELS)


def _tag(
    group: str, value: str, confidence: float, likely: Floats, labels: Labels, *, is_type_sure: bool
) -> Tag:
    is_sure = is_type_sure and confidence >= labels.calibration.sure_from[group]
    names = labels.groups[group].names
    distribution = {name: float(part) for name, part in zip(names, likely, strict=True)}
    return Tag(value, confidence, is_sure, distribution)
