"""Shared parts of the apps' admin pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

SHOP_FILTER = ("shop", admin.RelatedOnlyFieldListFilter)


class ReadOnlyAdmin(ModelAdmin):
    """An admin page of rows that only the product itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
