"""The steps of an enhancement, and its stored result; needs no pixels.

The worker makes an `Improvement`; the web process reads it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from quality.measure.assessment import Assessment
from quality.measure.scales import SCALES, Measure


class Step(StrEnum):
    """A step of an enhancement; steps run in this order."""

    DEBLOCK = "deblock"
    DENOISE = "denoise"
    WHITE_BALANCE = "white_balance"
    TONE = "tone"
    SHARPEN = "sharpen"
    WHITE_BACKGROUND = "white_background"
    REFRAME = "reframe"


# The steps of a request that names none. The other two change what the picture shows.
AUTOMATIC = (Step.DEBLOCK, Step.DENOISE, Step.WHITE_BALANCE, Step.TONE, Step.SHARPEN)


@dataclass(frozen=True, slots=True)
class AppliedStep:
    """A step that was needed, with the amount that was found, in `unit`."""

    step: Step
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Change:
    """One measure before and after."""

    name: str
    before: Measure
    after: Measure


@dataclass(frozen=True, slots=True)
class Improvement:
    """The figures of a photo before and after, and what was done.

    `taken_back` names steps that did harm. `colour_change` is the garment's ΔE2000 at equal
    lightness, `lightness_change` the change of its mean OKLab lightness. The field names are keys
    of stored JSON.
    """

    before: Assessment
    after: Assessment
    applied: list[AppliedStep]
    taken_back: list[str]
    colour_change: float
    lightness_change: float

    @property
    def changes(self) -> list[Change]:
        return [Change(name, self.before[name], self.after[name]) for name in SCALES]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            Assessment.from_json(data["before"]),
            Assessment.from_json(data["after"]),
            [AppliedStep(**{**item, "step": Step(item["step"])}) for item in data["applied"]],
            taken_back=data["taken_back"],
            colour_change=data["colour_change"],
            lightness_change=data["lightness_change"],
        )
