"""Enhance a photo by as little as its measures ask for.

    result = enhance(measures, level=1.0)                  a clean photo stays nearly as it is
    result = enhance(measures, level=0.5, steps=[Step.DENOISE], profile=PROFILES["amazon"])
    result.after.frame.pixels                              the enhanced photo, sRGB uint8 (h, w, 3)

A step that does harm is taken back: no rule of the profile that passed fails afterwards, and the
overall score does not fall, unless a white background or a new frame was requested. The garment
keeps its colour: ΔE2000 at equal lightness is at most 3, unless the light's colour was corrected.
Nothing is stored.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

from quality.enhance.decisions import STEPS, Draft
from quality.enhance.improvement import AUTOMATIC, AppliedStep, Improvement, Step
from quality.enhance.steps import measure_colour_change
from quality.measure.colour_spaces import srgb_to_oklab
from quality.measure.metrics import Measures, measure, to_assessment
from quality.measure.scales import score
from quality.profiles import DEFAULT, Profile, judge

# Called with the stage that begins and the share that is done, 0 to 1.
OnProgress: TypeAlias = Callable[[str, float], None]

MAX_COLOUR_CHANGE = 3.0  # ΔE2000 on the garment at equal lightness
STEPS_SHARE = 0.9  # the share done after all steps; then some may be taken back
TOLERANCE = 1.0  # points of the overall score, the noise of measuring


@dataclass(frozen=True)
class EnhancementResult:
    """A photo before and after, with the applied steps and those taken back because of harm.

    `colour_change` is the garment's ΔE2000 at equal lightness, `lightness_change` that of its mean
    OKLab lightness.
    """

    before: Measures
    after: Measures
    applied: tuple[AppliedStep, ...]
    taken_back: tuple[Step, ...]
    colour_change: float
    lightness_change: float

    def to_improvement(self) -> Improvement:
        """Return the result without its pixels, as it is stored."""
        return Improvement(
            before=to_assessment(self.before),
            after=to_assessment(self.after),
            applied=list(self.applied),
            taken_back=list(self.taken_back),
            colour_change=self.colour_change,
            lightness_change=self.lightness_change,
        )


def ignore_progress(stage: str, share: float) -> None:
    pass


def enhance(
    before: Measures,
    *,
    level: float,
    steps: Collection[Step] = AUTOMATIC,
    profile: Profile = DEFAULT,
    on_progress: OnProgress = ignore_progress,
) -> EnhancementResult:
    """Apply the steps that a photo needs, at a level in [0, 1].

    `on_progress` is called before each step, before measuring, for each step that is taken back,
    and at the end; the share never falls.
    """
    chosen = [step for step in Step if step in steps] if level > 0 else []
    taken_back: list[Step] = []
    result = _run(before, chosen, level, profile, on_progress)
    while result.applied and _does_harm(result, profile):
        worst = result.applied[-1].step
        on_progress(f"taking {worst} back", STEPS_SHARE)
        chosen.remove(worst)
        taken_back.append(worst)
        result = _run(before, chosen, level, profile, ignore_progress)
    on_progress("done", 1.0)
    return replace(result, taken_back=tuple(taken_back))


def _run(
    before: Measures, chosen: list[Step], level: float, profile: Profile, on_progress: OnProgress
) -> EnhancementResult:
    draft = Draft(before, before.frame, level, profile)
    in_place = draft.frame
    for place, step in enumerate(chosen):
        on_progress(step, STEPS_SHARE * place / (len(chosen) + 1))
        STEPS[step](draft)
        if step is not Step.REFRAME:
            in_place = draft.frame
    if not draft.applied:
        return EnhancementResult(before, before, (), (), 0.0, 0.0)
    on_progress("measuring", STEPS_SHARE * len(chosen) / (len(chosen) + 1))
    moved = {applied.step for applied in draft.applied} & {Step.WHITE_BACKGROUND, Step.REFRAME}
    after = measure(draft.frame, None if moved else before.subject)
    was, now = before.frame.normal, in_place.normal
    mask = before.subject.mask
    lighter = srgb_to_oklab(now)[mask][:, 0].mean() - srgb_to_oklab(was)[mask][:, 0].mean()
    change = measure_colour_change(was, now, mask)
    return EnhancementResult(before, after, tuple(draft.applied), (), change, float(lighter))


def _does_harm(result: EnhancementResult, profile: Profile) -> bool:
    before, after = (judge(profile, photo).results for photo in (result.before, result.after))
    if any(was.passed and now.passed is False for was, now in zip(before, after, strict=True)):
        return True
    done = {applied.step for applied in result.applied}
    if Step.WHITE_BALANCE not in done and result.colour_change > MAX_COLOUR_CHANGE:
        return True
    if done & {Step.WHITE_BACKGROUND, Step.REFRAME}:
        return False  # the picture shows something else, so that scores do not compare
    return score(result.after).score < score(result.before).score - TOLERANCE
