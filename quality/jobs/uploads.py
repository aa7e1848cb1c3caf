"""Photos that were sent along to be measured: nothing of them is stored."""

import json
from threading import BoundedSemaphore

from django.conf import settings

from core.errors import DomainError
from core.jobs import rpc
from quality.jobs.upload_messages import FAILURE, RESULT, unpack
from quality.measure.assessor import assess, read_stored_frame

# A large photo takes half a gigabyte while it is measured; more of them wait for their turn.
AT_ONCE = 2
_places = BoundedSemaphore(AT_ONCE)


def assess_upload(request_id: str) -> None:
    """Measure the photo that a caller waits for, and answer with its figures or what is wrong."""
    # Past its deadline nobody waits for the answer any more.
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
        message = "Looking at this photo failed; send another."
        _refuse(request_id, code="photo_failed", message=message)
        raise
    else:
        rpc.answer(request_id, RESULT + json.dumps(found.to_json()).encode())


def _refuse(request_id: str, *, code: str, message: str) -> None:
    told = {"code": code, "message": message}
    rpc.answer(request_id, FAILURE + json.dumps(told).encode())
