"""Run the jobs that clients watch: comparisons and enhancements.

Pixels are sRGB uint8 (h, w, 3).
"""

import io
import time
from dataclasses import asdict
from typing import Any

from PIL import Image as Pillow

from core.errors import DomainError
from core.jobs.runner import Overtaken, note_progress, run_waiting
from core.storage import delete_files, read_file, save_file
from quality.compare.comparison import ComparisonResult, Side, compare
from quality.enhance.enhancement import enhance
from quality.jobs.application import apply_ready
from quality.jobs.queues import BATCH_ENHANCEMENTS, COMPARISONS, ENHANCEMENTS
from quality.measure.frame import Bytes, Frame
from quality.measure.metrics import measure, read_stored_frame, to_assessment
from quality.models import Comparison, Enhancement, Source, make_rendition_key
from quality.policies import get_policy, get_profile

JPEG_QUALITY = 95  # high, because the photo may be compressed more than once


class ImageDeleted(DomainError):
    """The image of the job is not in the catalogue any more."""

    status_code = 404
    code = "image_deleted"

    def __init__(self) -> None:
        super().__init__("The image was deleted.")


def open_source(source: Source) -> tuple[Frame, bytes]:
    """Return the frame of a source, and its rendition file.

    For an image this is its current photo, whose version and digest are set on `source`, unsaved.
    Raises `ImageDeleted`, `PhotoUnmeasurable`, `FileNotFoundError` and `Unavailable`.
    """
    if source.is_gone:
        raise ImageDeleted
    original, photo = source.original.name, source.photo.name
    if source.image is not None:
        source.image_version, source.image_digest = source.image.version, source.image.digest
        original, photo = source.image.original.name, source.image.photo.name
    rendition = read_file(str(photo))
    frame = read_stored_frame(
        original=read_file(str(original)), rendition=rendition, digest=source.image_digest
    )
    return frame, rendition


def save_pixels(source: Source, pixels: Bytes) -> str:
    """Store pixels as a JPEG; return its storage key."""
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return save_file(make_rendition_key(source.shop_id), out.getvalue())


def make_comparisons() -> int:
    """Run all waiting comparisons; return how many."""
    return run_waiting(COMPARISONS, make_comparison, size=1)


def make_comparison(row: Comparison) -> dict[str, Any]:
    """Run one comparison; return the fields of its result, with its file stored."""
    began = time.perf_counter()
    note_progress(row, "opening the photos", 0.0)
    sources = Source.objects.select_related("image").in_bulk([row.first_id, row.second_id])
    first, second = sources[row.first_id], sources[row.second_id]
    frames = open_source(first)[0], open_source(second)[0]
    compared = compare(
        *frames,
        level=row.enhancement_level,
        profile=get_profile(get_policy(row.shop_id), row.profile),
        on_progress=lambda stage, share: note_progress(row, stage, 0.1 + 0.85 * share),
    )
    fields = {"result": _to_json(compared), "stage": "done", "progress": 1.0}
    if compared.enhancement:
        weaker = second if compared.better is Side.FIRST else first
        fields["enhanced"] = save_pixels(weaker, compared.enhancement.after.frame.pixels)
    return {**fields, "took_ms": round((time.perf_counter() - began) * 1000, 1)}


def _to_json(compared: ComparisonResult) -> dict[str, Any]:
    weaker = "second" if compared.better is Side.FIRST else "first"
    return {
        "first": to_assessment(compared.first).to_json(),
        "second": to_assessment(compared.second).to_json(),
        "lines": {line.name: line.better for line in compared.lines},
        "better": compared.better,
        "likeness": asdict(compared.likeness) if compared.likeness else None,
        "enhancement": (
            {"photo": weaker, **compared.enhancement.to_improvement().to_json()}
            if compared.enhancement
            else None
        ),
        "advice": compared.advice,
    }


def make_enhancements() -> int:
    """Make all previews that clients wait for; return how many."""
    return run_waiting(ENHANCEMENTS, make_enhancement, size=1)


def make_batch_previews() -> int:
    """Make all previews of batches, and apply those of batches that apply; return how many."""
    count = run_waiting(BATCH_ENHANCEMENTS, make_enhancement, size=4, after=apply_ready)
    apply_ready()
    return count


def make_enhancement(row: Enhancement) -> dict[str, Any]:
    """Run one enhancement; return the fields of its result, with its files stored."""
    began = time.perf_counter()
    note_progress(row, "opening the photo", 0.0)
    source = Source.objects.select_related("image").get(pk=row.source_id)
    frame, rendition = open_source(source)
    note_progress(row, "measuring", 0.1)
    result = enhance(
        measure(frame),
        level=row.level,
        steps=row.effective_steps,
        profile=get_profile(get_policy(row.shop_id), row.profile),
        on_progress=lambda stage, share: note_progress(row, stage, 0.2 + 0.7 * share),
    )
    fields: dict[str, Any] = {
        "result": result.to_improvement().to_json(),
        "standing": Enhancement.Standing.UNNEEDED,
        "stage": "done",
        "progress": 1.0,
    }
    if result.applied:
        pixels = result.after.frame.pixels
        if not source.is_upload:
            _store_before(source, frame, rendition)
        fields |= {
            "standing": Enhancement.Standing.PREVIEW,
            "photo": save_pixels(source, pixels),
            "height": pixels.shape[0],
            "width": pixels.shape[1],
        }
    return {**fields, "took_ms": round((time.perf_counter() - began) * 1000, 1)}


def _store_before(source: Source, frame: Frame, rendition: bytes) -> None:
    """Store a copy of the image's current photo, to compare with the preview and to revert to."""
    name, old = save_file(make_rendition_key(source.shop_id), rendition), source.photo.name
    is_stored = Source.objects.filter(pk=source.pk).update(
        photo=name,
        width=frame.pixels.shape[1],
        height=frame.pixels.shape[0],
        image_version=source.image_version,
        image_digest=source.image_digest,
    )
    delete_files(old if is_stored else name)
    if not is_stored:
        raise Overtaken
