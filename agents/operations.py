"""Call operations of the API in this process, with the credentials of the caller's request.

The views themselves run: authentication, scopes, origins, limits, validation and errors are those
of the API by construction.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import ResolverMatch

from tenants.api.authentication import Access, find_needed_scope

JSON = "application/json"
# Headers that describe the caller's own message. An idempotency key of it would be used for each of
# its operations.
OWN_HEADERS = frozenset(
    ("CONTENT_TYPE", "CONTENT_LENGTH", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_IDEMPOTENCY_KEY")
)


@dataclass(frozen=True, slots=True)
class ViewOperation:
    """A method of a view; `name` is that of its route, which the audit log uses."""

    method: str
    view: Callable[..., HttpResponse]
    name: str = ""

    @property
    def scope(self) -> str:
        return str(find_needed_scope(getattr(self.view, "cls", None), self.method))


class OperationRefused(Exception):
    """An operation answered with a problem; `problem` is the body of its response."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem


class OperationRequest(HttpRequest):
    """A request for one operation, from the same client as the request `origin`."""

    def __init__(self, origin: HttpRequest, *, method: str, body: bytes) -> None:
        super().__init__()
        self._origin = origin
        self.META = {name: value for name, value in origin.META.items() if name not in OWN_HEADERS}
        self.META |= {"CONTENT_TYPE": JSON, "CONTENT_LENGTH": str(len(body))}
        self.method = method
        self.path = self.path_info = origin.path
        self.GET = QueryDict()
        self.content_type = JSON
        self._stream = BytesIO(body)
        self._read_started = False

    def _get_scheme(self) -> str | None:
        return self._origin.scheme


@dataclass(slots=True)
class Caller:
    """The sender of a request, for whom operations are called.

    `calls` counts them; `limits` are the headers of the last one about rate limits.
    """

    request: HttpRequest
    access: Access
    calls: int = field(default=0, init=False)
    limits: dict[str, str] = field(default_factory=dict, init=False)

    def call(
        self, operation: ViewOperation, body: Mapping[str, Any] | None = None, **parameters: Any
    ) -> Any:
        """Return the response of an operation, parsed; raise `OperationRefused` for a problem.

        `parameters` are those of the route.
        """
        self.calls += 1
        content = b"" if body is None else json.dumps(body).encode()
        request = OperationRequest(self.request, method=operation.method, body=content)
        request.resolver_match = ResolverMatch(
            operation.view, (), parameters, url_name=operation.name
        )
        response: Any = operation.view(request, **parameters)
        if hasattr(response, "render"):
            response.render()
        headers = response.headers.items()
        self.limits = {name: value for name, value in headers if name.startswith("RateLimit-")}
        answer = json.loads(response.content)
        if response.status_code >= 400:
            raise OperationRefused(_add_wait(answer, response))
        return answer


def _add_wait(problem: dict[str, Any], response: Any) -> dict[str, Any]:
    """Return a problem with the seconds of its header `Retry-After`."""
    if wait := response.headers.get("Retry-After"):
        return {**problem, "retry_after": int(wait)}
    return problem
