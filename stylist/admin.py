"""What operators see of the stylist: how the work stands, and nothing that shoppers said."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest

from catalog.admin import SHOP_FILTER, ReadOnlyAdmin
from stylist.models import Conversation, ImageTags, Outfit, WardrobeItem
from stylist.tasks import nudge_tagging, nudge_tagging_images


class GarmentTagsAdmin(ReadOnlyAdmin):
    """Garments that are tagged; what failed can be tried again."""

    list_filter = ("state", "slot", SHOP_FILTER)
    actions = ("retry",)

    @admin.action(description="Try the chosen again")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            # By their ids: the list is joined with what it shows, which no update may be.
            chosen = list(queryset.values_list("pk", flat=True))
            count = self.model._default_manager.filter(pk__in=chosen, state="failed").request()
            nudge_tagging()
            nudge_tagging_images()
        messages.success(request, f"{count} will be tried again.")


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
