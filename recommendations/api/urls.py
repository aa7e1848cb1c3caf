from django.urls import include, path
from rest_framework.routers import SimpleRouter

from recommendations.api.analytics import views as analytics_views
from recommendations.api.events.views import EventViewSet
from recommendations.api.feed import FeedView
from recommendations.api.search import views
from recommendations.api.shoppers.views import PreferencesView, ShopperViewSet
from recommendations.api.steering import views as steering_views

router = SimpleRouter()
router.register("prompts", views.PromptViewSet, "prompt")
router.register("rules", steering_views.RuleViewSet, "rule")
router.register("experiments", steering_views.ExperimentViewSet, "experiment")
router.register("events", EventViewSet, "event")
router.register("shoppers", ShopperViewSet, "shopper")

urlpatterns = [
    path("recommendations/", views.RecommendationView.as_view(), name="recommendations"),
    path("images/<uuid:pk>/similar/", views.SimilarImagesView.as_view(), name="similar-images"),
    path("similarity/", views.SimilarityView.as_view(), name="similarity"),
    path("ranking/", steering_views.RankingView.as_view(), name="ranking"),
    path("shoppers/<str:external_id>/feed/", FeedView.as_view(), name="feed"),
    path("shoppers/<str:external_id>/preferences/", PreferencesView.as_view(), name="preferences"),
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
