"""Admin pages of products and their variants."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from catalog.models import Product, Variant
from catalog.products.search_copy import copy_to_images
from catalog.services import delete_product
from core.admin import SHOP_FILTER
from core.tenancy import shop_scope


class VariantInline(TabularInline):
    model = Variant
    fields = (
        *("position", "sku", "size", "size_system", "colour", "price", "sale_price"),
        *("currency", "availability", "stock", "link"),
    )
    extra = 0


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    list_display = ("external_id", "name", "shop", "category", "brand", "status", "updated_at")
    list_display_links = ("external_id", "name")
    list_filter = ("status", SHOP_FILTER)
    list_select_related = ("shop", "category")
    list_per_page = 50
    search_fields = ("external_id", "name", "variants__sku")
    autocomplete_fields = ("category", "age_group", "styles")
    readonly_fields = ("shop", "external_id", "source", "created_at", "updated_at")
    fields = (
        *("shop", "external_id", "name", "description", "category", "styles", "age_group"),
        *("brand", "gender", "link", "attributes", "status", "source", "created_at", "updated_at"),
    )
    inlines = (VariantInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Products enter through the API, which knows the shop."""
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Need no right to delete a product's variants and fetches as well."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for variant in formset.save(commit=False):
            variant.shop_id = form.instance.shop_id
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        product = form.instance
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            with shop_scope(product.shop_id):
                copy_to_images(product.shop_id, [product.pk])

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        delete_product(product=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for product in queryset:
            delete_product(product=product)
