"""One error shape for the whole API: RFC 9457 problem details with a stable `code`."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import DomainError, Unavailable

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
BROKEN_DEPENDENCIES = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)


def problem(*, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """Return the body of a problem answer."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def render_problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any expected exception into the one error shape; DRF's exception handler."""
    if isinstance(exc, BROKEN_DEPENDENCIES):
        log.warning("dependency_unavailable", error=type(exc).__name__)
        exc = Unavailable("A service this answer depends on is away; try again shortly.")
    if isinstance(exc, RequestDataTooBig):
        exc = DomainError("The request's fields are too large.", code="request_too_large")
        exc.status_code = 413
    if isinstance(exc, SuspiciousOperation):
        exc = DomainError("The request is not one that a client of ours would send.")
    if isinstance(exc, DomainError):
        set_rollback()
        return _domain_response(exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    return _framework_response(exc)


def _domain_response(exc: DomainError) -> Response:
    body = problem(status=exc.status_code, code=exc.code, detail=exc.message, **exc.details)
    headers = {"Retry-After": str(exc.retry_after)} if isinstance(exc, Unavailable) else {}
    return Response(body, exc.status_code, headers=headers, content_type=CONTENT_TYPE)


def _framework_response(exc: exceptions.APIException) -> Response:
    headers: dict[str, str] = dict(getattr(exc, "headers", None) or {})
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    extra: dict[str, Any] = {}
    if isinstance(exc, exceptions.ValidationError):
        code, detail = "validation_error", "Some fields need another look; see `errors`."
        extra["errors"] = exc.get_full_details()
    else:
        codes = exc.get_codes()
        code = codes if isinstance(codes, str) else exc.default_code
        detail = str(exc.detail)
    body = problem(status=exc.status_code, code=code, detail=detail, **extra)
    return Response(body, exc.status_code, headers=headers, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer what no view has seen, such as a Host header that is not ours."""
    detail = "The request is not one that a client of ours would send."
    return _plain(status=400, code="invalid", detail=detail)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Answer an address that leads nowhere."""
    detail = "There is nothing at this address; see /api/docs/."
    return _plain(status=404, code="not_found", detail=detail)


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer after an error nobody foresaw; it is in the log with the request's id."""
    detail = "Something went wrong on our side; the error was recorded."
    return _plain(status=500, code="server_error", detail=detail)


def _plain(*, status: int, code: str, detail: str) -> JsonResponse:
    body = problem(status=status, code=code, detail=detail)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
