"""Readiness: whether this process can answer, and which services are down."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from health_check.base import HealthCheck
from health_check.exceptions import ServiceWarning
from health_check.views import HealthCheckView

from core.ml.vector_store import get_vector_store


@dataclass
class ChromaNode(HealthCheck):
    """Whether a node responds; after a failure it is not asked again for some seconds."""

    node: str

    def run(self) -> None:  # type: ignore[override]
        if not get_vector_store(self.node).is_available():
            raise ServiceWarning("Not available: searches of the shops on it are exact.")


class ReadinessView(HealthCheckView):
    """Fail if database or cache are down; a node that is down is listed, but answers are right."""

    checks = ("health_check.checks.Database", "health_check.checks.Cache")

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = await super().get(request, *args, **kwargs)
        failed = [result.check for result in self.results if result.error]
        if failed and all(isinstance(check, ChromaNode) for check in failed):
            response.status_code = 200
        return response

    def get_checks(self) -> Iterator[HealthCheck]:
        """Yield the checks of the services and of each node."""
        yield from super().get_checks()
        yield from (ChromaNode(node) for node in sorted(settings.CHROMA_NODES))
