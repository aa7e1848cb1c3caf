"""Find the garments of one photo and tag each.

    garments = find_garments(frame, encode, labels)     the main one first, at least one

A photo without a person shows one garment, as far as we can see. A photo of a person is cut into
windows, which are encoded in one forward pass. Pixels are sRGB uint8 (h, w, 3), embeddings float32
(d,) with norm 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catalog.vocabulary.kinds import GarmentKind
from core.ml.colours import Floats
from core.ml.encoder import Embeddings, Encoder
from quality.measure.frame import Frame, make_frame
from quality.measure.subject import find_box
from stylist.tagging.colour.measurement import Mask
from stylist.tagging.crop import Crop, crop_to_garment
from stylist.tagging.detection.arrangement import Placement, arrange
from stylist.tagging.detection.windows import Figure, Window, cut_figure
from stylist.tagging.labels import Labels
from stylist.tagging.regions import (
    REGIONS,
    Region,
    get_region,
    rate_windows,
    rate_worn,
)
from stylist.tagging.tagger import Sighting, Tags, tag_crop

EncodePhotos = Callable[[Sequence[Image.Image]], Embeddings]
_PAPER = (255, 255, 255)  # the ground of shop photos


@dataclass(frozen=True, eq=False)
class FoundGarment:
    """A garment of a photo: its crop, where it is worn, its embedding (d,) and its tags.

    `crop.mask` is without skin. `place` is the garment's box in the photo, without a margin: left,
    top, right and bottom as shares of the photo's width and height.
    """

    crop: Crop
    place: tuple[float, float, float, float]
    region: Region
    embedding: Embeddings
    tags: Tags


@dataclass(frozen=True, eq=False)
class Scene:
    """A photo as far as the windows of its person are encoded.

    `vectors` (n, d) belong to the windows of `figure`; without a person it is None.
    """

    whole: Crop
    embedding: Embeddings
    figure: Figure | None = None
    vectors: Embeddings | None = None


def find_garments(
    frame: Frame, encode: EncodePhotos, labels: Labels, *, stated: GarmentKind | None = None
) -> tuple[FoundGarment, ...]:
    """Return the garments of a photo, the main one first; there is at least one.

    The main garment is that of the region where the `stated` kind is worn, or without one the
    garment that takes most of the photo. If nothing was found in the stated region, it is the whole
    photo. Raises `PhotoUnmeasurable`.
    """
    scene = read_scene(frame, encode, labels)
    shape = frame.pixels.shape[0], frame.pixels.shape[1]
    whole = _tag_whole(scene, labels, shape)
    if scene.figure is None or scene.vectors is None:
        return (whole,)
    found = [
        _tag(_crop_window(frame, window, whole.crop.confidence), region, vector, labels, shape)
        for placed in choose_windows(scene.figure, scene.vectors, labels)
        for window, vector in ((scene.figure.windows[placed.window], scene.vectors[placed.window]),)
        for region in (placed.region,)
    ]
    return _put_first(whole, sorted(found, key=lambda one: -_area(one.crop)), stated)


def _put_first(
    whole: FoundGarment, found: Sequence[FoundGarment], stated: GarmentKind | None
) -> tuple[FoundGarment, ...]:
    if stated is not None:
        region = get_region(stated)
        main = [garment for garment in found if garment.region == region]
        found = [*main, *(garment for garment in found if garment.region != region)]
        if not main:
            # One garment in another region is the stated one, and was misjudged.
            found = [whole, *found] if len(found) > 1 else [whole]
    if not found:
        return (whole,)
    sighting = Sighting.SEVERAL if len(found) > 1 else Sighting.ONE
    return tuple(replace(one, tags=replace(one.tags, sighting=sighting)) for one in found)


def tag(pixels: NDArray[np.uint8], encoder: Encoder, labels: Labels) -> Tags:
    """Tag the main garment of a photo, uint8 (h, w, 3) sRGB; raises `PhotoUnmeasurable`."""
    return find_garments(make_frame(pixels), encoder.encode_images, labels)[0].tags


def read_scene(frame: Frame, encode: EncodePhotos, labels: Labels) -> Scene:
    """Encode a photo, and the windows of the person in it, if it shows one."""
    crop = crop_to_garment(frame, aspect=labels.aspect)
    embedding = encode([Image.fromarray(crop.pixels)])[0]
    scene = Scene(crop, embedding)
    if rate_worn(embedding, labels.scene) < labels.calibration.detection.min_worn:
        return scene
    figure = cut_figure(frame.pixels, _full_mask(crop, frame) if crop.has_mask else None)
    if not figure.windows:
        return scene
    photos = [_on_paper(_cut(frame, window), labels.aspect) for window in figure.windows]
    return replace(scene, figure=figure, vectors=encode(photos))


def choose_windows(figure: Figure, vectors: Embeddings, labels: Labels) -> tuple[Placement, ...]:
    """Return the windows of a person that show garments, from top to bottom."""
    thresholds = labels.calibration.detection
    likelihoods = rate_windows(
        vectors,
        type_vectors=labels.type_vectors,
        scene=labels.scene,
        temperature=thresholds.temperature,
    )
    return arrange(figure, likelihoods, thresholds)


def _full_mask(crop: Crop, frame: Frame) -> Mask:
    mask = np.zeros(frame.pixels.shape[:2], dtype=bool)
    box = crop.box
    mask[box.top : box.bottom, box.left : box.right] = crop.mask
    return mask


def _cut(frame: Frame, window: Window) -> NDArray[np.uint8]:
    box = window.box
    return frame.pixels[box.top : box.bottom, box.left : box.right]


def _on_paper(pixels: NDArray[np.uint8], aspect: float) -> Image.Image:
    """Return a window centred on white in the encoder's aspect ratio: nothing else is in it."""
    height, width = pixels.shape[:2]
    size = max(width, round(height * aspect)), max(height, round(width / aspect))
    paper = Image.new("RGB", size, _PAPER)
    paper.paste(Image.fromarray(pixels), ((size[0] - width) // 2, (size[1] - height) // 2))
    return paper


def _tag_whole(scene: Scene, labels: Labels, shape: tuple[int, int]) -> FoundGarment:
    tags = tag_crop(scene.whole, scene.embedding, labels)
    kind = next(kind for kind in labels.types if kind.name == tags.type.value)
    region = get_region(kind) or Region.WHOLE
    return FoundGarment(scene.whole, _locate(scene.whole, shape), region, scene.embedding, tags)


def _tag(
    crop: Crop, region: Region, embedding: Embeddings, labels: Labels, shape: tuple[int, int]
) -> FoundGarment:
    among: Floats = np.asarray(labels.scene.regions == REGIONS.index(region), np.float32)
    tags = tag_crop(crop, embedding, labels, among=among)
    return FoundGarment(crop, _locate(crop, shape), region, embedding, tags)


def _locate(crop: Crop, shape: tuple[int, int]) -> tuple[float, float, float, float]:
    height, width = shape
    inner, outer = find_box(crop.mask), crop.box
    return (
        (outer.left + inner.left) / width,
        (outer.top + inner.top) / height,
        (outer.left + inner.right) / width,
        (outer.top + inner.bottom) / height,
    )


def _crop_window(frame: Frame, window: Window, confidence: float) -> Crop:
    return Crop(
        pixels=_cut(frame, window),
        mask=window.cloth,
        box=window.box,
        confidence=confidence,
        pieces=(),
        is_pair=False,
    )


def _area(crop: Crop) -> float:
    height, width = crop.pixels.shape[:2]
    return float(crop.mask.sum()) if crop.has_mask else float(height * width)
