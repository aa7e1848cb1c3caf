"""Errors of the API: RFC 9457 problem details with a stable `code`."""

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
SUSPICIOUS_MESSAGE = "The request is malformed: no normal client would send it."
BROKEN_DEPENDENCIES = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)


def make_problem(*, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """Return the body of an error response."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def render_problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Render every expected exception as a problem; this is DRF's exception handler."""
    if isinstance(exc, BROKEN_DEPENDENCIES):
        log.warning("dependency_unavailable", error=exc)
        exc = Unavailable("A service that this request needs is not available; try again shortly.")
    if isinstance(exc, RequestDataTooBig):
        exc = DomainError("The fields of the request are too large.", code="request_too_large")
        exc.status_code = 413
    if isinstance(exc, SuspiciousOperation):
        exc = DomainError(SUSPICIOUS_MESSAGE)
    if isinstance(exc, DomainError):
        set_rollback()
        return _render_domain_error(exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    return _render_api_exception(exc)


def describe_error(exc: DomainError | exceptions.APIException) -> dict[str, Any]:
    """Return the problem of one part of a request, whose other parts go on."""
    if isinstance(exc, DomainError):
        response = _render_domain_error(exc)
    else:
        response = _render_api_exception(exc)
    body: dict[str, Any] = response.data
    return {name: body[name] for name in ("code", "detail", "errors") if name in body}


def _render_domain_error(exc: DomainError) -> Response:
    body = make_problem(status=exc.status_code, code=exc.code, detail=exc.message, **exc.details)
    headers = {"Retry-After": str(exc.retry_after)} if isinstance(exc, Unavailable) else {}
    return Response(body, exc.status_code, headers=headers, content_type=CONTENT_TYPE)


def _render_api_exception(exc: exceptions.APIException) -> Response:
    headers: dict[str, str] = dict(getattr(exc, "headers", None) or {})
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    extra: dict[str, Any] = {}
    if isinstance(exc, exceptions.ValidationError):
        code, detail = "validation_error", "Some fields are invalid; see `errors`."
        extra["errors"] = exc.get_full_details()
    else:
        codes = exc.get_codes()
        code = codes if isinstance(codes, str) else exc.default_code
        detail = str(exc.detail)
    body = make_problem(status=exc.status_code, code=code, detail=detail, **extra)
    return Response(body, exc.status_code, headers=headers, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Render an error before any view, such as an unknown Host header."""
    return _respond(status=400, code="invalid", detail=SUSPICIOUS_MESSAGE)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Render an unknown address."""
    detail = "There is nothing at this address; see /api/docs/."
    return _respond(status=404, code="not_found", detail=detail)


def server_error(request: HttpRequest) -> JsonResponse:
    """Render an unexpected error; the log has it with the request's id."""
    detail = "Something went wrong on our side; the error was logged."
    return _respond(status=500, code="server_error", detail=detail)


def _respond(*, status: int, code: str, detail: str) -> JsonResponse:
    body = make_problem(status=status, code=code, detail=detail)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
