import io
from typing import Any

from celery import shared_task
from django.utils import timezone
from PIL import Image

from core.errors import Unavailable
from core.tenancy import all_shops
from recommendations.analytics import rollup
from recommendations.query.vectors import FAILURE, PHOTO, VECTOR, reply, take_request
from recommendations.ranking.popularity import refresh_popularity


# Flower is not told of each: telling took the worker as long as encoding a short text.
@shared_task(send_events=False)
def encode_query(*, request_id: str, encoder: str, **_: Any) -> None:
    """Encode the text or photo that a caller waits for; concurrent texts share a forward pass."""
    from core.ml.batching import get_batcher  # the web process sends this task, without torch

    request = take_request(request_id)
    if request is None:
        return
    kind, data = request
    try:
        batcher = get_batcher(encoder)
        if kind == PHOTO:
            with Image.open(io.BytesIO(data)) as photo:
                vector = batcher.encode_pixels(batcher.encoder.prepare([photo]))[0]
        else:
            vector = batcher.encode_texts([data.decode()])[0]
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
