"""How far an encoder's cosines can be trusted: temperatures, and from where a tag counts as sure.

A temperature divides cosines before the softmax: too low a one is surer than it is right. Those of
`mini` were fitted by `manage.py evaluate_tagging`: it has learned the training photos by heart and
is too sure of them, so its own were fitted on the people of `val`, one half of whom agrees with
the other. Large encoders were trained with a temperature of about 0.01; theirs have not been
measured here, and the command prints what would fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Calibration:
    """Temperatures of types, of patterns, and of what follows from a type's habits.

    `sure_from` has for each tag the confidence from which on it is sure: where nine in ten or more
    of those measured were right.
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
