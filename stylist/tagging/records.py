"""What is kept of a tagged garment, what its owner set right, and what outfits are made of.

Tags are plain JSON: of each its value, its confidence, whether it is sure, and its distribution.
Neither OpenCV nor torch here: the web process reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from catalog.vocabulary.properties import FORMALITY, FORMALITY_LEVELS, PATTERNS, SEASONS, STYLES
from core.ml.colours import RETAIL_COLOURS, srgb_to_oklab
from stylist.garments.garment import Garment, GarmentSource, Lab, Slot

if TYPE_CHECKING:
    from stylist.tagging.tags import Tag, Tags

NAMES = ("type", "primary_colour", "secondary_colour", "pattern", "style", "season", "formality")
ALL_YEAR = "all year"
NO_COLOUR = "none"  # a garment of one colour
COLOUR_NAMES = tuple(colour.name for colour in RETAIL_COLOURS)
_LABS = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], dtype=np.uint8))
LAB_OF = {name: Lab(*map(float, lab)) for name, lab in zip(COLOUR_NAMES, _LABS, strict=True)}
VALUES: Mapping[str, tuple[str, ...]] = {
    "primary_colour": COLOUR_NAMES,
    "secondary_colour": (NO_COLOUR, *COLOUR_NAMES),
    "pattern": tuple(PATTERNS),
    "style": tuple(STYLES),
    "season": (*SEASONS, ALL_YEAR),
    "formality": tuple(FORMALITY),
}
MOST_ALTERNATIVES = 3


def tags_to_json(tags: Tags) -> dict[str, Any]:
    """Return what is kept of tags."""
    told = {name: _tag_to_json(getattr(tags, name)) for name in (*NAMES, "slot")}
    return {
        **told,
        "sighting": tags.sighting.value,
        "formality_level": tags.formality_level,
        "colours": [
            {"name": colour.name, "lab": list(colour.lab), "share": colour.share}
            for colour in tags.colours
        ],
    }


def _tag_to_json(tag: Tag | None) -> dict[str, Any] | None:
    if tag is None:
        return None
    return {
        "value": tag.value,
        "confidence": round(tag.confidence, 4),
        "is_sure": tag.is_sure,
        "distribution": {name: round(share, 4) for name, share in tag.distribution.items()},
    }


def show_tags(tags: Mapping[str, Any], corrected: Mapping[str, str]) -> dict[str, Any]:
    """Return every tag as it counts: what the owner set, else what was seen and how sure."""
    return {name: _show_tag(tags.get(name), corrected.get(name)) for name in NAMES}


def _show_tag(seen: Mapping[str, Any] | None, corrected: str | None) -> dict[str, Any] | None:
    if corrected is not None:
        return {
            "value": corrected, "confidence": 1.0, "is_sure": True, "is_corrected": True,
            "alternatives": [],
        }  # fmt: skip
    if not seen:
        return None
    likely = sorted(seen["distribution"].items(), key=lambda pair: -pair[1])
    others = [name for name, share in likely if name != seen["value"] and share > 0.01]
    return {
        "value": seen["value"],
        "confidence": round(seen["confidence"], 3),
        "is_sure": seen["is_sure"],
        "is_corrected": False,
        "alternatives": others[:MOST_ALTERNATIVES],
    }


def garment_of(
    *,
    garment_id: UUID,
    source: GarmentSource,
    tags: Mapping[str, Any],
    slot: str,
    corrected: Mapping[str, str] | None = None,
    price: float | None = None,
    embedding: bytes | None = None,
) -> Garment:
    """Return a tagged garment as outfits see it; what its owner set counts as certain."""
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
        embedding=_unit(embedding),
    )


def _lab(corrected: str | None, tags: Mapping[str, Any], place: int) -> Lab | None:
    if corrected == NO_COLOUR:
        return None
    if corrected:
        return LAB_OF[corrected]
    colours = tags["colours"]
    return Lab(*colours[place]["lab"]) if len(colours) > place else None


def _likely(corrected: str | None, tag: Mapping[str, Any]) -> Mapping[str, float]:
    return {corrected: 1.0} if corrected else tag["distribution"]


def _seasons(corrected: str | None, tag: Mapping[str, Any]) -> Mapping[str, float]:
    if corrected == ALL_YEAR:
        return dict.fromkeys(SEASONS, 1 / len(SEASONS))
    return _likely(corrected, tag)


def _unit(embedding: bytes | None) -> NDArray[np.float32] | None:
    if not embedding:
        return None
    return np.frombuffer(embedding, np.float16).astype(np.float32)
