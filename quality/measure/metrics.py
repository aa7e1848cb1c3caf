"""All measures of one photo, and its assessment; needs OpenCV, which only the GPU worker has.

    measures = measure(frame)                   a `quality.measure.frame.Frame`
    measures["sharpness"].score                 in [0, 1]; None where it cannot be measured
    measures.subject.is_confident               whether the garment was found

Most measures take the garment at the normalised size. Exposure, cast and naturalness take the whole
frame, blockiness the pixels at the displayed size, resolution the file. No figure is ever NaN.
`quality.measure.scales` defines which values are good.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image as Pillow

from core.photos import Photo, read_original
from decoder.limits import RENDITION_SIDE
from quality.measure import detail, light
from quality.measure.assessment import Assessment, FileFacts
from quality.measure.colour_spaces import linearise, srgb_to_oklab
from quality.measure.detail import measure_blockiness
from quality.measure.frame import Frame, make_frame, read_frame, to_luma
from quality.measure.naturalness import measure_naturalness
from quality.measure.scales import SCALES, Measure, score
from quality.measure.subject import (
    Subject,
    find_subject,
    measure_fill,
    measure_off_centre,
    measure_unevenness,
    measure_whiteness,
)


@dataclass(frozen=True)
class Measures(Mapping[str, Measure]):
    """The measures of a photo by name, in the order of `SCALES`, with its frame and subject."""

    frame: Frame
    subject: Subject
    figures: dict[str, Measure]

    def __getitem__(self, name: str) -> Measure:
        return self.figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)


def measure(frame: Frame, subject: Subject | None = None) -> Measures:
    """Measure a photo; its `subject` is searched unless it is given."""
    subject = subject or find_subject(frame)
    raws = _measure_pixels(frame, subject)
    raws["resolution"] = float(min(frame.width, frame.height))
    raws["blockiness"] = measure_blockiness(frame.pixels)
    figures = {name: Measure.from_raw(name, raws.get(name)) for name in SCALES}
    return Measures(frame, subject, figures)


def _measure_pixels(frame: Frame, subject: Subject) -> dict[str, float]:
    rgb, mask = frame.normal, subject.mask
    linear, lab = linearise(rgb), srgb_to_oklab(rgb)
    lightness = np.ascontiguousarray(lab[..., 0])
    luma = to_luma(rgb)
    lamp = light.estimate_light(linear, lab)
    raws = {
        "sharpness": detail.measure_sharpness(lightness, mask),
        "contrast": detail.measure_contrast(lightness, mask),
        "noise": detail.measure_noise(luma, mask),
        "exposure": light.measure_exposure(linear, mask),
        "clipping": light.measure_clipping(rgb, mask),
        "colour_cast": light.measure_cast(lamp),
        "colour_accuracy": light.measure_colour_error(linear, rgb, mask, lamp),
        "saturation": light.measure_saturation(lab, mask),
        "naturalness": measure_naturalness(luma),
    }
    background = subject.background
    if subject.is_confident and background.any():
        raws |= {
            "background_uniformity": measure_unevenness(lab, background),
            "background_whiteness": measure_whiteness(rgb, background),
            "subject_fill": measure_fill(mask),
            "centring": measure_off_centre(mask),
        }
    return raws


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
    file = read_original(original)
    scale = max(1.0, max(file.width, file.height) / RENDITION_SIDE)
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
