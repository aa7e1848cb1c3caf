"""What operators see of what was asked, and of how shops steer their rankings."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from catalog.admin import SHOP_FILTER, ReadOnlyAdmin
from recommendations.models import Experiment, Prompt, RankingSettings, Rule


@admin.register(Prompt)
class PromptAdmin(ReadOnlyAdmin):
    list_display = ("prompt", "shop", "found", "best_match", "milliseconds", "created_at")
    list_filter = (SHOP_FILTER, "created_at")
    list_select_related = ("shop",)
    search_fields = ("prompt", "id")
    show_full_result_count = False

    @admin.display
    def found(self, prompt: Prompt) -> int:
        return len(prompt.results)

    @admin.display
    def best_match(self, prompt: Prompt) -> str:
        return (prompt.results[0]["match"] or "") if prompt.results else "nothing found"

    @admin.display
    def milliseconds(self, prompt: Prompt) -> float:
        return float(prompt.timings_ms["total"])


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    """Shops make rules by the API, which checks them; operators switch off what does harm."""

    list_display = ("name", "shop", "action", "strength", "starts_at", "ends_at", "is_active")
    list_filter = ("action", "is_active", SHOP_FILTER)
    list_select_related = ("shop",)
    search_fields = ("name", "id")
    actions = ("switch_off",)

    @admin.action(description="Switch off the chosen rules", permissions=["view"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        count = queryset.filter(is_active=True).update(is_active=False)
        messages.success(request, f"{count} rules switched off.")


@admin.register(RankingSettings)
class RankingSettingsAdmin(ReadOnlyAdmin):
    list_display = ("shop", "weights", "updated_at")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)


@admin.register(Experiment)
class ExperimentAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "share", "started_at", "ended_at")
    list_filter = (SHOP_FILTER, "started_at")
    list_select_related = ("shop",)
    search_fields = ("name", "id")
