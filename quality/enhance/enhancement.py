"""Make a photo better, by as little as its measures ask for.

    result = enhance(measures, level=1.0)                  a clean photo stays nearly as it is
    result = enhance(measures, level=0.5, steps=[Step.DENOISE], profile=PROFILES["amazon"])
    result.after.frame.pixels                              the photo as it would be

Every step asks the photo as the steps before have left it how much is needed, and does nothing
where nothing is. No rule of the profile that passed fails afterwards, and the overall score does
not fall, unless a white ground or another frame was asked for: a step that does harm is taken
back. The garment keeps its colour: ΔE2000 at equal lightness is at most 3, unless the light's
colour was corrected. Pure: nothing is stored.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

from quality.enhance.decisions import STEPS
from quality.enhance.step import AUTOMATIC, Step
from quality.enhance.steps import colour_change
from quality.enhance.work import Applied, Work
from quality.measure.colour_spaces import srgb_to_oklab
from quality.measure.metrics import Measures, measure
from quality.measure.overall import score
from quality.profiles import DEFAULT, Profile
from quality.profiles.checking import check

__all__ = ["AUTOMATIC", "Applied", "Enhancement", "Step", "Tell", "enhance", "tell_nobody"]

Tell: TypeAlias = Callable[[str, float], None]  # the stage that begins, the share that is done

MOST_COLOUR_CHANGE = 3.0  # ΔE2000 on the garment at equal lightness
MOSTLY_DONE = 0.9  # the share done when every step was tried once: one may be taken back yet
WORSE = 1.0  # points of the overall score that measuring alone may move


@dataclass(frozen=True)
class Enhancement:
    """A photo before and after, what was done, and what was taken back because it did harm.

    `colour_change` is the garment's ΔE2000 at equal lightness, `lightness_change` that of its mean
    OKLab lightness.
    """

    before: Measures
    after: Measures
    applied: tuple[Applied, ...]
    taken_back: tuple[Step, ...]
    colour_change: float
    lightness_change: float


def tell_nobody(stage: str, share: float) -> None:
    pass


def enhance(
    before: Measures,
    *,
    level: float,
    steps: Collection[Step] = AUTOMATIC,
    profile: Profile = DEFAULT,
    tell: Tell = tell_nobody,
) -> Enhancement:
    """Return what a photo becomes at a level in [0, 1] of the steps that it needs.

    `tell` hears of each step before it is tried, of the measuring, of every step that is taken
    back, and of the end; the share never falls.
    """
    chosen = [step for step in Step if step in steps] if level > 0 else []
    taken_back: list[Step] = []
    result = _run(before, chosen, level, profile, tell)
    while result.applied and _does_harm(result, profile):
        worst = result.applied[-1].step
        tell(f"taking {worst} back", MOSTLY_DONE)
        chosen.remove(worst)
        taken_back.append(worst)
        result = _run(before, chosen, level, profile, tell_nobody)
    tell("done", 1.0)
    return replace(result, taken_back=tuple(taken_back))


def _run(
    before: Measures, chosen: list[Step], level: float, profile: Profile, tell: Tell
) -> Enhancement:
    work = Work(before, before.frame, level, profile)
    in_place = work.frame
    for place, step in enumerate(chosen):
        tell(step, MOSTLY_DONE * place / (len(chosen) + 1))
        STEPS[step](work)
        if step is not Step.REFRAME:
            in_place = work.frame
    if not work.applied:
        return Enhancement(before, before, (), (), 0.0, 0.0)
    tell("measuring", MOSTLY_DONE * len(chosen) / (len(chosen) + 1))
    moved = {applied.step for applied in work.applied} & {Step.WHITE_BACKGROUND, Step.REFRAME}
    after = measure(work.frame, None if moved else before.subject)
    was, now = before.frame.normal, in_place.normal
    mask = before.subject.mask
    lighter = srgb_to_oklab(now)[mask][:, 0].mean() - srgb_to_oklab(was)[mask][:, 0].mean()
    change = colour_change(was, now, mask)
    return Enhancement(before, after, tuple(work.applied), (), change, float(lighter))


def _does_harm(result: Enhancement, profile: Profile) -> bool:
    """Say whether a rule that passed fails now, the whole is worse, or the colour is another."""
    rules = zip(check(profile, result.before), check(profile, result.after), strict=True)
    if any(before.passed and after.passed is False for before, after in rules):
        return True
    done = {applied.step for applied in result.applied}
    if Step.WHITE_BALANCE not in done and result.colour_change > MOST_COLOUR_CHANGE:
        return True
    if done & {Step.WHITE_BACKGROUND, Step.REFRAME}:
        return False  # another picture, whose score says nothing of the photo
    return score(result.after).score < score(result.before).score - WORSE
