"""Random garments without photos, with tags as large and as uncertain as real ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from catalog.vocabulary.words import FORMALITY, PATTERNS, SEASONS, STYLES
from core.ml.colours import BASIC_COLOURS
from stylist.garments.features import pack_features
from stylist.garments.garment import ALL_YEAR, SLOTS, GarmentSource
from stylist.tagging.colour.measurement import MeasuredColour
from stylist.tagging.records import (
    COLOUR_NAMES,
    LAB_BY_NAME,
    build_garment,
    serialize_tags,
)
from stylist.tagging.tagger import Sighting, Tag, Tags
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY

SEED = 23
DIMENSIONS = 512
CERTAINTY = 0.15  # of a Dirichlet distribution: smaller is surer
# Shares of tops, bottoms, one-pieces, outerwear, shoes, bags and accessories in shops.
SHARES = (0.3, 0.18, 0.12, 0.1, 0.16, 0.06, 0.08)


@dataclass(frozen=True, slots=True)
class SyntheticGarment:
    """The stored columns of a wardrobe item, or of an image's tags."""

    tags: dict[str, Any]
    slot: str
    kind: str
    embedding: bytes
    features: bytes


def make_garments(count: int) -> list[SyntheticGarment]:
    """Return `count` different garments, the same in every run."""
    rng = np.random.default_rng(SEED)
    return [_make(rng) for _ in range(count)]


def _make(rng: np.random.Generator) -> SyntheticGarment:
    slot = str(rng.choice([slot.value for slot in SLOTS], p=SHARES))
    kinds = [kind.name for kind in DEFAULT_TAXONOMY.types if kind.slot == slot]
    kind = str(rng.choice(kinds))
    tags = serialize_tags(_tags(rng, kind, slot))
    garment = build_garment(
        garment_id=UUID(int=0), source=GarmentSource.CATALOG, tags=tags, slot=slot
    )
    vector = rng.normal(size=DIMENSIONS)
    embedding = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()
    return SyntheticGarment(tags, slot, kind, embedding, pack_features(garment))


def _tags(rng: np.random.Generator, kind: str, slot: str) -> Tags:
    season = _tag(rng, SEASONS)
    colours = tuple(_colour(rng) for _ in range(2))
    return Tags(
        sighting=Sighting.ONE,
        type=_tag(rng, DEFAULT_TAXONOMY.names, value=kind),
        slot=_tag(rng, [slot.value for slot in SLOTS], value=slot),
        primary_colour=_tag(rng, BASIC_COLOURS, value=colours[0].name),
        secondary_colour=_tag(rng, BASIC_COLOURS, value=colours[1].name),
        pattern=_tag(rng, PATTERNS, value="plain" if rng.random() < 0.7 else None),
        style=_tag(rng, STYLES),
        season=Tag(ALL_YEAR, 0.5, False, season.distribution),
        formality=_tag(rng, FORMALITY),
        formality_level=float(rng.random()),
        colours=colours,
    )


def _tag(rng: np.random.Generator, names: Iterable[str], value: str | None = None) -> Tag:
    listed = [*names]
    likely = rng.dirichlet(np.full(len(listed), CERTAINTY))
    best = int(likely.argmax())
    distribution = dict(zip(listed, likely.tolist(), strict=True))
    return Tag(value or listed[best], float(likely[best]), True, distribution)


def _colour(rng: np.random.Generator) -> MeasuredColour:
    name = str(rng.choice(COLOUR_NAMES))
    basic = _tag(rng, BASIC_COLOURS)
    return MeasuredColour(
        name=name,
        basic=basic.value,
        lab=LAB_BY_NAME[name],
        share=0.5,
        confidence=basic.confidence,
        distribution={**basic.distribution},
    )
