"""Outfits drawn from the looks, with tags as noisy as a tagger's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import numpy as np

from core.ml.colours import RETAIL_COLOURS, srgb_to_oklab
from evaluation.outfits.looks import LOOKS, PATTERNS, Look
from stylist.garments.garment import PLAIN, Garment, GarmentSource, Lab, Slot

T = TypeVar("T")

RGB_OF = {colour.name: colour.rgb for colour in RETAIL_COLOURS}
ALL_STYLES = tuple(sorted({look.style for look in LOOKS}))

# What wears each slot, of 1; the slots that a look lacks are left out.
WORN = {Slot.OUTER: 0.5, Slot.SHOES: 0.95, Slot.BAG: 0.7, Slot.ACCESSORY: 0.6}
ACCENTS = (0.3, 0.5, 0.2)  # how many looks have none, one and two pieces in its accent
PATTERNED = 0.35  # of the looks have one patterned piece

# How a tagger errs.
MISSING = 0.1  # of each tag
MISTAKEN = 0.15  # of the styles are another one
STYLE_SPREAD = 0.8  # of the styles' logits, standard deviation; the true one leads by STYLE_LEAD
STYLE_LEAD = 2.5
COLOUR_SPREAD = 0.02  # OKLab
FORMALITY_SPREAD = 0.12
SEASON_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class SampledOutfit:
    """An outfit and the look it was drawn from."""

    look: Look
    garments: tuple[Garment, ...]


class OutfitSampler:
    """Draws outfits, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._draws = np.random.default_rng(seed)

    def outfits(self, count: int) -> list[SampledOutfit]:
        """Return outfits of looks that take turns, each with garments of its own."""
        return [self._outfit(LOOKS[k % len(LOOKS)]) for k in range(count)]

    def _outfit(self, look: Look) -> SampledOutfit:
        slots = [slot for slot in look.kinds if self._draws.random() < WORN.get(slot, 1.0)]
        pieces = self._draws.permutation(len(slots)).tolist()
        accented = pieces[: self._draws.choice(len(ACCENTS), p=ACCENTS)]
        accent = self._one_of(look.accents)
        patterned = pieces[-1] if self._draws.random() < PATTERNED else None
        return SampledOutfit(
            look,
            tuple(
                self._garment(
                    look,
                    slot,
                    accent if k in accented else self._one_of(look.neutrals),
                    is_patterned=k == patterned,
                )
                for k, slot in enumerate(slots)
            ),
        )

    def _garment(self, look: Look, slot: Slot, colour: str, *, is_patterned: bool) -> Garment:
        return Garment(
            id=UUID(bytes=self._draws.bytes(16)),
            source=GarmentSource.CATALOG,
            slot=slot,
            kind=self._one_of(look.kinds[slot]),
            primary=self._measured(colour),
            secondary=self._measured(self._one_of(look.neutrals)) if is_patterned else None,
            pattern=self._one_of(PATTERNS) if is_patterned else PLAIN,
            styles=self._styles(look.style),
            seasons=self._seasons(look.seasons),
            formality=self._formality(look.formality),
            formality_confidence=0.7,
        )

    def _one_of(self, things: Sequence[T]) -> T:
        return things[int(self._draws.integers(len(things)))]

    def _is_missing(self) -> bool:
        return bool(self._draws.random() < MISSING)

    def _measured(self, colour: str) -> Lab | None:
        true = srgb_to_oklab(np.array(RGB_OF[colour], np.uint8))
        found = true + self._draws.normal(0, COLOUR_SPREAD, 3)
        return None if self._is_missing() else Lab(*map(float, found))

    def _styles(self, style: str) -> dict[str, float]:
        if self._is_missing():
            return {}
        told = self._one_of(ALL_STYLES) if self._draws.random() < MISTAKEN else style
        logits = self._draws.normal(0, STYLE_SPREAD, len(ALL_STYLES))
        logits[ALL_STYLES.index(told)] += STYLE_LEAD
        shares = np.exp(logits) / np.exp(logits).sum()
        return dict(zip(ALL_STYLES, shares.tolist(), strict=True))

    def _seasons(self, seasons: Sequence[str]) -> dict[str, float]:
        if self._is_missing():
            return {}
        found = dict.fromkeys(seasons, 1.0)
        every = ("spring", "summer", "autumn", "winter")
        return {
            season: max(0.02, found.get(season, 0.2) + float(self._draws.normal(0, SEASON_SPREAD)))
            for season in every
        }

    def _formality(self, formality: float) -> float | None:
        found = np.clip(formality + self._draws.normal(0, FORMALITY_SPREAD), 0, 1)
        return None if self._is_missing() else float(found)
