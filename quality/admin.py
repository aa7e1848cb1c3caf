"""What operators see of photo quality."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest

from core.admin import SHOP_FILTER, ReadOnlyAdmin
from quality.models import Comparison, Enhancement, Policy, Report
from quality.tasks import nudge_bulk, nudge_requests


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("shop", "gate", "profile", "updated_at")
    list_filter = ("gate", "profile")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)


class JobAdmin(ReadOnlyAdmin):
    """Work on photos; what failed can be tried again, of which the `nudges` tell the workers."""

    actions = ("retry",)
    nudges: tuple[Callable[[], None], ...] = (nudge_bulk, nudge_requests)

    @admin.action(description="Try the chosen again")
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            # By their ids: the list is joined with what it shows, which no update may be.
            chosen = list(queryset.values_list("pk", flat=True))
            count = self.model._default_manager.filter(pk__in=chosen, state="failed").request()
            for nudge in self.nudges:
                nudge()
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
