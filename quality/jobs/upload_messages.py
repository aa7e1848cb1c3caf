"""A photo that was sent along is measured by the worker, and not stored.

A question is the digest's 32 bytes, the rendition's length in 8, the rendition and the original; an
answer begins with what it is.
"""

import json
import time

from django.conf import settings

from core.errors import DomainError
from core.jobs import rpc
from core.photos import Photo
from quality.measure.assessment import Assessment

RESULT, FAILURE = b"r", b"f"
ASSESS = "quality.tasks.assess_photo"


def examine(photo: Photo) -> Assessment:
    """Have a photo measured; raises what `quality.measure.frame` raises, and `WorkerBusy`."""
    seconds = settings.QUALITY_DEADLINE_SECONDS
    until = time.monotonic() + seconds
    answer = rpc.receive(rpc.call(ASSESS, pack(photo), seconds=seconds), until=until)
    told = json.loads(answer[1:])
    if answer[:1] == FAILURE:
        raise DomainError(**told)
    return Assessment.from_json(told)


def pack(photo: Photo) -> bytes:
    """Return a photo as one string of bytes."""
    length = len(photo.rendition).to_bytes(8, "big")
    return bytes.fromhex(photo.digest) + length + photo.rendition + photo.original


def unpack(data: bytes) -> tuple[bytes, bytes, str]:
    """Return the original, the rendition and the digest of a packed photo."""
    end = 40 + int.from_bytes(data[32:40], "big")
    return data[end:], data[40:end], data[:32].hex()
