"""Tag a garment's photo: type, slot, colours, pattern, style, season and formality.

    tags = tag(pixels, encoder, labels)           a photo's pixels, uint8 (h, w, 3) sRGB
    tags = tag_crop(crop, embedding, labels)      where crops are embedded in batches before

Types and patterns are zero-shot, patterns from measured odds; colours are measured. Nothing is
random.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catalog.vocabulary.kinds import SLOTS
from core.ml.colours import Floats
from core.ml.encoder import Embeddings, Encoder
from core.ml.garment_colours import centre_weights
from quality.measure.frame import make_frame
from stylist.tagging.colour.measurement import MeasuredColour, measure_colours
from stylist.tagging.crop import Crop, Mask, crop_to_garment
from stylist.tagging.habits import (
    expected_formality,
    likely_values,
    tag_formality,
    tag_habit,
    tag_season,
)
from stylist.tagging.labels import Labels
from stylist.tagging.pattern import measure_pattern, pattern_prior
from stylist.tagging.tags import Sighting, Tag, Tags
from stylist.tagging.zero_shot import best_within, probabilities, summed

NO_TYPE = 0.4  # without a mask, and no type likelier than this, there may be no garment at all
PAIRS = frozenset({"gloves", "socks", "jewellery"})  # besides shoes, what comes in twos
MIDDLE = 0.6  # of the weight at the centre: where a garment is looked for without a mask


def tag(pixels: NDArray[np.uint8], encoder: Encoder, labels: Labels) -> Tags:
    """Crop, embed and tag one photo; raises `quality.measure.frame.PhotoUnmeasurable`."""
    crop = crop_to_garment(make_frame(pixels), aspect=labels.aspect)
    return tag_crop(crop, encoder.encode_images([Image.fromarray(crop.pixels)])[0], labels)


def tag_crop(crop: Crop, embedding: Embeddings, labels: Labels) -> Tags:
    """Tag a crop by its pixels and its embedding (d,), of the same encoder as the labels."""
    types = probabilities(
        embedding, labels.type_vectors, temperature=labels.calibration.type_temperature
    )
    type_, slot = _tag_type_and_slot(types, labels)
    mask = crop.mask if crop.has_mask else _middle(crop.mask)
    colours = measure_colours(crop.pixels, mask)
    named = [_tag_colour(colour, labels, has_mask=crop.has_mask) for colour in colours[:2]]
    usual = {name: likely_values(name, types, embedding, labels) for name in labels.groups}
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
    """Return the likeliest slot, by the sum of its types, and the likeliest type within it."""
    of_type = [kind.slot for kind in labels.types]
    slots = summed(types, of_type, SLOTS)
    slot = int(slots.argmax())
    best = best_within(types, of_type, SLOTS[slot])
    names = [kind.name for kind in labels.types]
    return _tag("type", names, types, best, labels), _tag("slot", SLOTS, slots, slot, labels)


def _tag_pattern(
    pixels: NDArray[np.uint8], mask: Mask, embedding: Embeddings, labels: Labels
) -> Tag:
    likely = probabilities(
        embedding,
        labels.pattern_vectors,
        temperature=labels.calibration.pattern_temperature,
        prior=pattern_prior(measure_pattern(pixels, mask), labels.patterns),
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
    if not crop.has_mask and type_.confidence < NO_TYPE:
        return Sighting.NONE
    comes_in_pairs = slot.value == "shoes" or type_.value in PAIRS
    if len(crop.pieces) < 2 or (crop.is_pair and comes_in_pairs):
        return Sighting.ONE
    return Sighting.SEVERAL


def _middle(mask: Mask) -> Mask:
    weights = centre_weights(*mask.shape)
    return np.asarray(weights >= MIDDLE * weights.max())
