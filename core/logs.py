"""Logging: one JSON object for each event in production, readable lines elsewhere."""

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def drop_request_started(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop this event: `request_finished` has the same fields, and every line costs time."""
    if event["event"] == "request_started":
        raise structlog.DropEvent
    return event


def configure_logging(*, level: str, is_production: bool) -> dict[str, Any]:
    """Configure structlog; return the value of Django's `LOGGING`."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[
            drop_request_started,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer()
    if not is_production:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The default prints local variables, which may contain secrets.
            exception_formatter=structlog.dev.plain_traceback,
        )
    foreign = [structlog.contextvars.merge_contextvars, *shared]
    if is_production:
        foreign.append(structlog.processors.format_exc_info)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processor": renderer,
        "foreign_pre_chain": foreign,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "httpx": {"level": "WARNING"},
            "chromadb": {"level": "WARNING"},
            # Logs that a task was received; its result has a line of its own.
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
