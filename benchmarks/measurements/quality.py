"""Time and peak memory of photo quality with photos like those of phones.

Measured in this process and its children without HTTP and queue, like the work of a task. The
worker and the web process are idle.
"""

import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from benchmarks.large_photos import LARGEST, load_pairs
from benchmarks.process_memory import read_memory
from benchmarks.report import Goal, Report
from core.photos import open_photo
from quality.compare.comparison import compare
from quality.enhance.enhancement import enhance
from quality.measure.frame import Frame, read_frame
from quality.measure.metrics import Measures, measure
from quality.measure.scales import score
from quality.profiles import DEFAULT, judge

PAIRS = 12
LEVEL = 0.5
PROCESSES = 2
ASSESSED, COMPARED = Goal("≤", 400), Goal("≤", 1_000)
MEMORY = Goal("≤", 600)
RESET_PEAK = "5"  # proc(5), clear_refs: reset the peak to the current size


def measure_quality(report: Report) -> None:
    pairs, what = load_pairs(PAIRS)
    print(f"  photo quality, with {len(pairs)} pairs of {what}", flush=True)
    photos = [photo for pair in pairs for photo in pair]
    _assess(photos[0])  # loads the models
    _add_times(report, "assess a 12 MP JPEG", [_time_assessing(p) for p in photos], ASSESSED)
    timed = [_time_comparing(*pair) for pair in pairs]
    _add_times(report, "compare two 12 MP JPEGs and enhance the weaker", timed, COMPARED)
    for words, work in (("assessed", _assess), ("enhanced", _enhance)):
        report.add(f"12 MP JPEGs {words}, two processes", _rate(work, photos), unit="photos/s")
    for name, make in LARGEST.items():
        peak = _measure_peak_apart(make())
        report.add(f"memory of a task: {name}", peak, unit="MB", goal=MEMORY)


def _open(photo: bytes) -> Frame:
    return read_frame(open_photo(io.BytesIO(photo)))


def _assess(photo: bytes) -> Measures:
    return _judge(_open(photo))


def _judge(frame: Frame) -> Measures:
    measures = measure(frame)
    score(measures)
    judge(DEFAULT, measures)
    return measures


def _enhance(photo: bytes) -> None:
    enhance(_assess(photo), level=1.0)


def _time_assessing(photo: bytes) -> tuple[float, float]:
    """Return the seconds of opening, and of everything."""
    start = time.perf_counter()
    frame = _open(photo)
    opened = time.perf_counter()
    _judge(frame)
    return opened - start, time.perf_counter() - start


def _time_comparing(one: bytes, other: bytes) -> tuple[float, float]:
    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        frames = list(pool.map(_open, (one, other)))
    opened = time.perf_counter()
    compare(*frames, level=LEVEL)
    return opened - start, time.perf_counter() - start


def _add_times(report: Report, name: str, times: Sequence[tuple[float, float]], goal: Goal) -> None:
    wholes = [whole * 1000 for _, whole in times]
    report.add(name, median(wholes), unit="ms", goal=goal)
    report.add(f"{name}, 95th percentile", float(np.percentile(wholes, 95)), unit="ms")
    share = median(opening / whole for opening, whole in times)
    report.add(f"{name}, spent decoding", share * 100, unit="%")


def _rate(work: Callable[[bytes], object], photos: Sequence[bytes]) -> float:
    """Return the photos per second of two processes after their start."""
    with ProcessPoolExecutor(
        PROCESSES, mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        list(pool.map(_run, [work] * PROCESSES, photos[:PROCESSES]))
        start = time.perf_counter()
        list(pool.map(_run, [work] * len(photos), photos))
        return len(photos) / (time.perf_counter() - start)


def _run(work: Callable[[bytes], object], photo: bytes) -> None:
    work(photo)


def _measure_peak_apart(photo: bytes) -> float:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure_peak, photo).result()


def _measure_peak(photo: bytes) -> float:
    """Return the megabytes by which this process grows at most during one enhancement."""
    before = read_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text(RESET_PEAK)
    _enhance(photo)
    return read_memory("VmHWM") - before
