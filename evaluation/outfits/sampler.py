"""Generate outfits from the looks, with tags as noisy as a tagger's."""

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

# The share of outfits with each slot, if the look has it; 1 by default.
WORN = {Slot.OUTER: 0.5, Slot.SHOES: 0.95, Slot.BAG: 0.7, Slot.ACCESSORY: 0.6}
ACCENTS = (0.3, 0.5, 0.2)  # the shares of outfits with no, one and two pieces in the accent colour
PATTERNED = 0.35  # the share of outfits with one patterned piece

# The errors of a tagger.
MISSING = 0.1  # the share of each tag
MISTAKEN = 0.15  # the share of styles that are wrong
STYLE_SPREAD = 0.8  # standard deviation of the styles' logits; the true one is STYLE_LEAD higher
STYLE_LEAD = 2.5
COLOUR_SPREAD = 0.02  # OKLab
FORMALITY_SPREAD = 0.12
SEASON_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class SampledOutfit:
    """An outfit and its look."""

    look: Look
    garments: tuple[Garment, ...]


class OutfitSampler:
    """Generates outfits, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def outfits(self, count: int) -> list[SampledOutfit]:
        """Return outfits of all looks in turn, each with its own garments."""
        return [self._outfit(LOOKS[k % len(LOOKS)]) for k in range(count)]

    def _outfit(self, look: Look) -> SampledOutfit:
        slots = [slot for slot in look.kinds if self._random.random() < WORN.get(slot, 1.0)]
        pieces = self._random.permutation(len(slots)).tolist()
        accented = pieces[: self._random.choice(len(ACCENTS), p=ACCENTS)]
        accent = self._one_of(look.accents)
        patterned = pieces[-1] if self._random.random() < PATTERNED else None
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
            id=UUID(bytes=self._random.bytes(16)),
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
        return things[int(self._random.integers(len(things)))]

    def _is_missing(self) -> bool:
        return bool(self._random.random() < MISSING)

    def _measured(self, colour: str) -> Lab | None:
        true = srgb_to_oklab(np.array(RGB_OF[colour], np.uint8))
        found = true + self._random.normal(0, COLOUR_SPREAD, 3)
        return None if self._is_missing() else Lab(*map(float, found))

    def _styles(self, style: str) -> dict[str, float]:
        if self._is_missing():
            return {}
        named = self._one_of(ALL_STYLES) if self._random.random() < MISTAKEN else style
        logits = self._random.normal(0, STYLE_SPREAD, len(ALL_STYLES))
        logits[ALL_STYLES.index(named)] += STYLE_LEAD
        shares = np.exp(logits) / np.exp(logits).sum()
        return dict(zip(ALL_STYLES, shares.tolist(), strict=True))

    def _seasons(self, seasons: Sequence[str]) -> dict[str, float]:
        if self._is_missing():
            return {}
        found = dict.fromkeys(seasons, 1.0)
        every = ("spring", "summer", "autumn", "winter")
        return {
            season: max(0.02, found.get(season, 0.2) + float(self._random.normal(0, SEASON_SPREAD)))
            for season in every
        }

    def _formality(self, formality: float) -> float | None:
        found = np.clip(formality + self._random.normal(0, FORMALITY_SPREAD), 0, 1)
        return None if self._is_missing() else float(found)
