"""Decide how much of each enhancement step a photo needs.

Each function in `STEPS` measures the draft that the steps before it made, and changes nothing where
nothing is needed. `quality.enhance.enhancement` runs them. Pixels are sRGB, uint8 (h, w, 3) or
float32 in [0, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from quality.enhance import steps
from quality.enhance.improvement import AppliedStep, Step
from quality.enhance.steps import measure_planes, smooth
from quality.enhance.tones import Tones, estimate_tones, stops_to_gains
from quality.measure.colour_spaces import Floats, linearise, srgb_to_oklab
from quality.measure.detail import measure_blockiness, measure_contrast, measure_sharpness
from quality.measure.frame import NORMAL_SIDE, Bytes, Frame
from quality.measure.light import estimate_light
from quality.measure.metrics import Measures
from quality.measure.scales import FAIR, SCALES
from quality.measure.subject import Mask, Subject
from quality.profiles import Profile

AIMED_COLOUR_CHANGE = 2.5  # ΔE2000 by the tones; other steps and rounding add a little
MIN_NOISE = 3.0  # of 255, in any colour plane; less grain stays
MIN_BLOCKINESS = 0.75  # octaves: a usual JPEG of quality 70 has 0.6
CAST_RAMP = (0.25, 0.45)  # stops: no correction below the first, full from the second on
TONE_RAMP = (0.05, 0.08)  # the same for the mean change of OKLab lightness
WHITE_GROUND = 0.5  # share of white background from which white stays white
WHITE = 0.985  # OKLab lightness
MIN_BLUR = 0.3  # pixels of a photo of 512

# The sharpness of clean photos after a blur, in pixels of a photo of 512.
SHARPNESSES = (0.075, 0.099, 0.127, 0.166, 0.2, 0.24)
BLURS = (4.0, 2.6, 1.8, 1.2, 0.8, 0.0)
# The best smoothing for JPEGs by their blockiness, in standard deviations of 255.
BLOCKINESSES = (0.75, 1.25, 1.42, 1.84, 2.3)
BLOCK_NOISES = (7.5, 7.5, 11.5, 17.0, 23.0)
COARSER = np.array([1, 1.5, 1.5], np.float32)  # JPEG stores colour differences less exactly


@dataclass
class Draft:
    """A photo on its way through the steps: `frame` is what the steps so far have made of it."""

    before: Measures
    frame: Frame
    level: float
    profile: Profile
    applied: list[AppliedStep] = field(default_factory=list)

    @property
    def pixels(self) -> Bytes:
        return self.frame.pixels

    def change(self, pixels: Bytes) -> None:
        self.frame = self.before.frame.with_pixels(pixels)

    def record(self, step: Step, amount: float, unit: str) -> None:
        self.applied.append(AppliedStep(step, float(amount), unit))


def _deblock(draft: Draft) -> None:
    blocks = measure_blockiness(draft.pixels)
    if blocks < MIN_BLOCKINESS:
        return
    deviation = float(np.interp(blocks, BLOCKINESSES, BLOCK_NOISES)) * draft.level
    draft.change(smooth(draft.pixels, COARSER * np.float32(deviation)))
    draft.record(Step.DEBLOCK, blocks, "octaves of blockiness")


def _denoise(draft: Draft) -> None:
    deviations = measure_planes(draft.pixels)
    if deviations.max() < MIN_NOISE:
        return
    draft.change(smooth(draft.pixels, deviations * np.float32(draft.level)))
    draft.record(Step.DENOISE, deviations.max(), "of 255, the noise's deviation")


def _balance(draft: Draft) -> None:
    stops = _estimate_stops(draft.frame.normal, draft.before.subject)
    strength = float(np.ptp(np.array([*stops, 0.0])))
    share = _ramp(strength, CAST_RAMP)
    if share == 0:
        return
    draft.change(steps.balance(draft.pixels, stops_to_gains(stops), draft.level * share))
    draft.record(Step.WHITE_BALANCE, strength, "stops between the channels")


def _estimate_stops(rgb: Floats, subject: Subject) -> Floats:
    """Return the stops of red and blue against green that neutralise the light, (2,).

    One estimate comes from the greys of the photo, one from its histogram. The smaller one counts
    where both have the same direction, otherwise 0: a red rug does not mean red light.
    """
    light = estimate_light(linearise(rgb), srgb_to_oklab(rgb))
    by_greys = -np.log2(light[[0, 2]])
    gains = estimate_tones(rgb, subject).gains
    by_histogram = np.log2(gains[[0, 2]] / gains[1])
    lesser = np.minimum(np.abs(by_greys), np.abs(by_histogram)) * np.sign(by_greys)
    return np.where(by_greys * by_histogram > 0, lesser, 0).astype(np.float32)


def _tone(draft: Draft) -> None:
    before = draft.frame.normal
    tones = estimate_tones(before, draft.before.subject)
    if (draft.before["background_whiteness"].raw or 0) >= WHITE_GROUND:
        # A white background stays white.
        targets = np.maximum.accumulate(
            np.where(tones.levels >= WHITE, tones.levels, tones.targets)
        )
        tones = replace(tones, targets=targets)
    change = float(np.abs(tones.targets - tones.levels).mean())
    share = _ramp(change, TONE_RAMP) * draft.level
    if share > 0:
        saturation = _limit_saturation(before, draft.before.subject.mask, tones, share)
        draft.change(steps.tone(draft.pixels, tones, share, saturation))
        draft.record(Step.TONE, change, "mean change of lightness")
        _add_local_contrast(draft)


def _limit_saturation(before: Floats, mask: Mask, tones: Tones, level: float) -> float:
    """Return the chroma factor, limited so that the colour change stays below the aim."""
    wanted = float(np.log(tones.saturation)) * level
    lab = srgb_to_oklab(before)
    chroma = np.hypot(lab[..., 1], lab[..., 2])[mask].mean() * 100
    # By ΔE2000's weight of chroma; CIELAB chroma is about 3.2 times that of OKLab x 100.
    lab_chroma = 3.2 * float(chroma)
    limit = AIMED_COLOUR_CHANGE * (1 + 0.045 * lab_chroma) / max(lab_chroma, 1e-3)
    return float(np.exp(np.clip(wanted, -np.log1p(limit), np.log1p(limit))))


def _add_local_contrast(draft: Draft) -> None:
    lightness = np.ascontiguousarray(srgb_to_oklab(draft.frame.normal)[..., 0])
    contrast = measure_contrast(lightness, draft.before.subject.mask)
    missing = 1 - SCALES["contrast"].score(contrast) / FAIR
    if missing > 0:
        draft.change(steps.add_local_contrast(draft.pixels, draft.level * missing / 2))


def _sharpen(draft: Draft) -> None:
    lightness = np.ascontiguousarray(srgb_to_oklab(draft.frame.normal)[..., 0])
    sharpness = measure_sharpness(lightness, draft.before.subject.mask)
    blur = float(np.interp(sharpness, SHARPNESSES, BLURS))
    smoothed = {Step.DEBLOCK, Step.DENOISE} & {applied.step for applied in draft.applied}
    if blur < MIN_BLUR or smoothed:
        return  # sharpening would bring the grain back
    scale = max(draft.pixels.shape[:2]) / NORMAL_SIDE
    draft.change(steps.sharpen(draft.pixels, blur * scale, draft.level))
    draft.record(Step.SHARPEN, blur * scale, "pixels of blur")


def _whiten(draft: Draft) -> None:
    if draft.before.subject.is_confident:
        draft.change(steps.whiten(draft.pixels, draft.before.subject.mask))
        draft.record(Step.WHITE_BACKGROUND, 1 - draft.before.subject.mask.mean(), "of the frame")


def _reframe(draft: Draft) -> None:
    subject = draft.before.subject
    if not subject.is_confident:
        return
    profile = draft.profile
    draft.change(
        steps.reframe(draft.pixels, subject.mask, aspect=profile.aspect, fill=profile.fill)
    )
    draft.record(Step.REFRAME, profile.fill, "of the frame filled")


STEPS: dict[Step, Callable[[Draft], None]] = {
    Step.DEBLOCK: _deblock,
    Step.DENOISE: _denoise,
    Step.WHITE_BALANCE: _balance,
    Step.TONE: _tone,
    Step.SHARPEN: _sharpen,
    Step.WHITE_BACKGROUND: _whiten,
    Step.REFRAME: _reframe,
}


def _ramp(value: float, ends: tuple[float, float]) -> float:
    """Return 0 below the first end, 1 above the second, linear between them."""
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0, 1))
