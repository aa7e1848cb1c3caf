"""Labels: the vectors of every type and value that an encoder can recognise, and its calibration.

Making them encodes a few hundred texts, in about a second; the caller caches them. They belong to
one taxonomy and one revision of one encoder; a shop with its own types needs its own labels.

A temperature divides cosines before the softmax; one that is too low makes tags too confident.
Those of `mini` were fitted on the photos of "tune", part of `train`, by people whose photos taught
it nothing, and that of patterns on generated garments of another seed than the reported ones. Large
encoders were trained with a temperature of about 0.01; they are not measured here, and
`manage.py evaluate_tagging` prints values that fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from catalog.vocabulary.kinds import KINDS, GarmentKind
from catalog.vocabulary.words import (
    FORMALITY,
    FORMALITY_LEVELS,
    PATTERNS,
    SEASONS,
    STYLES,
    Use,
    Words,
    texts_for,
)
from core.ml.colours import Floats
from core.ml.encoder import Embeddings, Encoder
from core.ml.known_words import read_known_tags
from stylist.tagging.regions import (
    FLAT_PROMPTS,
    WORN_PROMPTS,
    DetectionThresholds,
    SceneLabels,
    make_scene_labels,
)
from stylist.tagging.taxonomy import Taxonomy
from stylist.tagging.zero_shot import TYPE_TEMPLATES, Encode, encode_values, find_known

PATTERN_TEMPLATES = ("a photo of {} clothing", "a {} garment", "{} clothes")
# What photos without a garment show.
OTHER_PROMPTS = ("a landscape", "an empty wall", "a floor", "the sky", "an empty room", "a texture",
                 "a plain background", "grass", "a window", "a building", "furniture", "a table",
                 "food", "an animal", "a car")  # fmt: skip
OTHER_TEMPLATES = ("a photo of {}",)
HABIT_TEMPLATES = ("a photo of {} clothing", "{} clothes", "clothing for {}")


@dataclass(frozen=True)
class Calibration:
    """Temperatures of types, of patterns, and of the tags that follow from a type's habits.

    `sure_from` maps each tag to the confidence from which it is sure: at least nine in ten of the
    measured tags were right there. `min_margin` is how much more than other things a photo must
    resemble a type for its tags to be sure.
    """

    type_temperature: float
    pattern_temperature: float
    habit_temperature: float
    sure_from: Mapping[str, float]
    min_margin: float
    detection: DetectionThresholds


# Fitted by `manage.py evaluate_tagging --worn DIR --fit`, on photos of the split `train`.
DETECTION = DetectionThresholds(
    min_worn=0.06,
    temperature=0.03,
    max_bareness=0.6,
    min_likelihood=0.7,
    split_cost=-0.05,
)
MINI = Calibration(
    type_temperature=0.035,
    pattern_temperature=0.03,
    habit_temperature=0.08,
    sure_from={
        "type": 0.9,
        "slot": 0.85,
        "colour": 0.7,
        "pattern": 0.7,
        "style": 0.4,
        "season": 0.4,
        "formality": 0.5,
    },
    min_margin=0.029,
    detection=DETECTION,
)
LARGE = Calibration(
    type_temperature=0.01,
    pattern_temperature=0.01,
    habit_temperature=0.03,
    sure_from=MINI.sure_from,
    min_margin=-2.0,  # not measured: no photo is taken for another thing
    detection=replace(DETECTION, temperature=0.01),
)


def get_calibration(encoder: str) -> Calibration:
    """Return an encoder's calibration by its name in the settings."""
    return MINI if encoder == "mini" else LARGE


@dataclass(frozen=True, eq=False)
class Group:
    """The values of a tag.

    `vectors` is (m, d), or None if the encoder does not know the words of all values; `habits`
    (k, m) has the probability of each value for each type, rows with sum 1.
    """

    names: tuple[str, ...]
    vectors: Embeddings | None
    habits: Floats


@dataclass(frozen=True, eq=False)
class Labels:
    """Vectors of the types and values.

    `unknown_types` are types whose words the encoder does not know, or of which no photo taught it
    how they look: no photo is tagged as one. From words alone, it takes most shoes for loafers, and
    spots of a leopard for a graphic print.
    `aspect` is the shape of the encoder's input, width by height.
    """

    types: tuple[GarmentKind, ...]
    unknown_types: tuple[str, ...]
    type_vectors: Embeddings  # (k, d)
    others: Embeddings  # (m, d), things that are no garments
    patterns: tuple[str, ...]
    pattern_vectors: Embeddings
    groups: Mapping[str, Group]  # "style", "season", "formality"
    scene: SceneLabels
    calibration: Calibration
    aspect: float


def make_labels(taxonomy: Taxonomy, encoder: Encoder) -> Labels:
    """Return the labels for an encoder; runs its text tower."""
    height, width = encoder.prepare([Image.new("RGB", (64, 64))]).shape[2:]
    return build_labels(
        taxonomy,
        encoder.encode_labels,
        calibration=get_calibration(encoder.spec.name),
        aspect=width / height,
        shown=read_known_tags(encoder.spec.model),
    )


def build_labels(
    taxonomy: Taxonomy,
    encode: Encode,
    *,
    calibration: Calibration,
    aspect: float,
    shown: frozenset[str] | None = None,
) -> Labels:
    """Return the labels for a function that turns texts into unit vectors.

    Of the vocabulary's types and patterns, only those in `shown` are used, if it is given.
    """
    groups = (PATTERNS, STYLES, SEASONS, FORMALITY)
    texts = [kind.prompts for kind in taxonomy.types]
    texts += [texts_for(Use.PROMPT, words) for group in groups for words in group.values()]
    texts += [WORN_PROMPTS, FLAT_PROMPTS]
    known = find_known([text for some in texts for text in some], encode)
    prompts = {kind: _filter(kind.prompts, known) for kind in taxonomy.types}
    types = tuple(k for k, texts in prompts.items() if texts and _is_shown("kind", k.name, shown))
    patterns = {name: _known_prompts(words, known) for name, words in PATTERNS.items()}
    pattern_names = tuple(
        name for name, texts in patterns.items() if texts and _is_shown("pattern", name, shown)
    )
    return Labels(
        types=types,
        unknown_types=tuple(kind.name for kind in taxonomy.types if kind not in types),
        type_vectors=encode_values([prompts[kind] for kind in types], TYPE_TEMPLATES, encode),
        others=encode_values([(text,) for text in OTHER_PROMPTS], OTHER_TEMPLATES, encode),
        patterns=pattern_names,
        pattern_vectors=encode_values(
            [patterns[name] for name in pattern_names], PATTERN_TEMPLATES, encode
        ),
        groups={
            "style": _make_group(STYLES, [_spread(k.styles, STYLES) for k in types], known, encode),
            "season": _make_group(
                SEASONS, [_spread(k.seasons, SEASONS) for k in types], known, encode
            ),
            "formality": _make_group(
                FORMALITY, [_spread_over_levels(k.formality) for k in types], known, encode
            ),
        },
        scene=make_scene_labels(types, known, encode),
        calibration=calibration,
        aspect=aspect,
    )


def _is_shown(field: str, name: str, shown: frozenset[str] | None) -> bool:
    """Return whether photos taught an encoder a tag; a shop's own types are asked in any case."""
    return shown is None or f"{field}:{name}" in shown or name not in {*KINDS, *PATTERNS}


def _known_prompts(words: Words, known: frozenset[str]) -> tuple[str, ...]:
    return _filter(texts_for(Use.PROMPT, words), known)


def _filter(texts: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text in known)


def _make_group(
    values: Mapping[str, Words], habits: list[list[float]], known: frozenset[str], encode: Encode
) -> Group:
    texts = [_known_prompts(words, known) for words in values.values()]
    # If some values are unknown, zero-shot would overrate the others: the habits alone are better.
    vectors = encode_values(texts, HABIT_TEMPLATES, encode) if all(texts) else None
    return Group(tuple(values), vectors, np.array(habits, dtype=np.float32))


def _spread(habits: tuple[str, ...], values: Mapping[str, Words]) -> list[float]:
    """Return 1 spread over a type's habits, the first with double weight; over all if none."""
    if not habits:
        return [1 / len(values)] * len(values)
    parts = {name: 1 / (len(habits) + 1) for name in habits}
    parts[habits[0]] *= 2
    return [parts.get(name, 0.0) for name in values]


def _spread_over_levels(formality: float) -> list[float]:
    """Return 1 spread over the two levels next to a formality, with it as their mean."""
    levels = list(FORMALITY_LEVELS.values())
    step = levels[1] - levels[0]
    return [max(0.0, 1 - abs(formality - level) / step) for level in levels]
