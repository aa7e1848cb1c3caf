"""The pages that people see besides the admin and the API's own."""

from typing import Any

from django.conf import settings
from django.views.generic import TemplateView


class Page(TemplateView):
    """A page on the public API, tried by hand; the demo fills in its own key."""

    extra_context: dict[str, Any] = {"demo_api_key": settings.DEMO_API_KEY}


class PlaygroundView(Page):
    """Ask, and see what is found and why."""

    template_name = "playground.html"


class AnalyticsPageView(Page):
    """Read what came of it, as charts and tables."""

    template_name = "analytics.html"


class QualityPageView(Page):
    """See what a photo is worth, and make it better."""

    template_name = "quality.html"


class StylistPageView(Page):
    """Talk to the stylist, keep a wardrobe, and put outfits together."""

    template_name = "stylist.html"
