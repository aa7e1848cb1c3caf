"""The Celery application; a task is a nudge, its truth is a row in Postgres."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging
from django.conf import settings

from core.errors import Unavailable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

log = structlog.get_logger(__name__)

app = Celery("atelier")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweeps")

ENCODER_QUEUES = frozenset({"gpu", "gpu.interactive"})


@setup_logging.connect
def use_django_logging(**_: Any) -> None:
    """Leave logging as the settings have it; Celery would otherwise install its own."""


@celeryd_after_setup.connect
def load_encoder(instance: Any, **_: Any) -> None:
    """Load the model before taking tasks: the first prompt could not wait for it."""
    if ENCODER_QUEUES.isdisjoint(instance.app.amqp.queues.consume_from):
        return
    from core.ml.batching import get_batcher  # torch, which other workers do without

    try:
        get_batcher(settings.DEFAULT_ENCODER).encode_texts(["a first text, which is the slowest"])
    except Unavailable as error:
        # Each task tries again and says so to whoever waits for it.
        log.warning("encoder_not_loaded", encoder=settings.DEFAULT_ENCODER, error=error.message)
