"""Check the rules of a profile against measures; needs no pixels."""

from dataclasses import dataclass
from typing import Protocol

from quality.measure.scales import SCALES, Measure
from quality.profiles.model import Fix, ListingRule, Profile

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
_NEEDS_GARMENT = frozenset(
    {"subject_fill", "centring", "background_whiteness", "background_uniformity"}
)


class FileSize(Protocol):
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def file_bytes(self) -> int | None: ...


class Measured(Protocol):
    """Measures by name, and facts of the file: `Measures` or an `Assessment`."""

    def __getitem__(self, name: str) -> Measure: ...
    @property
    def frame(self) -> FileSize: ...


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule.

    `passed` is None where the rule cannot be checked: there is no confident mask of the garment,
    or no file. `fix` is None for a rule that passed, and where nothing can be fixed.
    """

    rule: ListingRule
    passed: bool | None
    measured: float | None
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The results of a profile's rules; `passed` unless a required rule failed."""

    profile: Profile
    results: list[RuleResult]

    @property
    def passed(self) -> bool:
        return not any(r.rule.is_required and r.passed is False for r in self.results)

    @property
    def failed(self) -> list[str]:
        """Names of the rules that failed, recommendations included."""
        return [result.rule.name for result in self.results if result.passed is False]


def judge(profile: Profile, measures: Measured) -> Judgement:
    """Check each rule of a profile, in its order."""
    return Judgement(profile, [_check(rule, measures) for rule in profile.rules])


def read_subject(name: str, measures: Measured) -> float | None:
    """Return a fact of the file or a raw measure; None if it is not known."""
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


def _check(rule: ListingRule, measures: Measured) -> RuleResult:
    measured = read_subject(rule.subject, measures)
    passed = None if measured is None else _lies_within(measured, rule)
    return RuleResult(rule, passed, measured, _find_fix(rule, passed))


def _lies_within(measured: float, rule: ListingRule) -> bool:
    is_enough = rule.least is None or measured >= rule.least
    return is_enough and (rule.most is None or measured <= rule.most)


def _find_fix(rule: ListingRule, passed: bool | None) -> Fix | None:
    if passed is None:
        return _GROUND if rule.subject in _NEEDS_GARMENT else None
    return None if passed else FIXES[rule.subject]
