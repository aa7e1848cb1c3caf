"""Wait for a job that a worker does, or tell how far it has got."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings

from catalog.models import Image
from core.api.streaming import event
from core.tenancy import run_in_scope
from quality.models import Comparison, Enhancement, Job, Report

LOOK_SECONDS = 0.05
# There is room for so many streams at a time; past this the caller asks again.
LONGEST_SECONDS = 30.0

_threads = ThreadPoolExecutor(4, thread_name_prefix="follow")


def reread(row: Comparison | Enhancement) -> Any:
    """Return a job as it is now, with all that is shown of it; None once it is discarded."""
    model = type(row)
    names = ("source",) if isinstance(row, Enhancement) else ("first", "second")
    related = [*names, *(f"{name}__image" for name in names)]
    return model._default_manager.select_related(*related).filter(pk=row.pk).first()


def wait_for(row: Comparison | Enhancement) -> Any:
    """Return a job when it is decided, or as it is at the deadline."""
    until = time.monotonic() + settings.QUALITY_DEADLINE_SECONDS
    while True:
        found = reread(row)
        if found is None or found.state != Job.State.PENDING or time.monotonic() > until:
            return found
        time.sleep(LOOK_SECONDS)


def wait_for_report(image: Image) -> Report | None:
    """Return an image's report when it is of its present photo; None at the deadline."""
    until = time.monotonic() + settings.QUALITY_DEADLINE_SECONDS
    while True:
        found: Report | None = Report.objects.filter(image=image).first()
        if found is not None and found.is_final_for(image):
            return found
        if time.monotonic() > until:
            return None
        time.sleep(LOOK_SECONDS)


async def follow(
    row: Comparison | Enhancement, show: Callable[[Any], dict[str, Any]], *, shop_id: UUID
) -> AsyncIterator[bytes]:
    """Yield `progress` whenever a job gets on, and `done` or `failed` with all of it at the end.

    What takes longer than `LONGEST_SECONDS` ends with `pending`, and goes on without its reader.
    """
    loop, until, told = asyncio.get_running_loop(), time.monotonic() + LONGEST_SECONDS, None
    while True:
        found = await loop.run_in_executor(_threads, run_in_scope, partial(reread, row), shop_id)
        if found is None:
            yield event("failed", {"problem": {"code": "discarded", "detail": "It was discarded."}})
            return
        if found.state != Job.State.PENDING or time.monotonic() > until:
            yield event(found.state, show(found))
            return
        if (found.stage, found.progress) != told:
            told = (found.stage, found.progress)
            yield event("progress", {"stage": found.stage, "progress": round(found.progress, 3)})
        await asyncio.sleep(LOOK_SECONDS)
