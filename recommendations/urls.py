from django.urls import include, path
from rest_framework.routers import SimpleRouter

from recommendations import analytics_views, steering_views, views

router = SimpleRouter()
router.register("prompts", views.PromptViewSet, "prompt")
router.register("rules", steering_views.RuleViewSet, "rule")
router.register("experiments", steering_views.ExperimentViewSet, "experiment")

urlpatterns = [
    path("recommendations/", views.RecommendationView.as_view(), name="recommendations"),
    path("ranking/", steering_views.RankingView.as_view(), name="ranking"),
    path("analytics/", analytics_views.AnalyticsView.as_view(), name="analytics"),
    path(
        "analytics/prompts/",
        analytics_views.PromptAnalyticsView.as_view(),
        name="analytics-prompts",
    ),
    path(
        "analytics/images/", analytics_views.ImageAnalyticsView.as_view(), name="analytics-images"
    ),
    path("", include(router.urls)),
]
