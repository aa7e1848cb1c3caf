"""Admin pages of prompts, events, steering and figures."""

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from core.admin import SHOP_FILTER, ReadOnlyAdmin
from recommendations.models import (
    Event,
    Experiment,
    ImagePopularity,
    Preferences,
    Prompt,
    PromptFigures,
    RankingSettings,
    Replay,
    Rule,
    ShopFigures,
    Watermark,
)
from recommendations.replays.requests import ReplayEnded, cancel_replay


@admin.register(Prompt)
class PromptAdmin(ReadOnlyAdmin):
    list_display = ("prompt", "shop", "found", "best_match", "milliseconds", "created_at")
    list_filter = (SHOP_FILTER, "created_at")
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
    """Shops create rules through the API, which validates them; operators can switch them off."""

    list_display = ("name", "shop", "action", "strength", "starts_at", "ends_at", "is_active")
    list_filter = ("action", "is_active", SHOP_FILTER)
    search_fields = ("name", "id")
    actions = ("switch_off",)

    @admin.action(description="Switch off the chosen rules", permissions=["view"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        count = queryset.filter(is_active=True).update(is_active=False)
        messages.success(request, f"{count} rules switched off.")


@admin.register(RankingSettings)
class RankingSettingsAdmin(ReadOnlyAdmin):
    list_display = ("shop", "weights", "updated_at")
    search_fields = ("shop__name",)


@admin.register(Experiment)
class ExperimentAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "share", "started_at", "ended_at")
    list_filter = (SHOP_FILTER, "started_at")
    search_fields = ("name", "id")


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    """Shops start replays through the API; operators can end one that takes too long."""

    list_display = ("id", "shop", "state", "number_of_prompts", "created_at", "finished_at")
    list_filter = ("state", SHOP_FILTER, "created_at")
    list_select_related = ("shop",)
    search_fields = ("id",)
    actions = ("cancel",)

    @admin.action(description="Cancel the chosen replays", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: Any) -> None:
        count = 0
        for replay in queryset.filter(state=Replay.State.PENDING):
            with suppress(ReplayEnded):
                cancel_replay(replay=replay)
                count += 1
        messages.success(request, f"{count} replays cancelled.")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Events are deleted with their image; operators can delete fake events."""

    list_display = ("kind", "image", "shopper", "position", "shop", "occurred_at", "created_at")
    list_filter = ("kind", SHOP_FILTER, "created_at")
    list_select_related = ("shop", "image", "shopper")
    search_fields = ("event_id", "shopper__external_id")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(Preferences)
class PreferencesAdmin(ReadOnlyAdmin):
    list_display = ("shopper", "shop", "budget_min", "budget_max", "text", "updated_at")
    list_filter = (SHOP_FILTER,)
    search_fields = ("shopper__external_id",)


@admin.register(ShopFigures)
class ShopFiguresAdmin(ReadOnlyAdmin):
    list_display = ("day", "shop", "searches", "no_match", "answers_clicked", "purchases")
    list_filter = (SHOP_FILTER, "day")
    search_fields = ("shop__name",)


@admin.register(PromptFigures)
class PromptFiguresAdmin(ReadOnlyAdmin):
    list_display = ("text", "day", "shop", "asked", "no_match", "clicked")
    list_filter = (SHOP_FILTER, "day")
    search_fields = ("text",)
    show_full_result_count = False


@admin.register(ImagePopularity)
class ImagePopularityAdmin(ReadOnlyAdmin):
    list_display = ("image", "shop", "score")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop", "image")
    search_fields = ("image__name", "image__id")
    ordering = ("-score",)
    show_full_result_count = False


@admin.register(Watermark)
class WatermarkAdmin(ReadOnlyAdmin):
    """Shows whether the roll-up is running."""

    list_display = ("counted_at", "prompts", "events")
