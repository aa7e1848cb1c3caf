from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from core.errors import Unavailable
from recommendations import rollup
from recommendations.popularity import refresh_popularity
from recommendations.prompts import FAILURE, VECTOR, reply, take_request
from tenants.scope import all_shops


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


@shared_task
def roll_up_figures(**_: Any) -> None:
    """Count what has arrived since the last time, and how popular images are by it."""
    rollup.roll_up()
    with all_shops():
        refresh_popularity()


@shared_task
def keep_top_prompts(**_: Any) -> None:
    """Forget the rarest prompts of days gone by."""
    rollup.keep_top_prompts(today=timezone.now().date())
