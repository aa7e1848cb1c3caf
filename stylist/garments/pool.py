"""Pools: many garments as arrays, to compare all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import BASIC_OF, Floats, name_oklab
from stylist.garments.garment import PLAIN, SEASONS, SLOT_INDEX, UNKNOWN_LAB, Garment

SHARED_PART = 0.3  # of a style's probability, spread over its related styles
# The styles that are commonly worn together.
RELATED_STYLES: Mapping[str, tuple[str, ...]] = {
    "casual": ("smart casual", "streetwear", "sporty", "minimalist"),
    "smart casual": ("casual", "business", "classic", "minimalist"),
    "business": ("smart casual", "classic", "formal", "elegant"),
    "formal": ("business", "elegant"),
    "classic": ("business", "smart casual", "elegant", "minimalist"),
    "elegant": ("classic", "formal", "romantic", "party"),
    "minimalist": ("smart casual", "classic", "casual"),
    "romantic": ("elegant", "bohemian", "vintage"),
    "bohemian": ("romantic", "vintage", "beach"),
    "vintage": ("bohemian", "romantic", "casual"),
    "streetwear": ("casual", "sporty"),
    "sporty": ("casual", "streetwear", "outdoor"),
    "outdoor": ("sporty", "casual"),
    "party": ("elegant", "romantic"),
    "beach": ("casual", "bohemian"),
    "lounge": ("casual", "sporty"),
}

NEUTRAL = 0.5  # the value of an unknown tag


def style_vectors(probabilities: NDArray[Any], names: Sequence[str]) -> Floats:
    """Return unit vectors (n, k) whose products are the style agreement; zeros if unknown.

    `probabilities` is (n, k), with a column for each of the k named styles.
    """
    shares = np.array([[_share(own, other) for other in names] for own in names], np.float32)
    spread = probabilities @ shares.reshape(len(names), len(names))
    norms = np.sqrt(np.einsum("ij,ij->i", spread, spread))[:, None]
    return np.asarray(spread / np.where(norms > 0, norms, 1), np.float32)


def _share(own: str, other: str) -> float:
    related = RELATED_STYLES.get(own, ())
    if own == other:
        return 1 - SHARED_PART if related else 1.0
    return SHARED_PART / len(related) if other in related else 0.0


@dataclass(frozen=True, eq=False)
class Pool:
    """n garments, a row each; made by `Pool.of`, or from stored columns.

    `ids` object (n,); `slots` int8 (n,), the position in `SLOTS`; `kinds` and `patterns` str (n,),
    empty where unknown; `colours` float32 (n, 2, 3) in OKLab, primary and secondary, NaN where
    unknown; `styles` float32 (n, k), a column for each of `style_names`, and `seasons` float32
    (n, 4), rows of zeros where unknown; `formality` float32 (n, 2), value and confidence.
    """

    style_names: tuple[str, ...]
    ids: NDArray[Any]
    slots: NDArray[np.int8]
    kinds: NDArray[np.str_]
    patterns: NDArray[np.str_]
    colours: Floats
    styles: Floats
    seasons: Floats
    formality: Floats

    @classmethod
    def of(cls, garments: Sequence[Garment], *, style_names: Sequence[str] | None = None) -> Pool:
        """Return a row for each garment, in their order.

        Pass another pool's `style_names` to compare the two.
        """
        n = len(garments)
        own = {name for garment in garments for name in garment.styles}
        names = (
            (*RELATED_STYLES, *sorted(own - RELATED_STYLES.keys()))
            if style_names is None
            else (*style_names,)
        )
        return cls(
            style_names=names,
            ids=object_array([garment.id for garment in garments]),
            slots=np.array([SLOT_INDEX[garment.slot] for garment in garments], np.int8),
            kinds=np.array([garment.kind for garment in garments], np.str_),
            patterns=np.array([garment.pattern or "" for garment in garments], np.str_),
            colours=np.array(
                [(g.primary or UNKNOWN_LAB, g.secondary or UNKNOWN_LAB) for g in garments],
                np.float32,
            ).reshape(n, 2, 3),
            styles=_columns([garment.styles for garment in garments], names),
            seasons=_columns([garment.seasons for garment in garments], SEASONS),
            formality=np.array(
                [
                    (np.nan if g.formality is None else g.formality, g.formality_confidence)
                    for g in garments
                ],
                np.float32,
            ).reshape(n, 2),
        )

    def __len__(self) -> int:
        return len(self.slots)

    @cached_property
    def style_vectors(self) -> Floats:
        """Unit vectors (n, k) for the style agreement."""
        return style_vectors(self.styles, self.style_names)

    @cached_property
    def suitability(self) -> Floats:
        """The suitability (n, 4) of each season."""
        return season_suitability(self.seasons)

    @cached_property
    def shades(self) -> NDArray[np.str_]:
        """The retail name of each primary colour; empty if unknown."""
        primary = self.colours[:, 0]
        is_known = np.isfinite(primary).all(axis=1)
        return np.where(is_known, name_oklab(np.nan_to_num(primary)), "")

    @cached_property
    def basic_colours(self) -> NDArray[np.str_]:
        """The basic name of each primary colour; empty if unknown."""
        names, positions = np.unique(self.shades, return_inverse=True)
        basic = np.array([BASIC_OF.get(str(name), "") for name in names], np.str_)
        return basic[positions]

    @property
    def is_patterned(self) -> NDArray[np.bool_]:
        """Whether each garment is known to have a pattern."""
        return ~np.isin(self.patterns, ["", PLAIN])

    def main_styles(self) -> NDArray[np.str_]:
        """Return each garment's most probable style; empty if unknown."""
        names = np.array(self.style_names, np.str_)[self.styles.argmax(axis=1)]
        return np.where(self.styles.any(axis=1), names, "")


def season_suitability(probabilities: NDArray[Any]) -> Floats:
    """Return the suitability (n, 4) of each season: its probability, divided by the largest.

    An all-year garment has equal probabilities, so every season suits it.
    """
    best = probabilities.max(axis=1, keepdims=True)
    suits = probabilities / np.where(best > 0, best, 1)
    return np.where(best > 0, suits, NEUTRAL).astype(np.float32)


def object_array(ids: Sequence[UUID]) -> NDArray[Any]:
    """Return ids as an object array; numpy would make bytes of them."""
    array = np.empty(len(ids), dtype=object)
    array[:] = ids
    return array


def _columns(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> Floats:
    listed = [[row.get(name, 0.0) for name in names] for row in rows]
    return np.array(listed, np.float32).reshape(len(rows), len(names))
