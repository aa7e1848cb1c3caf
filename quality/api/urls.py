from django.urls import include, path
from rest_framework.routers import SimpleRouter

from quality.api.assessments import AssessView
from quality.api.comparisons import CompareViewSet
from quality.api.enhancements import BatchViewSet, EnhanceViewSet
from quality.api.profiles import OwnProfileView, PolicyView, ProfilesView
from quality.api.reports import ReportViewSet

router = SimpleRouter()
router.register("compare", CompareViewSet, "comparison")
router.register("enhance", EnhanceViewSet, "enhancement")
router.register("batches", BatchViewSet, "batch")
router.register("reports", ReportViewSet, "report")

urlpatterns = [
    path("quality/assess/", AssessView.as_view(), name="assess"),
    path("quality/policy/", PolicyView.as_view(), name="quality-policy"),
    path("quality/profiles/", ProfilesView.as_view(), name="quality-profiles"),
    path("quality/profiles/own/", OwnProfileView.as_view(), name="own-profile"),
    path("quality/", include(router.urls)),
]
