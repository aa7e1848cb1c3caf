from __future__ import annotations

from typing import Any

from celery import shared_task

from core.errors import Unavailable
from recommendations.prompts import FAILURE, VECTOR, reply, take_request


@shared_task
def encode_prompt(*, request_id: str, encoder: str, **_: Any) -> None:
    """Encode the text that a caller waits for; concurrent ones share a forward pass."""
    from core.ml.batching import get_batcher  # the web process sends this task, without torch

    text = take_request(request_id)
    if text is None:
        return
    try:
        vector = get_batcher(encoder).encode_texts([text])[0]
    except Unavailable as error:
        reply(request_id, FAILURE, error.message.encode())
    else:
        reply(request_id, VECTOR, vector.tobytes())
