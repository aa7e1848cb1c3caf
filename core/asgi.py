"""The web process: Django behind a bound on how much it takes on at once."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402 - settings exist once Django is set up

from core.load import LoadLimit  # noqa: E402

application = LoadLimit(
    django_application,
    running=settings.WEB_CONCURRENCY_LIMIT,
    waiting=settings.WEB_QUEUE_LIMIT,
    patience=settings.WEB_QUEUE_SECONDS,
)
