from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView

from agents.api import AgentsView
from core.web.health import ReadinessView
from core.web.views import (
    AccountPage,
    Page,
    SchemaView,
    is_live,
    serve_photo,
    show_metrics,
)
from stylist.api.pictures import serve_picture

# The API pages fail on OPTIONS, which describes an API and not a page.
READ_METHODS = ["get", "head"]

urlpatterns = [
    path("", Page.as_view(template_name="playground.html"), name="playground"),
    path("analytics/", Page.as_view(template_name="analytics.html"), name="analytics-page"),
    path("quality/", Page.as_view(template_name="quality.html"), name="quality-page"),
    path("stylist/", Page.as_view(template_name="stylist.html"), name="stylist-page"),
    *(
        path(
            f"account/{name}/",
            AccountPage.as_view(template_name=f"account/{name}.html"),
            name=f"account-{name}-page",
        )
        for name in ("password", "verification", "invitation")
    ),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tenants.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("recommendations.api.urls")),
    path("api/v1/", include("quality.api.urls")),
    path("api/v1/", include("stylist.api.urls")),
    re_path(r"^mcp/?$", AgentsView.as_view(), name="agents"),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(http_method_names=READ_METHODS), name="docs"),
    path("api/redoc/", SpectacularRedocView.as_view(http_method_names=READ_METHODS), name="redoc"),
    path("health/live", is_live, name="live"),
    path("health/ready", ReadinessView.as_view(), name="ready"),
    path("outfits/<str:token>.webp", serve_picture, name="outfit-picture"),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:key>", serve_photo, name="photo"),
    path("metrics", show_metrics, name="metrics"),
]

handler400 = "core.api.problems.bad_request"
handler404 = "core.api.problems.not_found"
handler500 = "core.api.problems.server_error"
