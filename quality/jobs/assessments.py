"""Measure photos: images for their reports, and uploads for clients that wait."""

import json
from threading import BoundedSemaphore
from typing import Any

import numpy as np
from django.conf import settings

from catalog.models import Image
from core.errors import DomainError, Unavailable
from core.jobs import rpc
from core.jobs.runner import Overtaken, run_waiting
from core.storage import read_file
from quality.enhance.enhancement import enhance
from quality.jobs.queues import REPORTS
from quality.jobs.upload_messages import FAILURE, RESULT, unpack
from quality.measure.frame import make_frame
from quality.measure.metrics import assess, measure, read_stored_frame
from quality.models import Report
from quality.policies import get_policy, get_profile, release_image
from quality.profiles import judge
from quality.reports import read_look

BATCH_SIZE = 8
MAX_CONCURRENT = 2  # measuring a large photo takes half a gigabyte
WARM_UP_SIDE = 600  # pixels

_places = BoundedSemaphore(MAX_CONCURRENT)


def make_reports() -> int:
    """Run all waiting reports; return how many."""
    return run_waiting(REPORTS, make_report, size=BATCH_SIZE)


def make_report(report: Report) -> dict[str, Any]:
    """Measure and judge one image; return the fields of its report.

    The image is cleared before the report is stored, so that a worker that dies in between repeats
    this and never skips it. If the shop does not hold images any more, the image is cleared before
    it is measured, which may fail.
    """
    image: Image | None = Image.objects.live().filter(pk=report.image_id).first()
    if image is None:
        raise Overtaken
    release_image(image, get_policy(report.shop_id), has_passed=False)
    frame = read_stored_frame(
        original=read_file(str(image.original.name)),
        rendition=read_file(str(image.photo.name)),
        digest=image.digest,
    )
    found = assess(frame)
    policy = get_policy(report.shop_id)  # it may have changed while the photo was measured
    profile = get_profile(policy)
    judgement = judge(profile, found)
    release_image(image, policy, has_passed=judgement.passed)
    return {
        "image_version": image.version,
        "examined": found.to_json(),
        "score": found.score,
        "verdict": found.verdict,
        "profile": profile.key,
        "passed": judgement.passed,
        "failed_rules": judgement.failed,
        "look": read_look(found),
    }


def warm_up() -> None:
    """Measure and enhance a square on a shaded ground: a process's first photo takes seconds."""
    side = WARM_UP_SIDE
    rgb = np.tile(np.linspace(190, 230, side, dtype=np.uint8)[:, None, None], (1, side, 3))
    rgb[side // 4 : -side // 4, side // 3 : -side // 3] = (150, 40, 60)
    frame = make_frame(rgb)
    assess(frame)
    enhance(measure(frame), level=1.0)


def assess_upload(request_id: str) -> None:
    """Measure the photo of a request, and answer with its figures or a problem."""
    # After the deadline the client does not wait for the answer.
    if _places.acquire(timeout=settings.QUALITY_DEADLINE_SECONDS):
        try:
            _assess(request_id)
        finally:
            _places.release()


def _assess(request_id: str) -> None:
    question = rpc.take_question(request_id)
    if question is None:
        return
    original, rendition, digest = unpack(question)
    try:
        found = assess(read_stored_frame(original=original, rendition=rendition, digest=digest))
    except Unavailable:
        return  # the client gets 503 at its deadline
    except DomainError as error:
        _refuse(request_id, code=error.code, message=error.message)
    except Exception:
        message = "Measuring this photo failed; send another."
        _refuse(request_id, code="photo_failed", message=message)
        raise
    else:
        rpc.answer(request_id, RESULT + json.dumps(found.to_json()).encode())


def _refuse(request_id: str, *, code: str, message: str) -> None:
    rpc.answer(request_id, FAILURE + json.dumps({"code": code, "message": message}).encode())
