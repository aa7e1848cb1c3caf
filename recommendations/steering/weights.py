"""How much each part of a ranking counts: the defaults, a shop's own, an experiment's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of 1, except `diversity`: how far alike images make room for others (0 to 1).

    `text` and `diversity` are chosen by measurement, see decision 7.
    """

    text: float = 0.6  # of full-text rank in the fusion; the rest is the vectors' rank
    taste: float = 0.25
    popularity: float = 0.1
    diversity: float = 0.2

    def changed(self, values: Mapping[str, Any]) -> Weights:
        """Return these weights with others in their place; names that are none are passed over."""
        names = {field.name for field in fields(self)}
        known = {name: float(value) for name, value in values.items() if name in names}
        return replace(self, **known)

    def named(self) -> dict[str, float]:
        return asdict(self)
