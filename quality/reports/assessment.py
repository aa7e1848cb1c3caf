"""What is kept of a photo that was measured: plain figures, from which all else is told.

The web process reads these; only the worker, which has the pixels, makes them: see
`quality.reports.assessor`. Rules can be held against them at any time, whatever the profile was
when the photo was measured.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from quality.profiles.checking import RuleResult, check
from quality.profiles.model import Profile


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the file as it came: upright size in pixels, and bytes and format where it is known."""

    width: int
    height: int
    file_bytes: int | None
    format: str | None


@dataclass(frozen=True, slots=True)
class Raw:
    """A figure as measured, None where it cannot be."""

    raw: float | None


@dataclass(frozen=True, slots=True)
class Examined:
    """Raw figures by name, the file's facts, the garment's mask in figures, and the overall score.

    `confidence` of the mask in [0, 1]; below `quality.measure.subject.CONFIDENT` the whole frame
    was measured and `has_subject` is false. `background` is its mean OKLab colour, None without a
    mask. `score` and its `parts` are 0 to 100.
    """

    raws: dict[str, float | None]
    frame: Facts
    has_subject: bool
    confidence: float
    background: tuple[float, float, float] | None
    score: float
    parts: dict[str, float | None]

    def __getitem__(self, name: str) -> Raw:
        # What is measured by now may not have been when these were kept.
        return Raw(self.raws.get(name))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        background = data["background"]
        return cls(
            **{
                **data,
                "frame": Facts(**data["frame"]),
                "background": tuple(background) if background else None,
            }
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a profile's rules: `passed` unless one that is required failed."""

    passed: bool
    failed: list[str]
    results: list[RuleResult]


def judge(profile: Profile, examined: Examined) -> Judgement:
    """Hold a profile's rules against figures; `failed` names recommendations, too."""
    results = check(profile, examined)
    failed = [result.rule for result in results if result.passed is False]
    is_short = any(result.is_required and result.passed is False for result in results)
    return Judgement(not is_short, failed, results)
