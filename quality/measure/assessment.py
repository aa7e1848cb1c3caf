"""The stored figures of a measured photo.

The web process reads them; only the worker, which has the pixels, makes them
(`quality.measure.metrics`). Any profile can be checked against them at any later time.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from quality.measure.scales import PARTS, SCALES, Measure, Verdict


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Facts of the uploaded file: upright size in pixels; bytes and format where known."""

    width: int
    height: int
    file_bytes: int | None
    format: str | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Raw figures by name, the file's facts, the garment's mask in figures, the overall score.

    `confidence` is the mask's, in [0, 1]. Below `quality.measure.subject.CONFIDENT` the whole
    frame was measured and `has_subject` is false. `background` is its mean OKLab colour, None
    without a mask. `score` and its `parts` are 0 to 100. The field names are keys of stored JSON.
    """

    raws: dict[str, float | None]
    frame: FileFacts
    has_subject: bool
    confidence: float
    background: tuple[float, float, float] | None
    score: float
    parts: dict[str, float | None]

    def __getitem__(self, name: str) -> Measure:
        # An assessment that is older than a measure does not have its figure.
        return Measure.from_raw(name, self.raws.get(name))

    @property
    def measures(self) -> list[Measure]:
        """Every measure, in the order of `SCALES`."""
        return [self[name] for name in SCALES]

    @property
    def verdict(self) -> Verdict:
        """The verdict on the overall score."""
        return Verdict.from_score(self.score / 100)

    @property
    def measured_area(self) -> str:
        return "garment" if self.has_subject else "whole frame"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        background = data["background"]
        return cls(
            **{
                **data,
                "frame": FileFacts(**data["frame"]),
                "background": tuple(background) if background else None,
                "parts": {name: data["parts"].get(name) for name in PARTS},
            }
        )
