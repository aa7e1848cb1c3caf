from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_prometheus.middleware import PrometheusAfterMiddleware

from core.log_context import current_log_context, identify_caller
from core.tenancy import all_shops

API_PREFIX = "/api/v1/"
INLINE = ["'self'", "'unsafe-inline'"]
# The admin's theme evaluates expressions (Alpine.js). Swagger UI and ReDoc contain inline scripts
# and styles, and ReDoc starts a worker from a blob.
POLICY_EXCEPTIONS = {
    "/admin/": {"script-src": [*INLINE, "'unsafe-eval'"], "style-src": INLINE},
    "/api/docs/": {"script-src": INLINE, "style-src": INLINE},
    "/api/redoc/": {"script-src": INLINE, "style-src": INLINE, "worker-src": ["blob:"]},
}


class Middleware:
    """The base class of these middlewares."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response


class ContentPolicyMiddleware(Middleware):
    """Relaxes the content security policy of the pages that need it.

    It must come after django-csp's middleware, which reads the attribute that is set here.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for prefix, directives in POLICY_EXCEPTIONS.items():
            if request.path.startswith(prefix):
                response._csp_update = directives  # type: ignore[attr-defined]
        return response


class OptionalSlashMiddleware(Middleware):
    """Accepts API addresses without their last slash.

    A redirect would lose the body of a POST.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX) and not request.path_info.endswith("/"):
            request.path_info += "/"
            request.path += "/"
        return self.get_response(request)


class LogContextMiddleware(Middleware):
    """Names the route of a request, and a member of the staff, for the log."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(reverse("admin:index")) and request.user.is_authenticated:
            identify_caller(caller=f"user:{request.user.pk}")
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if request.resolver_match:
            current_log_context().route = request.resolver_match.route


class BoundedMetricsMiddleware(PrometheusAfterMiddleware):
    """Counts requests of unknown methods as one method, so that clients cannot add metrics."""

    def label_metric(self, metric: Any, request: Any, response: Any = None, **labels: Any) -> Any:
        if "method" in labels:
            labels["method"] = self._method(request)
        return super().label_metric(metric, request, response, **labels)


class OperatorScopeMiddleware(Middleware):
    """Lets requests of signed-in staff below `/admin/`, and no others, query all shops."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_admin = request.path.startswith(reverse("admin:index"))
        if not (is_admin and request.user.is_active and request.user.is_staff):
            return self.get_response(request)
        with all_shops():
            return self.get_response(request)
