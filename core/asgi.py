"""The web process: Django behind a bound on how much it takes on at once."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - Django is set up first

from core.web.handler import ThreadedHandler  # noqa: E402
from core.web.load_limits import BodyLimit, LoadLimit  # noqa: E402

# What was imported stays: looking through it for garbage again and again would slow each answer.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

# Beside the bounded requests, liveness is always answered.
SPARE_THREADS = 2
application = LoadLimit(
    BodyLimit(
        ThreadedHandler(threads=settings.WEB_CONCURRENCY_LIMIT + SPARE_THREADS),
        limit=settings.WEB_BODY_LIMIT_BYTES,
    ),
    running=settings.WEB_CONCURRENCY_LIMIT,
    waiting=settings.WEB_QUEUE_LIMIT,
    patience=settings.WEB_QUEUE_SECONDS,
    streams=settings.WEB_STREAM_LIMIT,
)
