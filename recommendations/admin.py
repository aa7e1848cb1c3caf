"""What operators see of what was asked."""

from __future__ import annotations

from django.contrib import admin

from catalog.admin import SHOP_FILTER, ReadOnlyAdmin
from recommendations.models import Prompt


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
