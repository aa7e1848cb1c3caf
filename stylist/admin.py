"""Admin of the stylist: the state of jobs and outfits, but no messages of shoppers."""

from django.contrib import admin

from core.admin import SHOP_FILTER, JobAdmin, ReadOnlyAdmin
from stylist.models import Conversation, ImageTags, Outfit, WardrobeItem
from stylist.tagging.queues import IMAGES, WARDROBE


class GarmentTagsAdmin(JobAdmin):
    """Tagging jobs."""

    list_filter = ("state", "slot", SHOP_FILTER)
    tasks = (WARDROBE.task, IMAGES.task)


@admin.register(WardrobeItem)
class WardrobeItemAdmin(GarmentTagsAdmin):
    list_display = ("id", "shop", "shopper", "state", "slot", "kind", "encoder", "created_at")
    list_select_related = ("shop", "shopper")
    search_fields = ("id", "shopper__external_id")
    exclude = ("photo", "cutout", "embedding")


@admin.register(ImageTags)
class ImageTagsAdmin(GarmentTagsAdmin):
    list_display = ("image", "shop", "state", "slot", "kind", "encoder", "updated_at")
    list_select_related = ("shop", "image")
    search_fields = ("image__name", "image__id")
    exclude = ("embedding", "features")


@admin.register(Outfit)
class OutfitAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "shopper", "__str__", "total", "created_at")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop", "shopper")
    search_fields = ("id", "shopper__external_id")
    exclude = ("picture",)


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "shopper", "created_at", "updated_at")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop", "shopper")
    search_fields = ("id", "shopper__external_id")
    exclude = ("memory",)
