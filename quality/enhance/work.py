"""A photo on its way through the steps of an enhancement, and what was done to it."""

from dataclasses import dataclass, field

from quality.enhance.step import Step
from quality.measure.frame import Bytes, Frame
from quality.measure.metrics import Measures
from quality.profiles import Profile


@dataclass(frozen=True, slots=True)
class Applied:
    """A step that was needed: how much of what was found, in the unit named."""

    step: Step
    amount: float
    unit: str


@dataclass
class Work:
    """A photo on its way through the steps."""

    before: Measures
    frame: Frame
    level: float
    profile: Profile
    applied: list[Applied] = field(default_factory=list)

    @property
    def pixels(self) -> Bytes:
        return self.frame.pixels

    def change(self, pixels: Bytes) -> None:
        self.frame = self.before.frame.with_pixels(pixels)

    def record(self, step: Step, amount: float, unit: str) -> None:
        self.applied.append(Applied(step, float(amount), unit))
