"""Baseline of indexing: one Celery task per image, in float32.

Not part of the product. Each task opens one photo, embeds it alone, upserts one vector and saves
one row. It uses our encoder class and preprocessing, so that only the procedure differs: float32,
no batches, no overlapping work.
"""

import time
from functools import cache
from typing import Any

import django
from celery import Celery
from django.conf import settings

django.setup()

import chromadb  # noqa: E402
import numpy as np  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image as Pillow  # noqa: E402

from catalog.models import Image, IndexEntry  # noqa: E402
from core.ml.checkpoints import encoder_spec  # noqa: E402
from core.ml.encoder import Encoder  # noqa: E402
from core.ml.vector_store import COLLECTION_CONFIGURATION  # noqa: E402
from core.tenancy import all_shops  # noqa: E402

QUEUE = "baseline"
# Not the current app, so that the product's tasks from this process use their own broker.
app = Celery("baseline", broker=settings.REDIS_URL, set_as_current=False)
app.conf.update(task_ignore_result=True, task_default_queue=QUEUE, worker_prefetch_multiplier=1)


@app.task
def embed_image(*, image_id: str) -> None:
    with all_shops():
        image = Image.objects.get(pk=image_id)
        with default_storage.open(image.photo.name) as file:
            vector = _encoder().encode_images([Pillow.open(file).convert("RGB")])[0]
        _collection().upsert(ids=[image_id], embeddings=vector[None])
        IndexEntry.objects.filter(image=image).update(
            embedding=vector.astype(np.float16).tobytes(), updated_at=timezone.now()
        )


@cache
def _encoder() -> Encoder:
    import torch

    return Encoder(encoder_spec(settings.DEFAULT_ENCODER), dtype=torch.float32)


@cache
def _collection() -> Any:
    _, _, address = next(iter(settings.CHROMA_NODES.values())).rpartition("/")
    host, _, port = address.partition(":")
    client: Any = chromadb.HttpClient(host=host, port=int(port))
    return client.get_or_create_collection(
        f"baseline-{settings.DEFAULT_ENCODER}-{time.time_ns()}",
        configuration=COLLECTION_CONFIGURATION,
        embedding_function=None,
    )
