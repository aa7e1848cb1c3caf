"""How much of each step of an enhancement a photo needs.

Each step asks the photo as the steps before have left it, and does nothing where nothing is needed.
`STEPS` has them in their order; `quality.enhance.enhancement` runs them.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from quality.enhance import steps as do
from quality.enhance.smoothing import measure_planes, smooth
from quality.enhance.step import Step
from quality.enhance.tones import Tones, estimate_tones, gains_of
from quality.enhance.work import Work
from quality.measure.blockiness import measure_blockiness
from quality.measure.colour_spaces import Floats, linearise, srgb_to_oklab
from quality.measure.detail import measure_contrast, measure_sharpness
from quality.measure.frame import NORMAL_SIDE
from quality.measure.light import estimate_light
from quality.measure.scales import FAIR, SCALES
from quality.measure.subject import Mask, Subject

AIMED_COLOUR_CHANGE = 2.5  # of the tones alone: the other steps and rounding add a little
LEAST_NOISE = 3.0  # of 255, in any colour plane, below which grain is left as it is
LEAST_BLOCKINESS = 0.75  # octaves: a usual JPEG of quality 70 has 0.6
LEAST_CAST = (0.25, 0.45)  # stops: below the first nothing is done, from the second on all
LEAST_TONE = (0.05, 0.08)  # mean change of OKLab lightness, likewise
WHITE_GROUND = 0.5  # of the background that is white: a packshot, or burnt beyond recovery
WHITE = 0.985  # OKLab lightness
LEAST_BLUR = 0.3  # pixels of a photo of 512

# What the sharpness of clean photos became by a blur, in pixels of a photo of 512.
SHARPNESSES = (0.075, 0.099, 0.127, 0.166, 0.2, 0.24)
BLURS = (4.0, 2.6, 1.8, 1.2, 0.8, 0.0)
# What smoothing did most good to JPEGs of a blockiness, in standard deviations of 255.
BLOCKINESSES = (0.75, 1.25, 1.42, 1.84, 2.3)
BLOCK_NOISES = (7.5, 7.5, 11.5, 17.0, 23.0)
COARSER = np.array([1, 1.5, 1.5], np.float32)  # JPEG keeps differences of colour less well


def _deblock(work: Work) -> None:
    blocks = measure_blockiness(work.pixels)
    if blocks < LEAST_BLOCKINESS:
        return
    deviation = float(np.interp(blocks, BLOCKINESSES, BLOCK_NOISES)) * work.level
    work.change(smooth(work.pixels, COARSER * np.float32(deviation)))
    work.record(Step.DEBLOCK, blocks, "octaves of blockiness")


def _denoise(work: Work) -> None:
    deviations = measure_planes(work.pixels)
    if deviations.max() < LEAST_NOISE:
        return
    work.change(smooth(work.pixels, deviations * np.float32(work.level)))
    work.record(Step.DENOISE, deviations.max(), "of 255, the noise's deviation")


def _balance(work: Work) -> None:
    stops = _agreed_stops(work.frame.normal, work.before.subject)
    strength = float(np.ptp(np.array([*stops, 0.0])))
    share = _ramp(strength, LEAST_CAST)
    if share == 0:
        return
    work.change(do.balance(work.pixels, gains_of(stops), work.level * share))
    work.record(Step.WHITE_BALANCE, strength, "stops between the channels")


def _agreed_stops(rgb: Floats, subject: Subject) -> Floats:
    """Return the stops of red and blue against green that neutralise the light, (2,).

    What the greys of the photo say and what its histogram says: the lesser of the two where they
    agree on the direction, and nothing where they do not. A red rug is no red light.
    """
    light = estimate_light(linearise(rgb), srgb_to_oklab(rgb))
    by_greys = -np.log2(light[[0, 2]])
    gains = estimate_tones(rgb, subject).gains
    by_histogram = np.log2(gains[[0, 2]] / gains[1])
    lesser = np.minimum(np.abs(by_greys), np.abs(by_histogram)) * np.sign(by_greys)
    return np.where(by_greys * by_histogram > 0, lesser, 0).astype(np.float32)


def _tone(work: Work) -> None:
    before = work.frame.normal
    tones = estimate_tones(before, work.before.subject)
    if (work.before["background_whiteness"].raw or 0) >= WHITE_GROUND:
        # Its white is right as it is.
        kept = np.maximum.accumulate(np.where(tones.levels >= WHITE, tones.levels, tones.targets))
        tones = replace(tones, targets=kept)
    change = float(np.abs(tones.targets - tones.levels).mean())
    share = _ramp(change, LEAST_TONE) * work.level
    if share > 0:
        saturation = _most_saturation(before, work.before.subject.mask, tones, share)
        work.change(do.tone(work.pixels, tones, share, saturation))
        work.record(Step.TONE, change, "mean change of lightness")
        _add_local_contrast(work)


def _most_saturation(before: Floats, mask: Mask, tones: Tones, level: float) -> float:
    """Return how much of the chroma lost can be given back and the colour still be the same."""
    wanted = float(np.log(tones.saturation)) * level
    lab = srgb_to_oklab(before)
    chroma = np.hypot(lab[..., 1], lab[..., 2])[mask].mean() * 100
    # ΔE2000 of chroma, with CIELAB's about 3.2 times OKLab's x 100; see the formula's weight.
    lab_chroma = 3.2 * float(chroma)
    room = AIMED_COLOUR_CHANGE * (1 + 0.045 * lab_chroma) / max(lab_chroma, 1e-3)
    return float(np.exp(np.clip(wanted, -np.log1p(room), np.log1p(room))))


def _add_local_contrast(work: Work) -> None:
    lightness = np.ascontiguousarray(srgb_to_oklab(work.frame.normal)[..., 0])
    contrast = measure_contrast(lightness, work.before.subject.mask)
    missing = 1 - SCALES["contrast"].score(contrast) / FAIR
    if missing > 0:
        work.change(do.add_local_contrast(work.pixels, work.level * missing / 2))


def _sharpen(work: Work) -> None:
    lightness = np.ascontiguousarray(srgb_to_oklab(work.frame.normal)[..., 0])
    sharpness = measure_sharpness(lightness, work.before.subject.mask)
    blur = float(np.interp(sharpness, SHARPNESSES, BLURS))
    smoothed = {Step.DEBLOCK, Step.DENOISE} & {applied.step for applied in work.applied}
    if blur < LEAST_BLUR or smoothed:
        return  # what was smoothed away would come back
    scale = max(work.pixels.shape[:2]) / NORMAL_SIDE
    work.change(do.sharpen(work.pixels, blur * scale, work.level))
    work.record(Step.SHARPEN, blur * scale, "pixels of blur")


def _whiten(work: Work) -> None:
    if work.before.subject.is_confident:
        work.change(do.whiten(work.pixels, work.before.subject.mask))
        work.record(Step.WHITE_BACKGROUND, 1 - work.before.subject.mask.mean(), "of the frame")


def _reframe(work: Work) -> None:
    subject = work.before.subject
    if not subject.is_confident:
        return
    profile = work.profile
    work.change(do.reframe(work.pixels, subject.mask, aspect=profile.aspect, fill=profile.fill))
    work.record(Step.REFRAME, profile.fill, "of the frame filled")


STEPS: dict[Step, Callable[[Work], None]] = {
    Step.DEBLOCK: _deblock,
    Step.DENOISE: _denoise,
    Step.WHITE_BALANCE: _balance,
    Step.TONE: _tone,
    Step.SHARPEN: _sharpen,
    Step.WHITE_BACKGROUND: _whiten,
    Step.REFRAME: _reframe,
}


def _ramp(value: float, ends: tuple[float, float]) -> float:
    """Return 0 below the first end, 1 above the second, and what lies between linearly."""
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0, 1))
