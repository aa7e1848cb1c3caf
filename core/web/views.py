"""Views outside the API: pages, photos and health."""

import re
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.generic import TemplateView
from health_check.views import HealthCheckView

# Originals are never served.
RENDITION = re.compile(r"shops/[0-9a-f-]{36}/(photos|quality|wardrobe)/[0-9a-f-]{36}\.jpg")
ONE_YEAR = 31_536_000


class Page(TemplateView):
    """A page that uses the public API; the demo provides its API key."""

    extra_context: dict[str, Any] = {"demo_api_key": settings.DEMO_API_KEY}


def serve_photo(request: HttpRequest, key: str) -> FileResponse:
    """Send a rendition from local storage; S3 serves its own files.

    The key cannot be guessed, and a file never changes.
    """
    if not RENDITION.fullmatch(key):
        raise Http404
    try:
        file = default_storage.open(key)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        file,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": "inline",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"private, max-age={ONE_YEAR}, immutable",
        },
    )


def is_live(request: HttpRequest) -> HttpResponse:
    """Report that the process responds; depends on nothing else."""
    return HttpResponse("ok", content_type="text/plain")


is_ready = HealthCheckView.as_view(
    checks=["health_check.checks.Database", "health_check.checks.Cache"]
)
