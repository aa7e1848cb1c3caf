"""Make assessments from frames; needs OpenCV, which only the GPU worker has.

Colours are sRGB, float32 in [0, 1] or uint8, (h, w, 3), as in `quality.measure.frame`.
"""

import hashlib
import io
from dataclasses import replace

import numpy as np
from PIL import Image as Pillow

from core.photos import FORMATS, RENDITION_SIDE, Photo
from quality.measure.assessment import Assessment, FileFacts
from quality.measure.colour_spaces import srgb_to_oklab
from quality.measure.frame import Frame, make_frame, read_frame
from quality.measure.metrics import Measures, measure
from quality.measure.overall import score


def assess(frame: Frame) -> Assessment:
    """Measure a photo and return its assessment."""
    return to_assessment(measure(frame))


def to_assessment(measures: Measures) -> Assessment:
    """Return the assessment of measured figures."""
    overall = score(measures)
    frame = measures.frame
    return Assessment(
        raws={name: figure.raw for name, figure in measures.items()},
        frame=FileFacts(frame.width, frame.height, frame.file_bytes, frame.format),
        has_subject=measures.subject.is_confident,
        confidence=measures.subject.confidence,
        background=_background(measures),
        score=overall.score,
        parts=overall.parts,
    )


def read_stored_frame(*, original: bytes, rendition: bytes, digest: str) -> Frame:
    """Return the frame of a stored photo with the catalogue's `digest`.

    A digest other than the original's means that an enhancement made the rendition, and perhaps
    cropped or padded it: then the file's size is scaled, and its transparency ignored. Raises
    `PhotoUnmeasurable`, and `OSError` for files that cannot be read.
    """
    with Pillow.open(io.BytesIO(rendition), formats=["JPEG"]) as shown:
        size = shown.size
        if hashlib.sha256(original).hexdigest() == digest:
            return read_frame(Photo(original, "", rendition, *size, digest))
        frame = make_frame(np.array(shown.convert("RGB")))
    with Pillow.open(io.BytesIO(original), formats=FORMATS) as file:
        scale = max(1.0, max(file.size) / RENDITION_SIDE)
        return replace(
            frame,
            width=round(size[0] * scale),
            height=round(size[1] * scale),
            file_bytes=len(original),
            format=file.format,
        )


def _background(measures: Measures) -> tuple[float, float, float] | None:
    around = measures.subject.background
    if not measures.subject.is_confident or not around.any():
        return None
    mean = srgb_to_oklab(measures.frame.normal[around]).mean(axis=0)
    return float(mean[0]), float(mean[1]), float(mean[2])
