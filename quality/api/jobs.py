"""Comparisons and enhancements as jobs: created, waited for, followed and discarded."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.streaming import EventStreamRenderer, encode_event, stream_events, wants_events
from core.api.views import NewestFirst
from core.tenancy import run_in_scope
from quality import services
from quality.api.fields import FigureField, ProblemOutput, QualityMixin, StagedSerializer
from quality.models import Comparison, Enhancement, Job
from tenants.api.base import TenantViewSet

POLL_SECONDS = 0.05
# The number of streams at a time is limited; after this time the client has to ask again.
STREAM_TIMEOUT_SECONDS = 30.0

EVENTS = (
    "With `Accept: text/event-stream` the response is a stream: `progress` events, each with a "
    "`stage` and the share done, then one `done` or `failed` event, or `pending` after 30 seconds, "
    "with the same data as this response."
)
DONE = "Done within the deadline."
PENDING = "Not done at the deadline. The work continues; get the result by its `id`."

_threads = ThreadPoolExecutor(4, thread_name_prefix="follow")


class JobOutput(StagedSerializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    stage = serializers.CharField()
    progress = FigureField(3, help_text="0 to 1.")
    problem = ProblemOutput(allow_null=True)
    took_ms = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class JobViewSet(QualityMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Comparisons or enhancements."""

    pagination_class = NewestFirst
    filter_backends = ()
    audited_parts: ClassVar[dict[str, str]] = {"create": "_create"}

    def get_renderers(self) -> list[Any]:
        has_events = self.action in {"create", "progress"}
        return [*super().get_renderers(), *([EventStreamRenderer()] if has_events else [])]

    def create(self, request: Request) -> Any:
        return self._respond(request, self._create(request))

    # `_create` honours the key; the OpenAPI description looks here.
    create.is_idempotent = True  # type: ignore[attr-defined]

    @action(detail=True, methods=["get"])
    def progress(self, request: Request, pk: str) -> Any:
        row = self.get_object()
        return self._follow(row) if wants_events(request) else Response(self._render(row))

    def destroy(self, request: Request, pk: str) -> Response:
        services.discard(job=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _create(self, request: Request) -> Response:
        """Create the job, once for each `Idempotency-Key`, and return its `id`."""
        raise NotImplementedError

    def _render(self, row: Any) -> Any:
        return self.get_serializer(row).data

    def _respond(self, request: Request, created: Response) -> Any:
        """Return the events of a new job, or the job itself once it is done or at the deadline."""
        created_id = (created.data or {}).get("id")
        row = self.get_queryset().filter(pk=created_id).first()
        if row is None or created.status_code != status.HTTP_201_CREATED:
            return created
        if wants_events(request):
            return self._follow(row, status.HTTP_201_CREATED)
        row = wait_until(
            partial(reload, row), lambda now: now is None or now.state != Job.State.PENDING
        )
        if row is None:
            return created
        is_pending = row.state == Job.State.PENDING
        code = status.HTTP_202_ACCEPTED if is_pending else status.HTTP_201_CREATED
        return Response(self._render(row), code, headers=dict(created.headers))

    def _follow(self, row: Any, code: int = status.HTTP_200_OK) -> Any:
        return stream_events(follow(row, self._render, shop_id=self.shop.pk), status=code)


def reload(row: Comparison | Enhancement) -> Any:
    """Return a job as it is now, with the rows that its response needs; None if discarded."""
    names = ("source",) if isinstance(row, Enhancement) else ("first", "second")
    related = [*names, *(f"{name}__image" for name in names)]
    return type(row)._default_manager.select_related(*related).filter(pk=row.pk).first()


def wait_until(load: Callable[[], Any], is_final: Callable[[Any], bool]) -> Any:
    """Load a row repeatedly; return it when it is final, or as it is at the deadline."""
    until = time.monotonic() + settings.QUALITY_DEADLINE_SECONDS
    while not is_final(row := load()) and time.monotonic() <= until:
        time.sleep(POLL_SECONDS)
    return row


async def follow(
    row: Comparison | Enhancement, render: Callable[[Any], Any], *, shop_id: UUID
) -> AsyncIterator[bytes]:
    """Yield `progress` events while a job runs, then `done` or `failed` with the whole job.

    After `STREAM_TIMEOUT_SECONDS` the last event is `pending`; the job continues.
    """
    loop, until, last = asyncio.get_running_loop(), time.monotonic() + STREAM_TIMEOUT_SECONDS, None
    while True:
        found = await loop.run_in_executor(_threads, run_in_scope, partial(reload, row), shop_id)
        if found is None:
            yield encode_event(
                "failed", {"problem": {"code": "discarded", "detail": "It was discarded."}}
            )
            return
        if found.state != Job.State.PENDING or time.monotonic() > until:
            yield encode_event(found.state, render(found))
            return
        if (found.stage, found.progress) != last:
            last = (found.stage, found.progress)
            yield encode_event(
                "progress", {"stage": found.stage, "progress": round(found.progress, 3)}
            )
        await asyncio.sleep(POLL_SECONDS)
