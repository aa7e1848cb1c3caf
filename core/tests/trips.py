"""Count the round trips of a request to PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def recorded_trips() -> Iterator[list[list[str]]]:
    """Collect the statements of each round trip."""
    trips: list[list[str]] = []
    pipelines: list[Any] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        server = context["connection"].connection
        pipeline = server._pipeline if server and server.pgconn.pipeline_status else None
        if pipeline is None or not any(pipeline is known for known in pipelines):
            trips.append([])
            pipelines.append(pipeline or object())
        trips[-1].append(" ".join(sql.split()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield trips
