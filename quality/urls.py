from django.urls import include, path
from rest_framework.routers import SimpleRouter

from quality import report_views, views

router = SimpleRouter()
router.register("compare", views.CompareViewSet, "comparison")
router.register("enhance", views.EnhanceViewSet, "enhancement")
router.register("batches", report_views.BatchViewSet, "batch")
router.register("reports", report_views.ReportViewSet, "report")

urlpatterns = [
    path("quality/assess/", views.AssessView.as_view(), name="assess"),
    path("quality/policy/", report_views.PolicyView.as_view(), name="quality-policy"),
    path("quality/profiles/", report_views.ProfilesView.as_view(), name="quality-profiles"),
    path("quality/profiles/own/", report_views.OwnProfileView.as_view(), name="own-profile"),
    path("quality/", include(router.urls)),
]
