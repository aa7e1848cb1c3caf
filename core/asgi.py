"""The web process: Django behind a bound on how much it takes on at once."""

from __future__ import annotations

import gc
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup(set_prefix=False)

from asgiref.sync import sync_to_async  # noqa: E402 - Django is set up first
from django.conf import settings  # noqa: E402
from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402

from core.load import BodyLimit, LoadLimit  # noqa: E402


class ThreadedHandler(ASGIHandler):
    """Runs middleware and view of a request in one thread, as under WSGI.

    Django's own handler goes back to the event loop between the two and then to the thread
    again, which takes a quarter of a short answer's time. Streams are sent by the loop as ever.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


# What was imported stays: looking through it for garbage again and again would slow each answer.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

application = LoadLimit(
    BodyLimit(ThreadedHandler(), limit=settings.WEB_BODY_LIMIT_BYTES),
    running=settings.WEB_CONCURRENCY_LIMIT,
    waiting=settings.WEB_QUEUE_LIMIT,
    patience=settings.WEB_QUEUE_SECONDS,
)
