"""What an encoder can tell of a garment, as vectors: made once, kept by the caller, used often.

Making them encodes a few hundred texts and takes a second or so. They hold for one taxonomy and
one revision of one encoder; a shop's own types make labels of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from catalog.vocabulary.kinds import GarmentKind
from catalog.vocabulary.properties import (
    FORMALITY,
    FORMALITY_LEVELS,
    PATTERNS,
    SEASONS,
    STYLES,
)
from catalog.vocabulary.words import Use, Words, texts_for
from core.ml.colours import Floats
from core.ml.encoder import Embeddings, Encoder
from stylist.tagging.calibration import Calibration, get_calibration
from stylist.tagging.prompts import TYPE_TEMPLATES, Encode, ensemble, understood
from stylist.tagging.taxonomy import Taxonomy

PATTERN_TEMPLATES = ("a photo of {} clothing", "a {} garment", "{} clothes")
HABIT_TEMPLATES = ("a photo of {} clothing", "{} clothes", "clothing for {}")


@dataclass(frozen=True, eq=False)
class Group:
    """Values of one kind and what is known of them.

    `vectors` is (m, d), or None where the encoder does not know the words of all of them; `habits`
    is (k, m): for each type how likely each value is, rows summing to 1.
    """

    names: tuple[str, ...]
    vectors: Embeddings | None
    habits: Floats


@dataclass(frozen=True, eq=False)
class Labels:
    """Vectors for every type and value that the encoder can tell.

    `unknown_types` are types whose words it does not know: no photo is tagged as one. `aspect` is
    the shape that it sees photos in, width by height.
    """

    types: tuple[GarmentKind, ...]
    unknown_types: tuple[str, ...]
    type_vectors: Embeddings  # (k, d)
    patterns: tuple[str, ...]
    pattern_vectors: Embeddings
    groups: Mapping[str, Group]  # "style", "season", "formality"
    calibration: Calibration
    aspect: float


def make_labels(taxonomy: Taxonomy, encoder: Encoder) -> Labels:
    """Return the labels for an encoder; runs its text tower."""
    height, width = encoder.prepare([Image.new("RGB", (64, 64))]).shape[2:]
    return build_labels(
        taxonomy,
        encoder.encode_texts,
        calibration=get_calibration(encoder.spec.name),
        aspect=width / height,
    )


def build_labels(
    taxonomy: Taxonomy, encode: Encode, *, calibration: Calibration, aspect: float
) -> Labels:
    """Return the labels for whatever turns texts into unit vectors."""
    groups = (PATTERNS, STYLES, SEASONS, FORMALITY)
    every = [kind.prompts for kind in taxonomy.types]
    every += [texts_for(Use.PROMPT, words) for group in groups for words in group.values()]
    known = understood([wording for wordings in every for wording in wordings], encode)
    types = {kind: _kept(kind.prompts, known) for kind in taxonomy.types}
    told = tuple(kind for kind, wordings in types.items() if wordings)
    patterns = {
        name: _kept(texts_for(Use.PROMPT, words), known) for name, words in PATTERNS.items()
    }
    tellable = tuple(name for name, wordings in patterns.items() if wordings)
    return Labels(
        types=told,
        unknown_types=tuple(kind.name for kind in taxonomy.types if kind not in told),
        type_vectors=ensemble([types[kind] for kind in told], TYPE_TEMPLATES, encode),
        patterns=tellable,
        pattern_vectors=ensemble([patterns[n] for n in tellable], PATTERN_TEMPLATES, encode),
        groups={
            "style": _group(STYLES, (_weighted(k.styles, STYLES) for k in told), known, encode),
            "season": _group(SEASONS, (_weighted(k.seasons, SEASONS) for k in told), known, encode),
            "formality": _group(
                FORMALITY, (_between_levels(k.formality) for k in told), known, encode
            ),
        },
        calibration=calibration,
        aspect=aspect,
    )


def _kept(wordings: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    return tuple(wording for wording in wordings if wording in known)


def _group(
    values: Mapping[str, Words],
    habits: Iterable[list[float]],
    known: frozenset[str],
    encode: Encode,
) -> Group:
    kept = [_kept(texts_for(Use.PROMPT, words), known) for words in values.values()]
    # What it knows some words of, it would find everywhere: the habits alone are better then.
    vectors = ensemble(kept, HABIT_TEMPLATES, encode) if all(kept) else None
    return Group(tuple(values), vectors, np.array(list(habits), dtype=np.float32))


def _weighted(habits: tuple[str, ...], values: Mapping[str, Words]) -> list[float]:
    """Return 1 spread over a type's habits, the first counted twice; over all where it has none."""
    if not habits:
        return [1 / len(values)] * len(values)
    parts = {name: 1 / (len(habits) + 1) for name in habits}
    parts[habits[0]] *= 2
    return [parts.get(name, 0.0) for name in values]


def _between_levels(formality: float) -> list[float]:
    """Return 1 spread over the two levels next to a formality, so that it is their mean."""
    levels = list(FORMALITY_LEVELS.values())
    step = levels[1] - levels[0]
    return [max(0.0, 1 - abs(formality - level) / step) for level in levels]
