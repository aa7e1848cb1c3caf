"""Admin pages of near-duplicates, and of the hashes that find them."""

from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from catalog.duplicates.decisions import PairDecided, dismiss_pair, merge_pair
from catalog.models import DuplicatePair, Image, PhotoHash
from catalog.models.duplicates import PHOTO_HASHES
from catalog.products.merge import SkuClash
from core.admin import SHOP_FILTER, JobAdmin
from core.tenancy import shop_scope


@admin.register(DuplicatePair)
class DuplicatePairAdmin(ModelAdmin):
    list_display = (
        *("first_photo", "second_photo", "names", "shop", "distance", "similarity"),
        *("dismissed_at", "created_at"),
    )
    list_display_links = ("first_photo", "second_photo")
    list_filter = (("dismissed_at", admin.EmptyFieldListFilter), SHOP_FILTER)
    list_select_related = ("shop", "first__thumbnails", "second__thumbnails")
    list_per_page = 50
    search_fields = ("first__name", "second__name", "first__id", "second__id")
    actions = ("merge", "dismiss")
    fields = ("shop", "first", "second", "distance", "similarity", "dismissed_at", "created_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).current()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A worker finds them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are merged or dismissed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The next comparison would find them again."""
        return False

    @admin.display(description="older photo")
    def first_photo(self, pair: DuplicatePair) -> str:
        return _show(pair.first)

    @admin.display(description="newer photo")
    def second_photo(self, pair: DuplicatePair) -> str:
        return _show(pair.second)

    @admin.display(description="names")
    def names(self, pair: DuplicatePair) -> str:
        return " / ".join(dict.fromkeys((pair.first.name, pair.second.name)))

    @admin.action(description="Merge the chosen pairs: keep the older photo and its product")
    def merge(self, request: HttpRequest, queryset: Any) -> None:
        count = 0
        for pair in queryset.filter(dismissed_at=None):
            with shop_scope(pair.shop_id):
                try:
                    merge_pair(pair=pair, keep=pair.first_id)
                    count += 1
                except (SkuClash, PairDecided) as error:
                    messages.warning(request, f"{pair.first.name}: {error.message}")
        messages.success(request, f"{count} pairs were merged.")

    @admin.action(description="Dismiss the chosen pairs: the photos are of two products")
    def dismiss(self, request: HttpRequest, queryset: Any) -> None:
        pairs = list(queryset.filter(dismissed_at=None))
        for pair in pairs:
            dismiss_pair(pair=pair)
        messages.success(request, f"{len(pairs)} pairs were dismissed.")


def _show(image: Image) -> str:
    return format_html(
        '<img src="{}" alt="" width="48" height="64" loading="lazy">',
        default_storage.url(image.find_thumbnails().get("small", image.photo.name)),
    )


@admin.register(PhotoHash)
class PhotoHashAdmin(JobAdmin):
    list_display = ("image", "shop", "state", "image_version", "problem", "updated_at")
    list_filter = ("state", SHOP_FILTER)
    list_select_related = ("shop", "image")
    search_fields = ("image__name", "image__id")
    tasks = (PHOTO_HASHES.task,)
