"""Two photos side by side.

    comparison = compare(one, other, level=0.5)        two `Frame`s
    comparison.lines                                   every measure, with the better one marked
    comparison.likeness                                when both show the same scene, else None
    comparison.enhancement                             the weaker, brought towards the stronger
    comparison.advice                                  one sentence

Pure: nothing is stored.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from quality.compare.similarity import Likeness, measure_likeness
from quality.enhance.enhancement import EnhancementResult, OnProgress, enhance, ignore_progress
from quality.enhance.improvement import Step
from quality.measure.frame import Frame
from quality.measure.metrics import Measures, measure
from quality.measure.overall import PARTS, Overall, score
from quality.measure.scales import SCALES, Measure
from quality.profiles.builtin import DEFAULT
from quality.profiles.model import Profile

SAME_SCORE = 0.03  # scores this near are alike
SAME_OVERALL = 2.0  # points
MAX_REASONS = 3
ENHANCING = 0.6  # the share of a comparison that is done when enhancement begins

# What brings a measure up; framing and background only where they are asked for.
STEP_FOR = {
    "blockiness": Step.DEBLOCK,
    "noise": Step.DENOISE,
    "colour_cast": Step.WHITE_BALANCE,
    "colour_accuracy": Step.WHITE_BALANCE,
    "exposure": Step.TONE,
    "contrast": Step.TONE,
    "sharpness": Step.SHARPEN,
}


class Side(StrEnum):
    FIRST = "first"
    SECOND = "second"
    SAME = "same"
    UNKNOWN = "unknown"  # one of the two cannot be measured


@dataclass(frozen=True, slots=True)
class ComparedMeasure:
    """One measure of both photos, and which is better."""

    name: str
    one: Measure
    other: Measure
    better: Side


@dataclass(frozen=True)
class ComparisonResult:
    """Two photos side by side; `enhancement` is None at level 0 and where nothing is needed."""

    one: Measures
    other: Measures
    lines: tuple[ComparedMeasure, ...]
    overall: tuple[Overall, Overall]
    better: Side
    likeness: Likeness | None
    enhancement: EnhancementResult | None
    advice: str


def compare(
    one: Frame,
    other: Frame,
    *,
    level: float,
    profile: Profile = DEFAULT,
    on_progress: OnProgress = ignore_progress,
) -> ComparisonResult:
    """Compare two photos, and enhance the weaker at a level in [0, 1] where the stronger is better.

    Of two that are as good, none is enhanced. `tell` hears of each stage as it begins, with the
    share that is done by then.
    """
    on_progress("measuring the first", 0.0)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(measure, other)
        first = measure(one)
        on_progress("measuring the second", 0.25)
        measures = first, second.result()
        on_progress("aligning", 0.5)
        likeness = pool.submit(measure_likeness, one, other)
        overall = score(measures[0]), score(measures[1])
        lines = tuple(_line(name, *measures) for name in SCALES)
        better = _which(overall[0].score, overall[1].score, SAME_OVERALL)
        on_progress("enhancing", ENHANCING)
        enhancement = _enhance_weaker(
            measures,
            lines,
            better,
            level=level,
            profile=profile,
            on_progress=_shift_progress(ENHANCING, on_progress),
        )
    on_progress("done", 1.0)
    return ComparisonResult(
        *measures,
        lines=lines,
        overall=overall,
        better=better,
        likeness=likeness.result(),
        enhancement=enhancement,
        advice=_advise(lines, better, enhancement),
    )


def _line(name: str, one: Measures, other: Measures) -> ComparedMeasure:
    first, second = one[name], other[name]
    if first.score is None or second.score is None:
        return ComparedMeasure(name, first, second, Side.UNKNOWN)
    return ComparedMeasure(name, first, second, _which(first.score, second.score, SAME_SCORE))


def _which(one: float, other: float, same: float) -> Side:
    if abs(one - other) < same:
        return Side.SAME
    return Side.FIRST if one > other else Side.SECOND


def _enhance_weaker(
    measures: tuple[Measures, Measures],
    lines: tuple[ComparedMeasure, ...],
    better: Side,
    *,
    level: float,
    profile: Profile,
    on_progress: OnProgress,
) -> EnhancementResult | None:
    if better is Side.SAME or level == 0:
        return None
    weaker = measures[1] if better is Side.FIRST else measures[0]
    steps = {
        STEP_FOR[line.name] for line in lines if line.better is better and line.name in STEP_FOR
    }
    enhancement = enhance(
        weaker, level=level, steps=steps, profile=profile, on_progress=on_progress
    )
    return enhancement if enhancement.applied else None


def _shift_progress(start: float, on_progress: OnProgress) -> OnProgress:
    """Return what tells of the steps of an enhancement as the rest of a comparison."""

    def report_step(stage: str, share: float) -> None:
        if share < 1:
            on_progress(f"enhancing: {stage}", start + (1 - start) * share)

    return report_step


def _advise(
    lines: tuple[ComparedMeasure, ...], better: Side, enhancement: EnhancementResult | None
) -> str:
    """Return one sentence: which to use and why, and what enhancement did."""
    if better is Side.SAME:
        return "Both are about as good; use the one that shows the garment better."
    stronger, weaker = ("first", "second") if better is Side.FIRST else ("second", "first")
    weights = {name: weight for part in PARTS.values() for name, weight in part.items()}
    wins = [line for line in lines if line.better is better]
    wins.sort(key=lambda line: -weights[line.name] * _gap(line))
    reasons = _join([_named(SCALES[line.name].label) for line in wins[:MAX_REASONS]])
    advice = f"Use the {stronger} photo: it is better in {reasons}"
    if enhancement is None:
        return f"{advice}."
    before, after = score(enhancement.before).score, score(enhancement.after).score
    return f"{advice}; enhancement brings the {weaker} from {before:.0f} to {after:.0f} of 100."


def _named(label: str) -> str:
    """Return a label as it stands within a sentence; what is written in capitals stays so."""
    return label if label[:2].isupper() else label.lower()


def _gap(line: ComparedMeasure) -> float:
    return abs((line.one.score or 0.0) - (line.other.score or 0.0))


def _join(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words) or "sum"
    return f"{', '.join(words[:-1])} and {words[-1]}"
