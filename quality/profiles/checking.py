"""Hold a photo's measures against a profile's rules; knows no pixels."""

from dataclasses import dataclass
from typing import Protocol

from quality.measure.scales import SCALES
from quality.profiles.model import Fix, Profile, Rule

_LARGER = Fix(None, "Send a larger photo: take it nearer or with a better camera, and do not crop.")
_SMALLER = Fix(None, "Send a smaller file: save it with fewer pixels or as a JPEG of quality 85.")
_REFRAME = Fix("reframe", "Crop and pad the photo around the garment.")
_BRIGHTER = Fix("tone", "Correct exposure and contrast; with burnt white cloth take it again.")
_GROUND = Fix(None, "Take the photo again before a plain, evenly lit ground.")

FIXES = {
    "width": _LARGER,
    "height": _LARGER,
    "longer_side": _LARGER,
    "shorter_side": _LARGER,
    "resolution": _LARGER,
    "megapixels": _SMALLER,
    "file_megabytes": _SMALLER,
    "aspect": _REFRAME,
    "subject_fill": _REFRAME,
    "centring": _REFRAME,
    "background_whiteness": Fix("white_background", "Make the background white."),
    "background_uniformity": Fix("white_background", "Make the background white and so even."),
    "sharpness": Fix("sharpen", "Sharpen a little; a strong blur needs another photo in focus."),
    "noise": Fix("denoise", "Remove the grain; next time take the photo with more light."),
    "blockiness": Fix("deblock", "Smooth the blocks; next time save with a higher quality."),
    "exposure": _BRIGHTER,
    "contrast": _BRIGHTER,
    "clipping": Fix(None, "Take the photo again with less light on the garment: detail is lost."),
    "colour_cast": Fix("white_balance", "Take the tint of the light away."),
    "colour_accuracy": Fix("white_balance", "Take the tint of the light away."),
    "saturation": Fix(None, "Take the photo again without vivid colour settings."),
    "naturalness": Fix(None, "Take the photo again, in daylight and in focus."),
}
_OF_THE_GARMENT = frozenset(
    {"subject_fill", "centring", "background_whiteness", "background_uniformity"}
)


class Figure(Protocol):
    @property
    def raw(self) -> float | None: ...


class File(Protocol):
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def file_bytes(self) -> int | None: ...


class Measured(Protocol):
    """Raw measures by name and the file's facts: `Measures`, or what was kept of them."""

    def __getitem__(self, name: str) -> Figure: ...
    @property
    def frame(self) -> File: ...


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What came of one rule.

    `passed` is None where it could not be judged: the garment cannot be told from its ground, or
    there is no file to weigh. `required` are the least and the most, either open when None. `fix`
    is None of a rule that passed, and where there is nothing to mend.
    """

    rule: str
    subject: str
    passed: bool | None
    measured: float | None
    required: tuple[float | None, float | None]
    is_required: bool
    fix: Fix | None


def check(profile: Profile, measures: Measured) -> list[RuleResult]:
    """Return the result of each rule, in the profile's order."""
    return [_check(rule, measures) for rule in profile.rules]


def read_subject(name: str, measures: Measured) -> float | None:
    """Return a fact or a raw measure by name; None where it is not known."""
    if name in SCALES:
        return measures[name].raw
    frame = measures.frame
    if name == "file_megabytes":
        return None if frame.file_bytes is None else frame.file_bytes / 1024**2
    facts = {
        "width": frame.width,
        "height": frame.height,
        "longer_side": max(frame.width, frame.height),
        "shorter_side": min(frame.width, frame.height),
        "megapixels": frame.width * frame.height / 1e6,
        "aspect": frame.width / frame.height,
    }
    return float(facts[name])


def _check(rule: Rule, measures: Measured) -> RuleResult:
    measured = read_subject(rule.subject, measures)
    passed = None if measured is None else _lies_within(measured, rule)
    return RuleResult(
        rule=rule.name,
        subject=rule.subject,
        passed=passed,
        measured=measured,
        required=(rule.least, rule.most),
        is_required=rule.is_required,
        fix=_fix_of(rule, passed),
    )


def _lies_within(measured: float, rule: Rule) -> bool:
    is_enough = rule.least is None or measured >= rule.least
    return is_enough and (rule.most is None or measured <= rule.most)


def _fix_of(rule: Rule, passed: bool | None) -> Fix | None:
    if passed is None:
        return _GROUND if rule.subject in _OF_THE_GARMENT else None
    return None if passed else FIXES[rule.subject]
