"""Shared parts of the apps' admin pages."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.jobs.queues import wake_on_commit

SHOP_FILTER = ("shop", admin.RelatedOnlyFieldListFilter)


class ReadOnlyAdmin(ModelAdmin):
    """An admin page of rows that only the product itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class JobAdmin(ReadOnlyAdmin):
    """Jobs; failed ones can be retried, which wakes `tasks`."""

    actions = ("retry",)
    tasks: tuple[str, ...] = ()

    @admin.action(description="Retry the selected")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            # By ids, because a queryset with joins cannot be updated.
            selected = list(queryset.values_list("pk", flat=True))
            count = self.model._default_manager.filter(pk__in=selected, state="failed").request()
            for task in self.tasks:
                wake_on_commit(task)
        messages.success(request, f"{count} will be retried.")
