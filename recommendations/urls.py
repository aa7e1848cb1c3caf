from django.urls import include, path
from rest_framework.routers import SimpleRouter

from recommendations import views

router = SimpleRouter()
router.register("prompts", views.PromptViewSet, "prompt")

urlpatterns = [
    path("recommendations/", views.RecommendationView.as_view(), name="recommendations"),
    path("", include(router.urls)),
]
