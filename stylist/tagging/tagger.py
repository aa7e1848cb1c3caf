"""Tag a garment's photo: type, slot, colours, pattern, style, season and formality.

Types are zero-shot, patterns zero-shot with measured odds; colours are measured. Nothing is random.
There are no photos labelled with style, season and formality, so these are the weakest tags: a
habit of the type, adjusted by zero-shot if the encoder knows the words. They are sure only if the
type is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary.kinds import SLOTS
from catalog.vocabulary.words import FORMALITY_LEVELS
from core.ml.colours import Floats
from core.ml.encoder import Embeddings
from core.ml.garment_mask import centre_weights
from stylist.garments.garment import ALL_YEAR
from stylist.tagging.colour.measurement import Mask, MeasuredColour, measure_colours
from stylist.tagging.crop import Crop
from stylist.tagging.labels import Labels
from stylist.tagging.pattern import compute_pattern_prior, measure_pattern
from stylist.tagging.zero_shot import classify, find_best, sum_by_group

MIN_EVENNESS = 0.6  # the least probable season's part of an even share: worn all year
_LEVELS = np.array(list(FORMALITY_LEVELS.values()), dtype=np.float32)
MIN_TYPE_CONFIDENCE = 0.4  # below, and without a mask, the photo may have no garment
PAIRS = frozenset({"gloves", "socks", "jewellery"})  # types of pairs, in addition to shoes
MIN_CENTRE_WEIGHT = 0.6  # of the centre's weight; the mask of a photo without one


class Sighting(StrEnum):
    """The number of garments that seem to be in the photo; it has tags in any case."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"


@dataclass(frozen=True)
class Tag:
    """One tag: its most probable value, and the probabilities of all, which sum to 1.

    `confidence` in [0, 1] is how often such a tag is right; a sure tag needs no question.
    """

    value: str
    confidence: float
    is_sure: bool
    distribution: Mapping[str, float]


@dataclass(frozen=True)
class Tags:
    """The tags of the garment in a photo.

    Colour tags have retail names as values and basic names in their distributions; `colours` are
    all measured colours. The season may be `ALL_YEAR`; its distribution is over the four seasons.
    `formality_level` is in [0, 1].
    """

    sighting: Sighting
    type: Tag
    slot: Tag
    primary_colour: Tag
    secondary_colour: Tag | None
    pattern: Tag
    style: Tag
    season: Tag
    formality: Tag
    formality_level: float
    colours: tuple[MeasuredColour, ...]


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
    names = labels.groups[group].names
    return _tag(group, names[likely.argmax()], names, likely, labels, is_type_sure=is_type_sure)


def tag_season(likely: Floats, labels: Labels, *, is_type_sure: bool) -> Tag:
    """Return the tag of the most probable season, or `ALL_YEAR` if none is improbable."""
    even = float(likely.min() * len(likely))
    if even < MIN_EVENNESS:
        return tag_habit("season", likely, labels, is_type_sure=is_type_sure)
    names = labels.groups["season"].names
    return _tag(
        "season", ALL_YEAR, names, likely, labels, confidence=even, is_type_sure=is_type_sure
    )


def tag_formality(likely: Floats, labels: Labels, *, is_type_sure: bool) -> Tag:
    """Return the tag of the level nearest to the expected formality.

    Its confidence is the probability of the two nearest levels.
    """
    distance = np.abs(_LEVELS - expected_formality(likely))
    names = labels.groups["formality"].names
    confidence = float(likely[np.argsort(distance, kind="stable")[:2]].sum())
    value = names[distance.argmin()]
    return _tag(
        "formality", value, names, likely, labels, confidence=confidence, is_type_sure=is_type_sure
    )


def expected_formality(likely: Floats) -> float:
    """Return the mean of the levels, in [0, 1]."""
    return float(likely @ _LEVELS)


def tag_crop(
    crop: Crop, embedding: Embeddings, labels: Labels, *, among: Floats | None = None
) -> Tags:
    """Tag a crop from its pixels and its embedding (d,), by the encoder of the labels.

    `among` (k,) is 1 for the types that are possible, 0 for the others; all are without it.
    """
    types = classify(
        embedding, labels.type_vectors, temperature=labels.calibration.type_temperature, prior=among
    )
    type_, slot = _tag_type_and_slot(types, labels)
    is_other = _resembles_other_things(embedding, labels)
    if is_other:
        type_, slot = replace(type_, is_sure=False), replace(slot, is_sure=False)
    mask = crop.mask if crop.has_mask else _centre_mask(crop.mask)
    colours = measure_colours(crop.pixels, mask)
    named = [_tag_colour(colour, labels, has_mask=crop.has_mask) for colour in colours[:2]]
    usual = {name: rate_values(name, types, embedding, labels) for name in labels.groups}
    return Tags(
        sighting=_sighting(crop, type_, slot, is_other=is_other),
        type=type_,
        slot=slot,
        primary_colour=named[0],
        secondary_colour=named[1] if len(named) > 1 else None,
        pattern=_tag_pattern(crop.pixels, mask, embedding, labels),
        style=tag_habit("style", usual["style"], labels, is_type_sure=type_.is_sure),
        season=tag_season(usual["season"], labels, is_type_sure=type_.is_sure),
        formality=tag_formality(usual["formality"], labels, is_type_sure=type_.is_sure),
        formality_level=expected_formality(usual["formality"]),
        colours=colours,
    )


def _tag_type_and_slot(types: Floats, labels: Labels) -> tuple[Tag, Tag]:
    """Return the best type within the slot whose types have the largest sum, and this slot."""
    slot_of_type = [kind.slot for kind in labels.types]
    slots = sum_by_group(types, slot_of_type, SLOTS)
    slot = int(slots.argmax())
    best = find_best(types, slot_of_type, SLOTS[slot])
    names = [kind.name for kind in labels.types]
    type_ = _tag("type", names[best], names, types, labels)
    return type_, _tag("slot", SLOTS[slot], SLOTS, slots, labels)


def _tag_pattern(
    pixels: NDArray[np.uint8], mask: Mask, embedding: Embeddings, labels: Labels
) -> Tag:
    likely = classify(
        embedding,
        labels.pattern_vectors,
        temperature=labels.calibration.pattern_temperature,
        prior=compute_pattern_prior(measure_pattern(pixels, mask), labels.patterns),
    )
    return _tag("pattern", labels.patterns[likely.argmax()], labels.patterns, likely, labels)


def _tag(
    group: str,
    value: str,
    names: Sequence[str],
    likely: Floats,
    labels: Labels,
    *,
    confidence: float | None = None,
    is_type_sure: bool = True,
) -> Tag:
    """Return the tag; its confidence is the value's probability, if none is given."""
    distribution = dict(zip(names, likely.tolist(), strict=True))
    confidence = distribution[value] if confidence is None else confidence
    is_sure = is_type_sure and confidence >= labels.calibration.sure_from[group]
    return Tag(value, confidence, is_sure, distribution)


def _tag_colour(colour: MeasuredColour, labels: Labels, *, has_mask: bool) -> Tag:
    is_sure = has_mask and colour.confidence >= labels.calibration.sure_from["colour"]
    return Tag(colour.name, colour.confidence, is_sure, colour.distribution)


def _resembles_other_things(embedding: Embeddings, labels: Labels) -> bool:
    """Return whether a photo is hardly more like its best type than like a wall or a landscape."""
    margin = (labels.type_vectors @ embedding).max() - (labels.others @ embedding).max()
    return bool(margin < labels.calibration.min_margin)


def _sighting(crop: Crop, type_: Tag, slot: Tag, *, is_other: bool) -> Sighting:
    if not crop.has_mask and (is_other or type_.confidence < MIN_TYPE_CONFIDENCE):
        return Sighting.NONE
    is_pair_type = slot.value == "shoes" or type_.value in PAIRS
    if len(crop.pieces) < 2 or (crop.is_pair and is_pair_type):
        return Sighting.ONE
    return Sighting.SEVERAL


def _centre_mask(mask: Mask) -> Mask:
    """Return the middle of a photo without a reliable mask, without what cannot be the garment."""
    weights = centre_weights(*mask.shape)
    middle = np.asarray(weights >= MIN_CENTRE_WEIGHT * weights.max())
    return middle & mask if (middle & mask).any() else middle
