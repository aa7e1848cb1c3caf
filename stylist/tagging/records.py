"""Records of tagged garments: tags as JSON, corrections, and the garments made from both.

Each tag has a value, a confidence, `is_sure` and a distribution. Needs neither OpenCV nor torch:
the web process reads records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from catalog.vocabulary.words import FORMALITY, FORMALITY_LEVELS, PATTERNS, SEASONS, STYLES
from core.ml.colours import RETAIL_COLOURS, srgb_to_oklab
from stylist.garments.garment import ALL_YEAR, Garment, GarmentSource, Lab, Slot

if TYPE_CHECKING:
    from stylist.tagging.tagger import Tag, Tags

NO_COLOUR = "none"  # a garment of one colour
COLOUR_NAMES = tuple(colour.name for colour in RETAIL_COLOURS)
_LABS = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8))
LAB_BY_NAME = {name: Lab(*map(float, lab)) for name, lab in zip(COLOUR_NAMES, _LABS, strict=True)}
TAG_VALUES: Mapping[str, tuple[str, ...]] = {
    "primary_colour": COLOUR_NAMES,
    "secondary_colour": (NO_COLOUR, *COLOUR_NAMES),
    "pattern": tuple(PATTERNS),
    "style": tuple(STYLES),
    "season": (*SEASONS, ALL_YEAR),
    "formality": tuple(FORMALITY),
}
TAG_NAMES = ("type", *TAG_VALUES)
MAX_ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class EffectiveTag:
    """A tag's value, with other likely values, the most likely first."""

    value: str
    confidence: float
    is_sure: bool
    is_corrected: bool
    alternatives: list[str] = field(default_factory=list)


def serialize_tags(tags: Tags) -> dict[str, Any]:
    """Return tags as JSON."""
    return {
        **{name: _serialize_tag(getattr(tags, name)) for name in (*TAG_NAMES, "slot")},
        "sighting": tags.sighting.value,
        "formality_level": tags.formality_level,
        "colours": [
            {"name": colour.name, "lab": list(colour.lab), "share": colour.share}
            for colour in tags.colours
        ],
    }


def _serialize_tag(tag: Tag | None) -> dict[str, Any] | None:
    if tag is None:
        return None
    return {
        "value": tag.value,
        "confidence": round(tag.confidence, 4),
        "is_sure": tag.is_sure,
        "distribution": {name: round(share, 4) for name, share in tag.distribution.items()},
    }


def resolve_tags(
    tags: Mapping[str, Any], corrected: Mapping[str, str]
) -> dict[str, EffectiveTag | None]:
    """Return each tag as the owner set it, or else as it was found in the photo."""
    return {name: _resolve_tag(tags.get(name), corrected.get(name)) for name in TAG_NAMES}


def _resolve_tag(found: Mapping[str, Any] | None, corrected: str | None) -> EffectiveTag | None:
    if corrected is not None:
        return EffectiveTag(corrected, confidence=1.0, is_sure=True, is_corrected=True)
    if not found:
        return None
    likely = sorted(found["distribution"].items(), key=lambda pair: -pair[1])
    others = [name for name, share in likely if name != found["value"] and share > 0.01]
    return EffectiveTag(
        found["value"],
        confidence=round(found["confidence"], 3),
        is_sure=found["is_sure"],
        is_corrected=False,
        alternatives=others[:MAX_ALTERNATIVES],
    )


def build_garment(
    *,
    garment_id: UUID,
    source: GarmentSource,
    tags: Mapping[str, Any],
    slot: str,
    corrected: Mapping[str, str] | None = None,
    price: float | None = None,
    embedding: bytes | None = None,
) -> Garment:
    """Return the garment of tags; corrected tags count as certain."""
    corrected = corrected or {}
    formality = corrected.get("formality")
    return Garment(
        id=garment_id,
        source=source,
        slot=Slot(slot),
        kind=corrected.get("type") or tags["type"]["value"],
        primary=_lab(corrected.get("primary_colour"), tags, 0),
        secondary=_lab(corrected.get("secondary_colour"), tags, 1),
        pattern=corrected.get("pattern") or tags["pattern"]["value"],
        styles=_likely(corrected.get("style"), tags["style"]),
        seasons=_seasons(corrected.get("season"), tags["season"]),
        formality=FORMALITY_LEVELS[formality] if formality else tags["formality_level"],
        formality_confidence=1.0 if formality else tags["formality"]["confidence"],
        price=price,
        embedding=np.frombuffer(embedding, np.float16).astype(np.float32) if embedding else None,
    )


def _lab(corrected: str | None, tags: Mapping[str, Any], place: int) -> Lab | None:
    if corrected == NO_COLOUR:
        return None
    if corrected:
        return LAB_BY_NAME[corrected]
    colours = tags["colours"]
    return Lab(*colours[place]["lab"]) if len(colours) > place else None


def _likely(corrected: str | None, tag: Mapping[str, Any]) -> Mapping[str, float]:
    return {corrected: 1.0} if corrected else tag["distribution"]


def _seasons(corrected: str | None, tag: Mapping[str, Any]) -> Mapping[str, float]:
    if corrected == ALL_YEAR:
        return dict.fromkeys(SEASONS, 1 / len(SEASONS))
    return _likely(corrected, tag)
