from django.urls import include, path
from rest_framework.routers import SimpleRouter

from stylist.api import chat_views, views

router = SimpleRouter()
router.register(
    r"shoppers/(?P<external_id>[^/\x00]+)/wardrobe", views.WardrobeViewSet, "wardrobe-item"
)

router.register("conversations", chat_views.ConversationViewSet, "conversation")

urlpatterns = [
    path(
        "shoppers/<str:external_id>/outfits/",
        views.ShopperOutfitsView.as_view(),
        name="shopper-outfits",
    ),
    path(
        "shoppers/<str:external_id>/purchases/",
        views.PurchasesView.as_view(),
        name="shopper-purchases",
    ),
    path(
        "shoppers/<str:external_id>/conversations/",
        chat_views.ShopperConversationsView.as_view(),
        name="shopper-conversations",
    ),
    path("conversations/<uuid:pk>/messages/", chat_views.MessagesView.as_view(), name="messages"),
    path("stylist/model/", chat_views.ModelView.as_view(), name="stylist-model"),
    path("images/<uuid:pk>/outfits/", views.LookView.as_view(), name="look"),
    path("outfits/<uuid:pk>/feedback/", views.OutfitFeedbackView.as_view(), name="outfit-feedback"),
    path("stylist/vocabulary/", views.VocabularyView.as_view(), name="vocabulary"),
    path("", include(router.urls)),
]
