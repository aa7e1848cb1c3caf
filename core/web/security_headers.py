"""Two rooms need a looser content security policy than the rest; they get it, and no others."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

INLINE = ["'self'", "'unsafe-inline'"]
# The admin's theme evaluates expressions (Alpine.js); Swagger UI and ReDoc come with inline
# scripts and styles, and ReDoc works in a worker made from a blob.
LOOSER = {
    "/admin/": {"script-src": [*INLINE, "'unsafe-eval'"], "style-src": INLINE},
    "/api/docs/": {"script-src": INLINE, "style-src": INLINE},
    "/api/redoc/": {"script-src": INLINE, "style-src": INLINE, "worker-src": ["blob:"]},
}


class LooserPolicyMiddleware:
    """Placed below django-csp's own, which reads what this one leaves on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for prefix, directives in LOOSER.items():
            if request.path.startswith(prefix):
                response._csp_update = directives  # type: ignore[attr-defined]
        return response
