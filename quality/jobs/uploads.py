"""Measure uploaded photos for clients that wait; nothing is stored."""

import json
from threading import BoundedSemaphore

import numpy as np
from django.conf import settings

from core.errors import DomainError
from core.jobs import rpc
from quality.enhance.enhancement import enhance
from quality.jobs.upload_messages import FAILURE, RESULT, unpack
from quality.measure.assessor import assess, read_stored_frame
from quality.measure.frame import make_frame
from quality.measure.metrics import measure

MAX_CONCURRENT = 2  # measuring a large photo takes half a gigabyte
WARM_UP_SIDE = 600  # pixels

_places = BoundedSemaphore(MAX_CONCURRENT)


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
    except DomainError as error:
        _refuse(request_id, code=error.code, message=error.message)
    except Exception:
        message = "Measuring this photo failed; send another."
        _refuse(request_id, code="photo_failed", message=message)
        raise
    else:
        rpc.answer(request_id, RESULT + json.dumps(found.to_json()).encode())


def _refuse(request_id: str, *, code: str, message: str) -> None:
    problem = {"code": code, "message": message}
    rpc.answer(request_id, FAILURE + json.dumps(problem).encode())
