from django.urls import include, path
from rest_framework.routers import SimpleRouter

from stylist.api import conversations, messages, outfits, shop_settings, wardrobes

router = SimpleRouter()
router.register(
    r"shoppers/(?P<external_id>[^/\x00]+)/wardrobe", wardrobes.WardrobeViewSet, "wardrobe-item"
)
router.register("conversations", conversations.ConversationViewSet, "conversation")

urlpatterns = [
    path(
        "shoppers/<str:external_id>/outfits/",
        outfits.ShopperOutfitsView.as_view(),
        name="shopper-outfits",
    ),
    path(
        "shoppers/<str:external_id>/purchases/",
        wardrobes.PurchasesView.as_view(),
        name="shopper-purchases",
    ),
    path(
        "shoppers/<str:external_id>/conversations/",
        conversations.ShopperConversationsView.as_view(),
        name="shopper-conversations",
    ),
    path("conversations/<uuid:pk>/messages/", messages.MessagesView.as_view(), name="messages"),
    path("stylist/model/", shop_settings.ModelView.as_view(), name="stylist-model"),
    path("images/<uuid:pk>/outfits/", outfits.LookView.as_view(), name="look"),
    path(
        "outfits/<uuid:pk>/feedback/", outfits.OutfitFeedbackView.as_view(), name="outfit-feedback"
    ),
    path("stylist/vocabulary/", shop_settings.VocabularyView.as_view(), name="vocabulary"),
    path("", include(router.urls)),
]
