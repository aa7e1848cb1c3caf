from django.urls import include, path
from rest_framework.routers import SimpleRouter

from stylist.api import conversations, views

router = SimpleRouter()
router.register(
    r"shoppers/(?P<external_id>[^/\x00]+)/wardrobe", views.WardrobeViewSet, "wardrobe-item"
)

router.register("conversations", conversations.ConversationViewSet, "conversation")

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
        conversations.ShopperConversationsView.as_view(),
        name="shopper-conversations",
    ),
    path(
        "conversations/<uuid:pk>/messages/", conversations.MessagesView.as_view(), name="messages"
    ),
    path("stylist/model/", conversations.ModelView.as_view(), name="stylist-model"),
    path("images/<uuid:pk>/outfits/", views.LookView.as_view(), name="look"),
    path("outfits/<uuid:pk>/feedback/", views.OutfitFeedbackView.as_view(), name="outfit-feedback"),
    path("stylist/vocabulary/", views.VocabularyView.as_view(), name="vocabulary"),
    path("", include(router.urls)),
]
