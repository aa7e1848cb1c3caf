"""The pages that people see besides the admin and the API's own."""

from __future__ import annotations

from django.conf import settings
from django.views.generic import TemplateView


class PlaygroundView(TemplateView):
    """Try the public API by hand; the demo fills in its own key."""

    template_name = "playground.html"
    extra_context = {"demo_api_key": settings.DEMO_API_KEY}
