"""What operators see of photo quality."""

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

    @admin.action(description="Try the chosen again")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            # By their ids: the list is joined with what it shows, which no update may be.
            chosen = list(queryset.values_list("pk", flat=True))
            count = self.model._default_manager.filter(pk__in=chosen, state="failed").request()
            for task in self.tasks:
                wake_on_commit(task)
        messages.success(request, f"{count} will be tried again.")


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
