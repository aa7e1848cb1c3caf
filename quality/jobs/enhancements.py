"""Run enhancement jobs."""

import time
from typing import Any

from core.jobs.runner import Overtaken, note_progress, run_waiting
from core.storage import delete_files, save_file
from quality.enhance.enhancement import enhance
from quality.jobs.application import apply_ready
from quality.jobs.photos import open_source, save_pixels
from quality.jobs.queues import BATCH_ENHANCEMENTS, ENHANCEMENTS
from quality.measure.frame import Frame
from quality.measure.metrics import measure
from quality.models import Enhancement, Source
from quality.models.source import make_rendition_key
from quality.policies import get_policy, get_profile


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
