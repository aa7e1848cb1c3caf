"""What is not worth a line in the log."""

from collections.abc import MutableMapping
from typing import Any

import structlog


def drop_starts(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop the line that a request has begun: that it ended says as much, and every line costs."""
    if event["event"] == "request_started":
        raise structlog.DropEvent
    return event
