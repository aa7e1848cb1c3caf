"""Calibration of encoders: temperatures, and the confidence from which a tag is sure.

A temperature divides cosines before the softmax; one that is too low makes tags too confident.
`manage.py evaluate_tagging` fitted those of `mini` on the `val` photos, because `mini` is too
confident about the photos it was trained on; both halves of the people in `val` give the same
values. Large encoders were trained with a temperature of about 0.01; they are not measured here,
and the command prints values that fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Calibration:
    """Temperatures of types, of patterns, and of the tags that follow from a type's habits.

    `sure_from` maps each tag to the confidence from which it is sure: at least nine in ten of the
    measured tags were right there.
    """

    type_temperature: float
    pattern_temperature: float
    habit_temperature: float
    sure_from: Mapping[str, float]


MINI = Calibration(
    type_temperature=0.045,
    pattern_temperature=0.08,
    habit_temperature=0.08,
    sure_from=MappingProxyType(
        {
            "type": 0.65,
            "slot": 0.7,
            "colour": 0.7,
            "pattern": 0.7,
            "style": 0.4,
            "season": 0.4,
            "formality": 0.5,
        }
    ),
)
LARGE = Calibration(
    type_temperature=0.01,
    pattern_temperature=0.01,
    habit_temperature=0.03,
    sure_from=MINI.sure_from,
)
CALIBRATIONS: Mapping[str, Calibration] = MappingProxyType({"mini": MINI})


def get_calibration(encoder: str) -> Calibration:
    """Return an encoder's calibration by its name in the settings."""
    return CALIBRATIONS.get(encoder, LARGE)
