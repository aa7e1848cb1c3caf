"""Compare two photos.

    comparison = compare(first, second, level=0.5)     two `Frame`s
    comparison.lines                                   every measure, with the better photo marked
    comparison.likeness                                None unless both show the same scene
    comparison.enhancement                             of the weaker photo, towards the stronger
    comparison.advice                                  one sentence

Pixels are sRGB, as in `quality.measure.frame`. Nothing is stored.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from quality.compare.similarity import Likeness, measure_likeness
from quality.enhance.enhancement import EnhancementResult, OnProgress, enhance, ignore_progress
from quality.enhance.improvement import AUTOMATIC, Step
from quality.measure.frame import Frame
from quality.measure.metrics import Measures, measure
from quality.measure.scales import PARTS, SCALES, Measure, score
from quality.profiles import DEFAULT, FIXES, Profile

SAME_SCORE = 0.03  # scores of one measure this near are the same
SAME_OVERALL = 2.0  # points of the overall score
MAX_REASONS = 3
ENHANCING = 0.6  # the share of a comparison that is done when enhancement begins

# The steps that improve a measure; framing and background only change on request.
STEP_FOR = {name: Step(fix.step) for name, fix in FIXES.items() if fix.step in AUTOMATIC}


class Side(StrEnum):
    """The better photo of two."""

    FIRST = "first"
    SECOND = "second"
    SAME = "same"
    UNKNOWN = "unknown"  # one of the two cannot be measured


@dataclass(frozen=True, slots=True)
class ComparedMeasure:
    """One measure of both photos, and which photo is better."""

    name: str
    first: Measure
    second: Measure
    better: Side

    @property
    def gap(self) -> float:
        return abs((self.first.score or 0.0) - (self.second.score or 0.0))


@dataclass(frozen=True)
class ComparisonResult:
    """A comparison; `enhancement` is None at level 0 and where nothing is needed."""

    first: Measures
    second: Measures
    lines: tuple[ComparedMeasure, ...]
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
    """Compare two photos, and enhance the weaker one at a level in [0, 1].

    Of two equally good photos none is enhanced. `on_progress` is called when a stage begins.
    """
    on_progress("measuring the first", 0.0)
    with ThreadPoolExecutor(1) as pool:
        other_measures = pool.submit(measure, other)
        first = measure(one)
        on_progress("measuring the second", 0.25)
        second = other_measures.result()
        on_progress("aligning", 0.5)
        likeness = pool.submit(measure_likeness, one, other)
        lines = tuple(_compare_measure(first[name], second[name]) for name in SCALES)
        better = _find_better(score(first).score, score(second).score, tolerance=SAME_OVERALL)
        on_progress("enhancing", ENHANCING)
        enhancement = None
        if better is not Side.SAME and level > 0:
            wins = {line.name for line in lines if line.better is better}
            result = enhance(
                second if better is Side.FIRST else first,
                level=level,
                steps={step for name, step in STEP_FOR.items() if name in wins},
                profile=profile,
                on_progress=_shift_progress(ENHANCING, on_progress),
            )
            enhancement = result if result.applied else None
    on_progress("done", 1.0)
    advice = _advise(lines, better, enhancement)
    return ComparisonResult(first, second, lines, better, likeness.result(), enhancement, advice)


def _compare_measure(first: Measure, second: Measure) -> ComparedMeasure:
    if first.score is None or second.score is None:
        better = Side.UNKNOWN
    else:
        better = _find_better(first.score, second.score, tolerance=SAME_SCORE)
    return ComparedMeasure(first.name, first, second, better)


def _find_better(first: float, second: float, *, tolerance: float) -> Side:
    if abs(first - second) < tolerance:
        return Side.SAME
    return Side.FIRST if first > second else Side.SECOND


def _shift_progress(start: float, on_progress: OnProgress) -> OnProgress:
    """Return a callback that reports an enhancement as the rest of a comparison."""

    def report_step(stage: str, share: float) -> None:
        if share < 1:
            on_progress(f"enhancing: {stage}", start + (1 - start) * share)

    return report_step


def _advise(
    lines: tuple[ComparedMeasure, ...], better: Side, enhancement: EnhancementResult | None
) -> str:
    """Return one sentence: which photo to use and why, and the effect of the enhancement."""
    if better is Side.SAME:
        return "Both are about as good; use the one that shows the garment better."
    weaker = Side.SECOND if better is Side.FIRST else Side.FIRST
    weights = {name: weight for part in PARTS.values() for name, weight in part.items()}
    wins = [line for line in lines if line.better is better]
    wins.sort(key=lambda line: -weights[line.name] * line.gap)
    labels = [SCALES[line.name].label for line in wins[:MAX_REASONS]]
    # An abbreviation stays in capitals.
    reasons = _join([label if label[:2].isupper() else label.lower() for label in labels])
    advice = f"Use the {better} photo: it is better in {reasons}"
    if enhancement is None:
        return f"{advice}."
    before, after = score(enhancement.before).score, score(enhancement.after).score
    return f"{advice}; enhancement brings the {weaker} from {before:.0f} to {after:.0f} of 100."


def _join(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words) or "sum"
    return f"{', '.join(words[:-1])} and {words[-1]}"
