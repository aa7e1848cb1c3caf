"""ASGI middleware that gives each request an id and logs one line about it."""

import time
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.urls import Resolver404, resolve
from uuid_utils.compat import uuid4

from core.log_context import ANONYMOUS, LogContext, enter_log_context, make_request_context
from core.web.exchange import Application, Message, Receive, Scope, Send
from core.web.middleware import API_PREFIX
from core.web.request_heads import METHODS

log = structlog.get_logger(__name__)

HEADER = b"x-request-id"
# The client left before there was a response; nginx uses the same number.
CLIENT_LEFT = 499


class AccessLog:
    """Logs route, status and duration, also of requests that no view saw.

    The path and the query string are not logged, since they contain ids, tokens and addresses of
    photos; nor is the client's address, which is personal data.
    """

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        context = make_request_context(_read_own_id(scope))
        # Each request runs in a task of its own, and so in a context of its own.
        enter_log_context(context)
        started_at, status = time.perf_counter(), CLIENT_LEFT

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"].endswith("response.start"):
                status = message["status"]
                headers = [*message.get("headers", ()), (HEADER, context.request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            status = 500
            raise
        finally:
            _log_request(scope, context, status, time.perf_counter() - started_at)


def log_refusal(*, status: int, code: str) -> tuple[bytes, bytes]:
    """Log a request that the server refused while it arrived; return the header with its id."""
    request_id = str(uuid4())
    log.info(
        "request_finished",
        caller=ANONYMOUS,
        request_id=request_id,
        method="other",
        route="unknown",
        status=status,
        code=code,
    )
    return HEADER, request_id.encode()


def _log_request(scope: Scope, context: LogContext, status: int, seconds: float) -> None:
    method = scope.get("method", scope["type"])
    write = log.warning if status >= 500 else log.info
    write(
        "request_finished",
        method=method if method in METHODS else "other",
        route=simplify_route(context.route) if context.route else _find_route(scope["path"]),
        status=status,
        ms=round(seconds * 1000, 1),
    )


def _find_route(path: str) -> str:
    """Return the route of a request that was answered before it came to a view."""
    if path.startswith(settings.STATIC_URL):
        return "static"
    try:
        slash = "/" if path.startswith(API_PREFIX) and not path.endswith("/") else ""
        return simplify_route(resolve(f"{path}{slash}").route)
    except Resolver404:
        return "unknown"


@cache
def simplify_route(route: str) -> str:
    """Return a route with the names of its parameters, without regular expressions."""
    return simplify_regex(route).lstrip("/")


def _read_own_id(scope: Scope) -> str:
    headers: Any = scope.get("headers", ())
    return next((value.decode("latin-1") for name, value in headers if name == HEADER), "")
