"""Admin pages of images, their thumbnails, and photos by link."""

from typing import Any

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from catalog.facts.contradictions import (
    FACETS,
    confirm_statements,
    narrow_to_contradictions,
)
from catalog.models import Image, IndexEntry, PhotoFetch, Thumbnails
from catalog.models.fetches import FETCHES
from catalog.models.thumbnails import THUMBNAIL_WIDTHS, THUMBNAILS
from catalog.services import clear_image, delete_image, retry_images
from core.admin import SHOP_FILTER, JobAdmin


class ContradictionFilter(admin.SimpleListFilter):
    """Images whose photos contradict what the shop states, until it is reviewed."""

    title = "contradicted by the photo"
    parameter_name = "contradicts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(facet, facet) for facet in FACETS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in FACETS:
            return queryset
        return narrow_to_contradictions(queryset, [str(self.value())])


@admin.register(Image)
class ImageAdmin(ModelAdmin):
    list_display = (
        *("thumbnail", "name", "shop", "category", "colour", "seen"),
        *("index_state", "status", "created_at"),
    )
    list_display_links = ("thumbnail", "name")
    list_filter = ("entries__state", "status", ContradictionFilter, SHOP_FILTER, "availability")
    list_select_related = ("shop", "category", "facts", "thumbnails")
    list_per_page = 50
    search_fields = ("name", "sku", "id")
    actions = ("retry_indexing", "clear", "confirm")
    fields = (
        *("thumbnail", "shop", "product", "index_state", "seen"),
        *("name", "category", "brand", "sku", "price", "currency", "availability", "colour"),
        *("status", "source_url", "width", "height", "version", "created_at", "updated_at"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .live()
            .prefetch_related(Prefetch("entries", IndexEntry.objects.live().defer("embedding")))
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Photos enter through the API only, which checks and normalises them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are changed with the product, which copies them here."""
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Need no right to delete an image's jobs as well, which nobody has: a worker does it."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Image) -> None:
        delete_image(image=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for image in queryset:
            delete_image(image=image)

    @admin.display(description="photo")
    def thumbnail(self, image: Image) -> str:
        return format_html(
            '<img src="{}" alt="" width="48" height="64" loading="lazy">',
            default_storage.url(image.find_thumbnails().get("small", image.photo.name)),
        )

    @admin.display(description="seen in the photo", empty_value="not looked at")
    def seen(self, image: Image) -> str | None:
        facts = image.find_facts()
        return facts and str(facts)

    @admin.display(description="index")
    def index_state(self, image: Image) -> str:
        return ", ".join(
            f"{entry.state} ({entry.get_reason_display()})" if entry.reason else entry.state
            for entry in image.entries.all()
        )

    @admin.action(description="Index the chosen images again")
    def retry_indexing(self, request: HttpRequest, queryset: Any) -> None:
        count = retry_images(images=list(queryset))
        messages.success(request, f"{count} images will be indexed again.")

    @admin.action(description="Clear the chosen images that are held")
    def clear(self, request: HttpRequest, queryset: Any) -> None:
        held = list(queryset.filter(status=Image.Status.HELD))
        for image in held:
            clear_image(image=image)
        messages.success(request, f"{len(held)} images were cleared.")

    @admin.action(description="Confirm what the shop states of the chosen images")
    def confirm(self, request: HttpRequest, queryset: Any) -> None:
        count = confirm_statements(images=queryset)
        messages.success(request, f"{count} contradictions were reviewed.")


@admin.register(Thumbnails)
class ThumbnailsAdmin(JobAdmin):
    list_display = ("image", "shop", "state", "image_version", "updated_at")
    list_filter = ("state", SHOP_FILTER)
    list_select_related = ("shop", "image")
    search_fields = ("image__name", "image__id")
    exclude = tuple(THUMBNAIL_WIDTHS)
    tasks = (THUMBNAILS.task,)


@admin.register(PhotoFetch)
class PhotoFetchAdmin(JobAdmin):
    list_display = ("url", "shop", "state", "attempts", "problem", "image", "created_at")
    list_filter = ("state", SHOP_FILTER)
    list_select_related = ("shop", "image")
    search_fields = ("url", "image__id")
    tasks = (FETCHES.task,)
