"""Admin pages of feeds, and of their imports as they progress."""

from django.contrib import admin

from catalog.models import Feed, ImportJob, ImportProblem
from catalog.models.imports import IMPORTS
from core.admin import SHOP_FILTER, JobAdmin, ReadOnlyAdmin


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "url", "interval_minutes", "next_due_at", "vanished")
    list_filter = ("vanished", SHOP_FILTER)
    list_select_related = ("shop",)
    list_per_page = 50
    search_fields = ("name", "url")


@admin.register(ImportJob)
class ImportJobAdmin(JobAdmin):
    list_display = (
        *("id", "shop", "source", "state", "stage", "rows_read", "created_count"),
        *("updated_count", "unchanged_count", "failed_count", "vanished_count", "created_at"),
    )
    list_filter = ("state", "stage", "is_dry_run", SHOP_FILTER)
    list_select_related = ("shop",)
    list_per_page = 50
    search_fields = ("source", "url")
    tasks = (IMPORTS.task,)


@admin.register(ImportProblem)
class ImportProblemAdmin(ReadOnlyAdmin):
    list_display = ("row", "column", "value", "code", "detail", "job", "shop")
    list_filter = ("code", SHOP_FILTER)
    list_select_related = ("job", "shop")
    list_per_page = 100
    search_fields = ("job__id", "column", "value")
