"""Message format of the call that has a worker measure an uploaded photo; nothing is stored.

A question is the digest (32 bytes), the length of the rendition (8 bytes, big-endian), the
rendition and the original. An answer is `RESULT` or `FAILURE`, one byte, and JSON.
"""

import json
import time

from core.errors import DomainError
from core.jobs import rpc
from core.photos import Photo
from quality.measure.assessment import Assessment

RESULT, FAILURE = b"r", b"f"
ASSESS = "quality.tasks.assess_photo"
MIN_SECONDS = 0.05


def request_assessment(photo: Photo, *, until: float) -> Assessment:
    """Have a worker measure a photo until a time of `time.monotonic`.

    Raises `DomainError` and `WorkerBusy`.
    """
    seconds = max(until - time.monotonic(), MIN_SECONDS)
    answer = rpc.receive(rpc.call(ASSESS, pack(photo), seconds=seconds), until=until)
    data = json.loads(answer[1:])
    if answer[:1] == FAILURE:
        raise DomainError(**data)
    return Assessment.from_json(data)


def pack(photo: Photo) -> bytes:
    """Return the question for a photo."""
    length = len(photo.rendition).to_bytes(8, "big")
    return bytes.fromhex(photo.digest) + length + photo.rendition + photo.original


def unpack(data: bytes) -> tuple[bytes, bytes, str]:
    """Return the original, the rendition and the digest from a question."""
    end = 40 + int.from_bytes(data[32:40], "big")
    return data[end:], data[40:end], data[:32].hex()
