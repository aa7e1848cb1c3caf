"""The admin pages of catalogues and their indexes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Count, F, Prefetch, Q
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from catalog.facts.contradictions import (
    FACETS,
    confirm_statements,
    narrow_to_contradictions,
)
from catalog.models import (
    AgeGroup,
    AgeGroupAlias,
    Category,
    CategoryAlias,
    Image,
    IndexEntry,
    PhotoFetch,
    Style,
    StyleAlias,
    Thumbnails,
    VectorIndex,
)
from catalog.models.fetches import FETCHES
from catalog.models.thumbnails import THUMBNAIL_WIDTHS, THUMBNAILS
from catalog.services import clear_image, delete_image, request_rebuild, retry_images
from catalog.taxonomy.aliases import AliasUnusable, check_aliases
from catalog.taxonomy.tree import CategoryMisplaced, check_place, select_path
from catalog.vocabulary.name_keys import make_key
from core.admin import SHOP_FILTER, JobAdmin, ReadOnlyAdmin
from core.ml.vector_store import VectorStoreUnavailable


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
    raw_id_fields = ("category", "age_group", "styles")
    readonly_fields = (
        *("thumbnail", "shop", "index_state", "seen"),
        *("width", "height", "version", "created_at", "updated_at"),
    )
    actions = ("retry_indexing", "clear", "confirm")
    fields = (
        *("thumbnail", "shop", "index_state", "seen"),
        *("name", "description", "category", "styles"),
        *("age_group", "brand", "sku", "item_group_id", "price", "currency", "availability"),
        *("link", "colour", "gender", "attributes", "status"),
        *("width", "height", "version", "created_at", "updated_at"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .live()
            .defer("search")
            .prefetch_related(Prefetch("entries", IndexEntry.objects.live().defer("embedding")))
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Photos enter through the API only, which checks and normalises them."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        retry_images(images=[form.instance])

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


# The forms of Django cannot be subscripted at run time, as their types ask for.
class AliasForm(forms.ModelForm):  # type: ignore[type-arg]
    """An alias of a facet value, which belongs to the value's shop, or to all shops."""

    def clean_text(self) -> str:
        facet, text = self.instance.facet, str(self.cleaned_data["text"])
        self.instance.shop_id, self.instance.key = facet.shop_id, make_key(text)
        try:
            check_aliases(model=type(facet), shop_id=facet.shop_id, facet=facet, texts=[text])
        except AliasUnusable as error:
            raise ValidationError(error.message, code=error.code) from error
        others = self._meta.model._default_manager.exclude(pk=self.instance.pk)
        if others.filter(shop_id=facet.shop_id, key=self.instance.key).exists():
            raise ValidationError("This is an alias already.", code="unique")
        return text


class AliasInline(TabularInline):
    form = AliasForm
    fields = ("text",)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the aliases that belong to the value's owner, not a shop's of a default value."""
        return (
            super()
            .get_queryset(request)
            .filter(Q(shop=F("facet__shop")) | Q(facet__shop=None, shop=None))
        )


class CategoryAliasInline(AliasInline):
    model = CategoryAlias


class StyleAliasInline(AliasInline):
    model = StyleAlias


class AgeGroupAliasInline(AliasInline):
    model = AgeGroupAlias


class FacetAdmin(ModelAdmin):
    list_display: tuple[str, ...] = ("name", "shop", "description")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop",)
    search_fields = ("name", "aliases__text")
    raw_id_fields: tuple[str, ...] = ("shop",)


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> Any:
        fields = super().clean() or self.cleaned_data
        self.instance.shop = fields.get("shop")
        try:
            check_place(category=self.instance, parent=fields.get("parent"))
        except CategoryMisplaced as error:
            self.add_error("parent", ValidationError(error.message, code=error.code))
        return fields


@admin.register(Category)
class CategoryAdmin(FacetAdmin):
    form = CategoryForm
    list_display = ("name", "path", "shop", "description")
    raw_id_fields = ("shop", "parent")
    inlines = (CategoryAliasInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(path=select_path("catalog_category.id"))

    @admin.display(description="place in the tree")
    def path(self, category: Any) -> str:
        return " › ".join(category.path)


@admin.register(Style)
class StyleAdmin(FacetAdmin):
    inlines = (StyleAliasInline,)


@admin.register(AgeGroup)
class AgeGroupAdmin(FacetAdmin):
    inlines = (AgeGroupAliasInline,)


@admin.register(VectorIndex)
class VectorIndexAdmin(ReadOnlyAdmin):
    list_display = (
        *("shop", "encoder", "revision", "state", "is_complete", "audited_at"),
        *("waiting", "failed", "node"),
    )
    list_filter = ("state", "is_complete", "encoder", "node")
    list_select_related = ("shop",)
    search_fields = ("shop__name", "collection")
    actions = ("rebuild_collections",)

    def get_queryset(self, request: HttpRequest) -> Any:
        entries = IndexEntry.State
        indexes = super().get_queryset(request)
        waiting = Q(indexentry__state__in=(entries.PENDING, entries.REMOVING))
        return indexes.annotate(
            waiting_count=Count("pk", filter=waiting),
            failed_count=Count("pk", filter=Q(indexentry__state=entries.FAILED)),
        )

    @admin.display(ordering="waiting_count")
    def waiting(self, index: Any) -> int:
        return int(index.waiting_count)

    @admin.display(ordering="failed_count")
    def failed(self, index: Any) -> int:
        return int(index.failed_count)

    @admin.action(description="Build the vector store again", permissions=["view"])
    def rebuild_collections(self, request: HttpRequest, queryset: Any) -> None:
        try:
            for index in queryset.filter(state=VectorIndex.State.LIVE):
                request_rebuild(shop=index.shop)
        except VectorStoreUnavailable as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "The chosen indexes are being built; the old ones answer.")
