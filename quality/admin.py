"""Admin pages of photo quality."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest

from core.admin import SHOP_FILTER, ReadOnlyAdmin
from core.jobs.queues import wake_on_commit
from quality.jobs import queues
from quality.models import Comparison, Enhancement, Policy, Report


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("shop", "gate", "profile", "updated_at")
    list_filter = ("gate", "profile")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)


class JobAdmin(ReadOnlyAdmin):
    """Jobs; failed ones can be retried, which wakes `tasks`."""

    actions = ("retry",)
    tasks: tuple[str, ...] = (queues.BULK, queues.INTERACTIVE)

    @admin.action(description="Retry the selected")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            # By ids, because a queryset with joins cannot be updated.
            selected = list(queryset.values_list("pk", flat=True))
            count = self.model._default_manager.filter(pk__in=selected, state="failed").request()
            for task in self.tasks:
                wake_on_commit(task)
        messages.success(request, f"{count} will be retried.")


@admin.register(Report)
class ReportAdmin(JobAdmin):
    list_display = ("image", "shop", "state", "score", "verdict", "profile", "passed")
    list_filter = ("state", "verdict", "passed", "profile", SHOP_FILTER)
    list_select_related = ("shop", "image")
    search_fields = ("image__name", "image__id")


@admin.register(Comparison)
class ComparisonAdmin(JobAdmin):
    list_display = ("id", "shop", "state", "stage", "enhancement_level", "took_ms", "created_at")
    list_filter = ("state", SHOP_FILTER)
    list_select_related = ("shop",)


@admin.register(Enhancement)
class EnhancementAdmin(JobAdmin):
    list_display = ("id", "shop", "state", "standing", "stage", "level", "took_ms", "created_at")
    list_filter = ("state", "standing", SHOP_FILTER)
    list_select_related = ("shop",)
