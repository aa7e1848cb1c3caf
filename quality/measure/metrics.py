"""All measures of one photo.

    measures = measure(frame)                   a `quality.measure.frame.Frame`
    measures["sharpness"].score                 in [0, 1]; None where it cannot be measured
    measures.subject.is_confident               whether the garment was found

Most measures take the garment at the normalised size. Exposure, cast and naturalness take the whole
frame, blockiness the pixels at the displayed size, resolution the file. No figure is ever NaN.
`quality.measure.scales` defines which values are good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from quality.measure import detail, framing, light
from quality.measure.blockiness import measure_blockiness
from quality.measure.colour_spaces import linearise, srgb_to_oklab
from quality.measure.frame import Frame, to_luma
from quality.measure.naturalness import measure_naturalness
from quality.measure.scales import SCALES, Measure
from quality.measure.subject import Subject, find_subject


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
            "background_uniformity": framing.measure_unevenness(lab, background),
            "background_whiteness": framing.measure_whiteness(rgb, background),
            "subject_fill": framing.measure_fill(mask),
            "centring": framing.measure_off_centre(mask),
        }
    return raws
