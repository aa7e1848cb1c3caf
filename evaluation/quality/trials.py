"""What one photo tells of the measures and of enhancement."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from evaluation.quality.degradations import DEGRADATIONS, SEVERITIES, Degradation, mix
from quality.compare.similarity import psnr, ssim
from quality.enhance.enhancement import enhance
from quality.measure.colour_spaces import encode_srgb, linearise, srgb_to_oklab
from quality.measure.frame import Bytes, make_frame, to_bytes, to_float
from quality.measure.light import estimate_light
from quality.measure.metrics import Measures, measure
from quality.measure.overall import score
from training.clean_photos import read_pixels

MIXED = "mixed"
SEED = 11

RawValues = dict[str, float | None]


@dataclass(frozen=True)
class Restoration:
    """PSNR against the original in dB, of the spoiled photo and of the same enhanced."""

    spoiled: float
    enhanced: float


@dataclass(frozen=True)
class CleanTrial:
    """What enhancement at full level does to an unspoiled photo."""

    ssim: float
    colour_change: float
    with_balance: bool


@dataclass(frozen=True)
class PhotoTrial:
    """Raw figures and scores by degradation, of severities 0 (unspoiled) to 5.

    `restored` and `clean` are empty and None of photos that were not enhanced.
    """

    raws: dict[str, list[RawValues]]
    scores: dict[str, list[RawValues]]
    restored: dict[str, list[Restoration]]
    clean: CleanTrial | None


def run_trial(path: Path, with_enhancement: bool) -> PhotoTrial:
    """Spoil a photo in every way and severity, measure each, and enhance each if asked to."""
    cv2.setNumThreads(1)  # one process a core
    photo = read_pixels(path)
    seed = [SEED, int.from_bytes(path.stem.encode()[-8:])]
    unspoiled = measure(make_frame(photo))
    raws: dict[str, list[RawValues]] = {}
    scores: dict[str, list[RawValues]] = {}
    restored: dict[str, list[Restoration]] = {}
    for name, spoil in DEGRADATIONS.items():
        # A cast may undo the one that a photo has: whether it is worse is told from a neutral one.
        start = _balance(photo) if name == "cast" else photo
        first = measure(make_frame(start)) if name == "cast" else unspoiled
        measured = [first, *_spoil(start, spoil, seed)]
        raws[name] = [_raws(figures) for figures in measured]
        scores[name] = [_scores(figures) for figures in measured]
        if with_enhancement:
            spoiled = _spoil(photo, spoil, seed) if name == "cast" else measured[1:]
            restored[name] = [_restore(photo, figures) for figures in spoiled]
    if not with_enhancement:
        return PhotoTrial(raws, scores, {}, None)
    restored[MIXED] = [_restore(photo, figures) for figures in _spoil(photo, mix, seed)]
    return PhotoTrial(raws, scores, restored, _enhance_clean(unspoiled))


def _spoil(photo: Bytes, spoil: Degradation, seed: list[int]) -> list[Measures]:
    """Measure a photo at every severity; what chance there is, is the same at each."""
    versions = (spoil(photo, severity, np.random.default_rng(seed)) for severity in SEVERITIES)
    return [measure(make_frame(version)) for version in versions]


def _balance(photo: Bytes) -> Bytes:
    """Return a photo without the cast that is measured in it."""
    linear = linearise(to_float(photo))
    light = estimate_light(linear, srgb_to_oklab(photo))
    return to_bytes(encode_srgb(linear / light))


def _raws(figures: Measures) -> RawValues:
    return {name: figure.raw for name, figure in figures.items()}


def _scores(figures: Measures) -> RawValues:
    by_name: RawValues = {name: figure.score for name, figure in figures.items()}
    return by_name | {"overall": score(figures).score / 100}


def _restore(original: Bytes, spoiled: Measures) -> Restoration:
    wanted = to_float(original)
    enhanced = enhance(spoiled, level=1.0).after.frame.pixels
    return Restoration(
        psnr(to_float(spoiled.frame.pixels), wanted), psnr(to_float(enhanced), wanted)
    )


def _enhance_clean(unspoiled: Measures) -> CleanTrial:
    result = enhance(unspoiled, level=1.0)
    pixels = to_float(unspoiled.frame.pixels), to_float(result.after.frame.pixels)
    balanced = any(applied.step == "white_balance" for applied in result.applied)
    return CleanTrial(ssim(*pixels), result.colour_change, balanced)
