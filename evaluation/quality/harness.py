"""Run a quality evaluation: aggregate the trials of many photos.

evaluation = evaluate(paths, enhanced=100, processes=2)
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from evaluation.quality.degradations import DEGRADATIONS, SEVERITIES
from evaluation.quality.trials import PhotoTrial, RawValues, run_trial
from quality.measure.scales import SCALES

# The measure that must detect a degradation, and the sign of its change.
TARGET_MEASURES = {
    "blur": ("sharpness", -1),
    "noise": ("noise", 1),
    "low contrast": ("contrast", -1),
    "under-exposure": ("exposure", -1),
    "over-exposure": ("exposure", 1),
    "cast": ("colour_cast", 1),
    "JPEG": ("blockiness", 1),
}
MIDDLE = 3  # the severity at which the changes of other measures are reported


@dataclass(frozen=True)
class Ranking:
    """How often the worse of two neighbouring severities is ranked worse, in [0, 1].

    `by_step` has the share for each severity against the one below it, first 1 against the original
    photo; `overall` is the share by the overall score.
    """

    measure: str
    share: float
    by_step: tuple[float, ...]
    overall: float


@dataclass(frozen=True)
class RestorationFigures:
    """Mean PSNR in dB of degraded and of enhanced photos, and the mean relative gain.

    `by_severity` has the gains; `harmed` is the share that enhancement made worse by over 0.1 dB.
    """

    spoiled: float
    enhanced: float
    gain: float
    by_severity: tuple[float, ...]
    harmed: float


@dataclass(frozen=True)
class CleanFigures:
    """The effect of enhancement on photos that were not degraded."""

    ssim: float
    least_ssim: float
    below: float
    unchanged: float
    most_colour_change: float


@dataclass(frozen=True)
class QualityEvaluation:
    """Everything measured; `movements` are median changes of score at the middle severity."""

    photos: int
    enhanced: int
    rankings: dict[str, Ranking]
    movements: dict[str, dict[str, float]]
    restoring: dict[str, RestorationFigures]
    clean: CleanFigures | None


SSIM_GOAL = 0.97


def evaluate(
    paths: Sequence[Path],
    *,
    enhanced: int,
    processes: int,
    progress: Callable[[int], None] = lambda done: None,
) -> QualityEvaluation:
    """Run a trial of every photo, with enhancement for the first `enhanced`, in processes."""
    with_enhancement = [position < enhanced for position in range(len(paths))]
    found: list[PhotoTrial] = []
    # Not forked, because OpenCV's threads do not survive a fork.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for trial in pool.map(run_trial, paths, with_enhancement):
            found.append(trial)
            progress(len(found))
    restored = [photo for photo in found if photo.clean]
    return QualityEvaluation(
        photos=len(found),
        enhanced=len(restored),
        rankings={name: _rank(name, found) for name in DEGRADATIONS},
        movements={name: _movements(name, found) for name in DEGRADATIONS},
        restoring=_restoring(restored) if restored else {},
        clean=_clean(restored) if restored else None,
    )


def _rank(name: str, found: Sequence[PhotoTrial]) -> Ranking:
    measure, sign = TARGET_MEASURES[name]
    steps = _steps([photo.raws[name] for photo in found], measure) * sign > 0
    overall = _steps([photo.scores[name] for photo in found], "overall") < 0
    return Ranking(
        measure,
        float(steps.mean()),
        tuple(float(share) for share in steps.mean(axis=0)),
        float(overall.mean()),
    )


def _steps(severities: Sequence[list[RawValues]], measure: str) -> np.ndarray:
    """Return (photos, 5): by how much a figure changes from each severity to the next."""
    values = np.array([[figures[measure] for figures in photo] for photo in severities], float)
    return np.diff(values, axis=1)


def _movements(name: str, found: Sequence[PhotoTrial]) -> dict[str, float]:
    moved = {}
    for measure in SCALES:
        pairs = [(p.scores[name][0][measure], p.scores[name][MIDDLE][measure]) for p in found]
        changes = [abs(b - a) for a, b in pairs if a is not None and b is not None]
        moved[measure] = float(np.median(changes)) if changes else 0.0
    return moved


def _restoring(found: Sequence[PhotoTrial]) -> dict[str, RestorationFigures]:
    names = list(found[0].restored)
    return {name: _restored(np.array(_pairs(name, found))) for name in names}


def _pairs(name: str, found: Sequence[PhotoTrial]) -> list[list[tuple[float, float]]]:
    return [[(one.spoiled, one.enhanced) for one in photo.restored[name]] for photo in found]


def _restored(values: np.ndarray) -> RestorationFigures:
    """Aggregate PSNR, (photos, 5, 2): degraded and enhanced."""
    spoiled, enhanced = values[..., 0], values[..., 1]
    gains = enhanced / spoiled - 1
    return RestorationFigures(
        float(spoiled.mean()),
        float(enhanced.mean()),
        float(gains.mean()),
        tuple(float(gains[:, k].mean()) for k in range(len(SEVERITIES))),
        float((enhanced < spoiled - 0.1).mean()),
    )


def _clean(found: Sequence[PhotoTrial]) -> CleanFigures:
    results = [photo.clean for photo in found if photo.clean]
    likeness = np.array([result.ssim for result in results])
    changes = [result.colour_change for result in results if not result.with_balance]
    return CleanFigures(
        float(likeness.mean()),
        float(likeness.min()),
        float((likeness < SSIM_GOAL).mean()),
        float((likeness > 0.9999).mean()),
        max(changes, default=0.0),
    )
