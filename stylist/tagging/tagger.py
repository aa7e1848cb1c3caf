"""Tag a garment's photo: type, slot, colours, pattern, style, season and formality.

    tags = tag(pixels, encoder, labels)           a photo's pixels, uint8 (h, w, 3) sRGB
    tags = tag_crop(crop, embedding, labels)      with crops that were embedded in batches

Types are zero-shot, patterns zero-shot with measured odds; colours are measured. Nothing is random.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catalog.vocabulary.kinds import SLOTS
from core.ml.colours import Floats
from core.ml.encoder import Embeddings, Encoder
from core.ml.garment_mask import centre_weights
from quality.measure.frame import make_frame
from stylist.tagging.colour.measurement import MeasuredColour, measure_colours
from stylist.tagging.crop import Crop, Mask, crop_to_garment
from stylist.tagging.habits import (
    expected_formality,
    rate_values,
    tag_formality,
    tag_habit,
    tag_season,
)
from stylist.tagging.labels import Labels
from stylist.tagging.pattern import compute_pattern_prior, measure_pattern
from stylist.tagging.tags import Sighting, Tag, Tags
from stylist.tagging.zero_shot import classify, find_best, sum_by_group

MIN_TYPE_CONFIDENCE = 0.4  # below, and without a mask, the photo may have no garment
PAIRS = frozenset({"gloves", "socks", "jewellery"})  # types of pairs, in addition to shoes
MIN_CENTRE_WEIGHT = 0.6  # of the centre's weight; the mask of a photo without one


def tag(pixels: NDArray[np.uint8], encoder: Encoder, labels: Labels) -> Tags:
    """Crop, embed and tag one photo; raises `quality.measure.frame.PhotoUnmeasurable`."""
    crop = crop_to_garment(make_frame(pixels), aspect=labels.aspect)
    return tag_crop(crop, encoder.encode_images([Image.fromarray(crop.pixels)])[0], labels)


def tag_crop(crop: Crop, embedding: Embeddings, labels: Labels) -> Tags:
    """Tag a crop from its pixels and its embedding (d,), by the encoder of the labels."""
    types = classify(
        embedding, labels.type_vectors, temperature=labels.calibration.type_temperature
    )
    type_, slot = _tag_type_and_slot(types, labels)
    mask = crop.mask if crop.has_mask else _centre_mask(crop.mask)
    colours = measure_colours(crop.pixels, mask)
    named = [_tag_colour(colour, labels, has_mask=crop.has_mask) for colour in colours[:2]]
    usual = {name: rate_values(name, types, embedding, labels) for name in labels.groups}
    return Tags(
        sighting=_sighting(crop, type_, slot),
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
    return _tag("type", names, types, best, labels), _tag("slot", SLOTS, slots, slot, labels)


def _tag_pattern(
    pixels: NDArray[np.uint8], mask: Mask, embedding: Embeddings, labels: Labels
) -> Tag:
    likely = classify(
        embedding,
        labels.pattern_vectors,
        temperature=labels.calibration.pattern_temperature,
        prior=compute_pattern_prior(measure_pattern(pixels, mask), labels.patterns),
    )
    return _tag("pattern", labels.patterns, likely, int(likely.argmax()), labels)


def _tag(group: str, names: Sequence[str], likely: Floats, best: int, labels: Labels) -> Tag:
    confidence = float(likely[best])
    is_sure = confidence >= labels.calibration.sure_from[group]
    distribution: Mapping[str, float] = dict(zip(names, likely.tolist(), strict=True))
    return Tag(names[best], confidence, is_sure, distribution)


def _tag_colour(colour: MeasuredColour, labels: Labels, *, has_mask: bool) -> Tag:
    is_sure = has_mask and colour.confidence >= labels.calibration.sure_from["colour"]
    return Tag(colour.name, colour.confidence, is_sure, colour.distribution)


def _sighting(crop: Crop, type_: Tag, slot: Tag) -> Sighting:
    if not crop.has_mask and type_.confidence < MIN_TYPE_CONFIDENCE:
        return Sighting.NONE
    is_pair_type = slot.value == "shoes" or type_.value in PAIRS
    if len(crop.pieces) < 2 or (crop.is_pair and is_pair_type):
        return Sighting.ONE
    return Sighting.SEVERAL


def _centre_mask(mask: Mask) -> Mask:
    weights = centre_weights(*mask.shape)
    return np.asarray(weights >= MIN_CENTRE_WEIGHT * weights.max())
