from django.urls import include, path
from rest_framework.routers import SimpleRouter

from recommendations.api.analytics.buying_list import BuyingListView
from recommendations.api.analytics.reports import (
    AnalyticsView,
    ImageAnalyticsView,
    PromptAnalyticsView,
)
from recommendations.api.events import EventViewSet
from recommendations.api.feed import FeedView
from recommendations.api.search.recommendations import (
    PromptViewSet,
    RecommendationView,
    SimilarImagesView,
    SimilarityView,
)
from recommendations.api.search.suggestions import SuggestionsView
from recommendations.api.search.together import BoughtTogetherView, LikedTogetherView
from recommendations.api.shoppers import PreferencesView, ShopperViewSet
from recommendations.api.steering.experiments import ExperimentViewSet
from recommendations.api.steering.replays import ReplayViewSet
from recommendations.api.steering.rules import RuleViewSet
from recommendations.api.steering.synonyms import (
    SynonymExportView,
    SynonymImportView,
    SynonymSuggestionsView,
    SynonymViewSet,
)
from recommendations.api.steering.weights import RankingView

router = SimpleRouter()
router.register("prompts", PromptViewSet, "prompt")
router.register("rules", RuleViewSet, "rule")
router.register("synonyms", SynonymViewSet, "synonym")
router.register("experiments", ExperimentViewSet, "experiment")
router.register("replays", ReplayViewSet, "replay")
router.register("events", EventViewSet, "event")
router.register("shoppers", ShopperViewSet, "shopper")

urlpatterns = [
    path("recommendations/", RecommendationView.as_view(), name="recommendations"),
    path("images/<uuid:pk>/similar/", SimilarImagesView.as_view(), name="similar-images"),
    path("suggestions/", SuggestionsView.as_view(), name="suggestions"),
    path("images/<uuid:pk>/bought-together/", BoughtTogetherView.as_view(), name="bought-together"),
    path("images/<uuid:pk>/liked-together/", LikedTogetherView.as_view(), name="liked-together"),
    path("similarity/", SimilarityView.as_view(), name="similarity"),
    path("synonyms/import/", SynonymImportView.as_view(), name="synonyms-import"),
    path("synonyms/suggestions/", SynonymSuggestionsView.as_view(), name="synonym-suggestions"),
    path("synonyms/export/", SynonymExportView.as_view(), name="synonyms-export"),
    path("ranking/", RankingView.as_view(), name="ranking"),
    path("shoppers/<str:external_id>/feed/", FeedView.as_view(), name="feed"),
    path("shoppers/<str:external_id>/preferences/", PreferencesView.as_view(), name="preferences"),
    path("analytics/", AnalyticsView.as_view(), name="analytics"),
    path("analytics/prompts/", PromptAnalyticsView.as_view(), name="analytics-prompts"),
    path("analytics/images/", ImageAnalyticsView.as_view(), name="analytics-images"),
    path("analytics/buying-list/", BuyingListView.as_view(), name="analytics-buying-list"),
    path("", include(router.urls)),
]
