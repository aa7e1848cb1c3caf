"""The address of the MCP server: `/mcp`."""

import json
import re
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import Counter
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from agents.operations import Caller, OperationRefused
from agents.tools import TOOLS
from agents.tools.tool import Arguments, Tool, ToolAnswer
from core.api.concurrency import Share
from core.api.names import check_fields
from core.api.parsers import load_json
from core.api.problems import BROKEN_DEPENDENCIES, render_problem
from core.errors import DomainError
from tenants.api.base import TenantAPIView
from tenants.models import Scope

log = structlog.get_logger(__name__)

CALLS = Counter("atelier_tool_calls", "Calls of tools by agents.", ["tool", "code"])
REFUSALS = (OperationRefused, DomainError, APIException, Http404, *BROKEN_DEPENDENCIES)
JSON = "application/json"
# Members' tokens have two dots.
BEARER_KEY = re.compile(r"bearer +([^\s.]+\.[^\s.]+)", re.IGNORECASE)
TOOL_CALL = b'"tools/call"'
# Of a problem, what says more than its code and detail.
DETAILS = ("errors", "retry_after")


class AnyNegotiation(BaseContentNegotiation):
    """Leaves it to the protocol what clients accept."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ToolCalls:
    """Calls tools for one request, and remembers what it cannot return to the client."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.failure: Exception | None = None

    def call(self, tool: Tool, arguments: Arguments) -> ToolAnswer:
        """Return the result of a tool; its errors are results too, which agents read."""
        try:
            tool.require_scope(self.caller.access)
            arguments = read_arguments(arguments)
            check_fields(tool.arguments(data=arguments))
            shown = tool.run(self.caller, arguments)
        except REFUSALS as error:
            problem = _describe(error)
            _record(tool, problem["code"])
            return ToolAnswer(problem, is_error=True)
        except Exception as error:
            # The SDK would hide it from the log.
            self.failure = error
            raise
        _record(tool, "ok")
        return ToolAnswer(shown, is_error=False)


def read_arguments(arguments: Arguments) -> Arguments:
    """Return arguments as the API's strict parser reads them; raise `DomainError`.

    Some models send null for what they leave out: it is left out.
    """
    try:
        strict: Arguments = load_json(json.dumps(arguments))
    except (ValueError, RecursionError) as error:
        message = "The arguments are not valid JSON, or are nested too deeply."
        raise DomainError(message, code="parse_error") from error
    filled = _drop_nulls(strict)
    return {
        name: _drop_nulls(value) if isinstance(value, dict) else value
        for name, value in filled.items()
    }


def _drop_nulls(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _record(tool: Tool, code: str) -> None:
    CALLS.labels(tool.name, code).inc()
    log.info("tool_called", tool=tool.name, code=code)


def _describe(error: Exception) -> dict[str, Any]:
    """Return the code of an error, what to do, and what else is known of it."""
    if isinstance(error, OperationRefused):
        problem = error.problem
    else:
        response: Any = render_problem(error, {})
        wait = {"retry_after": int(response["Retry-After"])} if "Retry-After" in response else {}
        problem = {**response.data, **wait}
    return {name: problem[name] for name in ("code", "detail", *DETAILS) if name in problem}


class AgentsView(TenantAPIView):
    """The MCP server. Tools need the scopes of the operations that they call."""

    write_scope = Scope.RECOMMEND
    reading_methods = ("POST",)
    content_negotiation_class = AnyNegotiation  # type: ignore[assignment]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Read a key that is sent as `Bearer`, the only scheme of some clients, as `Api-Key`."""
        if sent := BEARER_KEY.fullmatch(request.META.get("HTTP_AUTHORIZATION", "")):
            request.META["HTTP_AUTHORIZATION"] = f"Api-Key {sent[1]}"
            # Middleware has read the headers, which Django caches.
            request.__dict__.pop("headers", None)
        return super().initialize_request(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        """Count the request, unless it calls a tool, whose operations are counted."""
        if not _calls_tool(request):
            super().check_throttles(request)

    def choose_shares(self, request: Request) -> list[Share]:
        """Limit what runs at the same time, unless the operations of a tool are limited."""
        return [] if _calls_tool(request) else super().choose_shares(request)

    # The protocol describes itself.
    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        # The SDK costs 20 MB, and a second to import: only processes that agents use have it.
        from agents.server import answer_message

        if request.content_type.partition(";")[0].strip().lower() != JSON:
            raise UnsupportedMediaType(request.content_type)
        calls = ToolCalls(Caller(request._request, self.access))
        tools = [tool for tool in TOOLS if tool.is_open_to(self.access)]
        headers = {name: value for name, value in request.headers.items() if _is_protocol(name)}
        reply = answer_message(request.body, headers, tools=tools, call=calls.call)
        if calls.failure is not None:
            raise calls.failure
        if _calls_tool(request) and not calls.caller.calls:
            # It failed before its first operation.
            super().check_throttles(request)
        return HttpResponse(
            reply.body,
            status=reply.status,
            content_type=reply.content_type,
            headers=calls.caller.limits,
        )


def _calls_tool(request: Request) -> bool:
    """Return whether a message may call a tool; one that looks like it and does not is counted."""
    return request.method == "POST" and TOOL_CALL in request.body


def _is_protocol(header: str) -> bool:
    return header.lower().startswith("mcp-")
