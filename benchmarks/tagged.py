"""Garments that were never photographed, with tags as large and as unsure as real ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from catalog.vocabulary.properties import FORMALITY, PATTERNS, SEASONS, STYLES
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
from stylist.tagging.tags import Sighting, Tag, Tags
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY

SEED = 23
DIMENSIONS = 512
CERTAINTY = 0.15  # of a Dirichlet distribution: the smaller, the surer
# Of tops, bottoms, one-pieces, outerwear, shoes, bags and accessories, as shops sell them.
SHARES = (0.3, 0.18, 0.12, 0.1, 0.16, 0.06, 0.08)


@dataclass(frozen=True, slots=True)
class Tagged:
    """What is kept of a garment: columns of a wardrobe's item or an image's tags."""

    tags: dict[str, Any]
    slot: str
    kind: str
    embedding: bytes
    features: bytes


def make_tagged(count: int) -> list[Tagged]:
    """Return so many garments that differ, always the same ones."""
    chance = np.random.default_rng(SEED)
    return [_make(chance) for _ in range(count)]


def _make(chance: np.random.Generator) -> Tagged:
    slot = str(chance.choice([slot.value for slot in SLOTS], p=SHARES))
    kinds = [kind.name for kind in DEFAULT_TAXONOMY.types if kind.slot == slot]
    kind = str(chance.choice(kinds))
    tags = serialize_tags(_tags(chance, kind, slot))
    garment = build_garment(
        garment_id=UUID(int=0), source=GarmentSource.CATALOG, tags=tags, slot=slot
    )
    vector = chance.normal(size=DIMENSIONS)
    embedding = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()
    return Tagged(tags, slot, kind, embedding, pack_features(garment))


def _tags(chance: np.random.Generator, kind: str, slot: str) -> Tags:
    season = _tag(chance, SEASONS)
    colours = tuple(_colour(chance) for _ in range(2))
    return Tags(
        sighting=Sighting.ONE,
        type=_tag(chance, DEFAULT_TAXONOMY.names, value=kind),
        slot=_tag(chance, [slot.value for slot in SLOTS], value=slot),
        primary_colour=_tag(chance, BASIC_COLOURS, value=colours[0].name),
        secondary_colour=_tag(chance, BASIC_COLOURS, value=colours[1].name),
        pattern=_tag(chance, PATTERNS, value="plain" if chance.random() < 0.7 else None),
        style=_tag(chance, STYLES),
        season=Tag(ALL_YEAR, 0.5, False, season.distribution),
        formality=_tag(chance, FORMALITY),
        formality_level=float(chance.random()),
        colours=colours,
    )


def _tag(chance: np.random.Generator, names: Iterable[str], value: str | None = None) -> Tag:
    listed = [*names]
    likely = chance.dirichlet(np.full(len(listed), CERTAINTY))
    best = int(likely.argmax())
    distribution = dict(zip(listed, likely.tolist(), strict=True))
    return Tag(value or listed[best], float(likely[best]), True, distribution)


def _colour(chance: np.random.Generator) -> MeasuredColour:
    name = str(chance.choice(COLOUR_NAMES))
    told = _tag(chance, BASIC_COLOURS)
    return MeasuredColour(
        name=name,
        basic=told.value,
        lab=LAB_BY_NAME[name],
        share=0.5,
        confidence=told.confidence,
        distribution={**told.distribution},
    )
