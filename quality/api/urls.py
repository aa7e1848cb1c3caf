from django.urls import include, path
from rest_framework.routers import SimpleRouter

from quality.api import reports, views

router = SimpleRouter()
router.register("compare", views.CompareViewSet, "comparison")
router.register("enhance", views.EnhanceViewSet, "enhancement")
router.register("batches", reports.BatchViewSet, "batch")
router.register("reports", reports.ReportViewSet, "report")

urlpatterns = [
    path("quality/assess/", views.AssessView.as_view(), name="assess"),
    path("quality/policy/", reports.PolicyView.as_view(), name="quality-policy"),
    path("quality/profiles/", reports.ProfilesView.as_view(), name="quality-profiles"),
    path("quality/profiles/own/", reports.OwnProfileView.as_view(), name="own-profile"),
    path("quality/", include(router.urls)),
]
