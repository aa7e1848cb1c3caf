"""Trials of one photo: measures of its degraded versions, and their enhancement."""

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
from quality.measure.scales import score
from training.clean_photos import read_pixels

MIXED = "mixed"
SEED = 11

RawValues = dict[str, float | None]


@dataclass(frozen=True)
class Restoration:
    """PSNR against the original in dB, of the degraded photo and after its enhancement."""

    spoiled: float
    enhanced: float


@dataclass(frozen=True)
class CleanTrial:
    """The effect of enhancement at full level on the original photo."""

    ssim: float
    colour_change: float
    with_balance: bool


@dataclass(frozen=True)
class PhotoTrial:
    """Raw values and scores by degradation, for severities 0 (the original) to 5.

    `restored` is empty and `clean` is None for photos that were not enhanced.
    """

    raws: dict[str, list[RawValues]]
    scores: dict[str, list[RawValues]]
    restored: dict[str, list[Restoration]]
    clean: CleanTrial | None


def run_trial(path: Path, with_enhancement: bool) -> PhotoTrial:
    """Degrade a photo in every way and severity, measure and perhaps enhance each version."""
    cv2.setNumThreads(1)  # there is one process for each core
    photo = read_pixels(path)
    seed = [SEED, int.from_bytes(path.stem.encode()[-8:])]
    unspoiled = measure(make_frame(photo))
    raws: dict[str, list[RawValues]] = {}
    scores: dict[str, list[RawValues]] = {}
    restored: dict[str, list[Restoration]] = {}
    for name, spoil in DEGRADATIONS.items():
        # A cast can cancel the photo's own cast, so casts are compared with a neutral version.
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
    """Measure a photo at every severity; random choices are the same for each."""
    versions = (spoil(photo, severity, np.random.default_rng(seed)) for severity in SEVERITIES)
    return [measure(make_frame(version)) for version in versions]


def _balance(photo: Bytes) -> Bytes:
    """Return a photo without its measured cast."""
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
