"""Encode queries on the GPU worker: the task and the format of its messages.

A request is one byte for its kind, then a text in UTF-8 or a JPEG. A reply is one byte for its
status, then the vector, float32 (d,), or an error message.
"""

import io
from typing import Any

from celery import shared_task
from PIL import Image

from core.errors import Unavailable
from core.jobs import rpc
from core.ml.batching import Batcher, get_batcher
from core.ml.vector_store import Vectors

TEXT, PHOTO = b"t", b"p"
VECTOR, FAILURE = b"v", b"f"


# Without task events: sending them took the worker as long as encoding a short text.
@shared_task(send_events=False)
def encode_query(*, request_id: str, encoder: str, revision: str | None = None, **_: Any) -> None:
    """Encode the text or photo that a caller waits for; concurrent texts share a forward pass."""
    request = rpc.take_question(request_id)
    if request is None:
        return
    try:
        reply = VECTOR + _encode(get_batcher(encoder, revision), request[:1], request[1:]).tobytes()
    except Unavailable as error:
        reply = FAILURE + error.message.encode()
    rpc.answer(request_id, reply)


def _encode(batcher: Batcher, kind: bytes, data: bytes) -> Vectors:
    if kind == PHOTO:
        with Image.open(io.BytesIO(data)) as photo:
            vectors = batcher.encode_pixels(batcher.encoder.prepare([photo]))
    else:
        vectors = batcher.encode_texts([data.decode()])
    vector: Vectors = vectors[0]
    return vector
