"""Views outside the API: pages, photos and health."""

import re
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.views.generic import TemplateView
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from core.api.descriptions import describing
from core.api.problems import CONTENT_TYPE, make_problem

# Originals are never served.
RENDITION = re.compile(
    r"shops/[0-9a-f-]{36}/((photos|quality|wardrobe)/[0-9a-f-]{36}\.jpg|thumbnails/[0-9a-f-]{36}\.webp)"
)
CONTENT_TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}
ONE_YEAR = 31_536_000


class Page(TemplateView):
    """A page that uses the public API; the demo provides its API key."""

    extra_context: dict[str, Any] = {"demo_api_key": settings.DEMO_API_KEY}


class AccountPage(TemplateView):
    """A page that a link in a mail opens, in the language of the browser.

    Showing it changes nothing: programs that check mails open their links.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(translation.get_language_from_request(request)):
            response: HttpResponse = TemplateResponse(request, self.get_template_names()).render()
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Language"
        return response


class SchemaView(SpectacularAPIView):
    """The OpenAPI description, made once for each format: it takes a second, and needs no key."""

    _contents: dict[str, Any] = {}

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer, _ = self.perform_content_negotiation(request, force=True)
        with describing:
            if renderer.media_type not in self._contents:
                schema = super()._get_schema_response(request).data  # type: ignore[no-untyped-call]
                self._contents[renderer.media_type] = renderer.render(schema)
        filename = self._get_filename(request, None)  # type: ignore[no-untyped-call]
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        return HttpResponse(
            self._contents[renderer.media_type],
            content_type=renderer.media_type + charset,
            headers={"Content-Disposition": f'inline; filename="{filename}"'},
        )


def serve_photo(request: HttpRequest, key: str) -> FileResponse:
    """Send a rendition or a thumbnail from local storage; S3 serves its own files.

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
        content_type=CONTENT_TYPES[key.rpartition(".")[2]],
        headers={
            "Content-Disposition": "inline",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"private, max-age={ONE_YEAR}, immutable",
        },
    )


def is_live(request: HttpRequest) -> HttpResponse:
    """Report that the process responds; depends on nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def show_metrics(request: HttpRequest) -> HttpResponse:
    """Return this process's figures to callers with `METRICS_TOKEN`; closed without a token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "").encode()
    if not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}".encode()):
        body = make_problem(status=401, code="metrics_closed", detail="Send the metrics token.")
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return JsonResponse(body, status=401, content_type=CONTENT_TYPE, headers=headers)
    response: HttpResponse = ExportToDjangoView(request)
    return response
