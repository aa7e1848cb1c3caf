"""The ASGI application: Django behind limits on bodies and load."""

import gc
import os
import threading
from dataclasses import replace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - Django is set up first

from catalog.vocabulary.languages.dictionaries import read_dictionaries  # noqa: E402
from catalog.vocabulary.languages.lexicon import read_lexicons  # noqa: E402
from core.decoders import get_decoder  # noqa: E402
from core.web.access_log import AccessLog  # noqa: E402
from core.web.bodies import BodyLimit, BodyRule, BodyStore, Pace  # noqa: E402
from core.web.handler import ThreadedHandler  # noqa: E402
from core.web.load_limits import STREAMLESS_PATHS, LoadLimit  # noqa: E402

read_lexicons()  # before the first prompt in another language, which would wait for them
# The first prompts may wait for dictionaries; the start does not.
threading.Thread(target=read_dictionaries, name="dictionaries", daemon=True).start()
# Imported objects stay for ever: exclude them from garbage collection, which slows requests.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

get_decoder().start()  # before the first photo, which would wait for it
# For liveness requests, which the load limit lets through.
SPARE_THREADS = 2
PACE = Pace(
    seconds=settings.WEB_BODY_SECONDS,
    bytes_per_second=settings.WEB_MIN_BYTES_PER_SECOND,
    max_seconds=settings.WEB_BODY_MAX_SECONDS,
)
# Files of whole catalogues take no space from other bodies.
FEEDS = BodyRule(
    BodyStore(max_bytes=settings.WEB_FEEDS_LIMIT_BYTES),
    settings.WEB_FEED_LIMIT_BYTES,
    replace(PACE, max_seconds=settings.WEB_FEED_MAX_SECONDS),
    settings.FEED_FOLDER,
)
BODIES = BodyStore(max_bytes=settings.WEB_BODIES_LIMIT_BYTES)
MESSAGES = BodyRule(BODIES, settings.WEB_MESSAGE_LIMIT_BYTES, PACE)
application = AccessLog(
    BodyLimit(
        LoadLimit(
            ThreadedHandler(threads=settings.WEB_CONCURRENCY_LIMIT + SPARE_THREADS),
            max_running=settings.WEB_CONCURRENCY_LIMIT,
            max_waiting=settings.WEB_QUEUE_LIMIT,
            max_wait_seconds=settings.WEB_QUEUE_SECONDS,
            max_streams=settings.WEB_STREAM_LIMIT,
            max_streams_per_client=settings.WEB_STREAMS_PER_CLIENT,
        ),
        store=BODIES,
        max_bytes=settings.WEB_BODY_LIMIT_BYTES,
        pace=PACE,
        by_path={"/api/v1/imports/": FEEDS, **dict.fromkeys(STREAMLESS_PATHS, MESSAGES)},
    )
)
