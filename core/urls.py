from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from health_check.views import HealthCheckView

from core.web.media import serve_photo
from core.web.pages import AnalyticsPageView, PlaygroundView, QualityPageView, StylistPageView
from stylist.api.views import serve_picture


def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; depends on nothing."""
    return HttpResponse("ok", content_type="text/plain")


ready = HealthCheckView.as_view(
    checks=["health_check.checks.Database", "health_check.checks.Cache"]
)

# These two break on OPTIONS, which describes an API and not a page.
READING = ["get", "head"]

urlpatterns = [
    path("", PlaygroundView.as_view(), name="playground"),
    path("analytics/", AnalyticsPageView.as_view(), name="analytics-page"),
    path("quality/", QualityPageView.as_view(), name="quality-page"),
    path("stylist/", StylistPageView.as_view(), name="stylist-page"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tenants.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("recommendations.api.urls")),
    path("api/v1/", include("quality.api.urls")),
    path("api/v1/", include("stylist.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(http_method_names=READING), name="docs"),
    path("api/redoc/", SpectacularRedocView.as_view(http_method_names=READING), name="redoc"),
    path("health/live", live, name="live"),
    path("health/ready", ready, name="ready"),
    path("outfits/<str:token>.webp", serve_picture, name="outfit-picture"),
    path(f"{settings.MEDIA_URL.strip('/')}/<path:key>", serve_photo, name="photo"),
    path("", include("django_prometheus.urls")),
]

handler400 = "core.api.problems.bad_request"
handler404 = "core.api.problems.not_found"
handler500 = "core.api.problems.server_error"
