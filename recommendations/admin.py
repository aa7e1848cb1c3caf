"""Admin pages of prompts, events, steering and figures."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.decorators import action as unfold_action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from catalog.feeds.errors import FeedUnreadable
from core.admin import SHOP_FILTER, ReadOnlyAdmin
from core.tenancy import shop_scope
from recommendations.models import (
    AffinityState,
    CommonPrompt,
    Event,
    Experiment,
    ImagePopularity,
    Preferences,
    ProductAffinity,
    Prompt,
    PromptFigures,
    RankingSettings,
    RelatedSearches,
    Replay,
    Rule,
    ShopFigures,
    Synonym,
    SynonymSuggestion,
    Watermark,
)
from recommendations.replays.requests import ReplayEnded, cancel_replay
from recommendations.steering.synonym_files import read_synonym_file, write_csv, write_json_lines
from recommendations.steering.synonyms import import_synonyms
from tenants.models import Shop

MAX_SHOWN_PROBLEMS = 10


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


class SynonymFileForm(forms.Form):
    """A file of synonyms, and whose they are."""

    shop = forms.ModelChoiceField(
        queryset=Shop.objects.all(),
        widget=UnfoldAdminTextInputWidget,
        help_text="The id of the shop.",
    )
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV with the columns phrase, meaning and is_two_way, or JSON Lines.",
    )

    def clean(self) -> None:
        """Read the file; raise `ValidationError` for one that is no file of synonyms."""
        if "file" in self.cleaned_data:
            try:
                self.rows, self.problems = read_synonym_file(self.cleaned_data["file"])
            except FeedUnreadable as error:
                raise forms.ValidationError(error.message) from error


@admin.register(Synonym)
class SynonymAdmin(ReadOnlyAdmin):
    """Shops change their synonyms through the API, which limits and validates them.

    Operators import and export files of them, under the same limits.
    """

    actions_list = ("import_file",)
    list_display = ("phrase", "meaning", "is_two_way", "shop", "updated_at")
    list_filter = (SHOP_FILTER, "is_two_way")
    list_select_related = ("shop",)
    search_fields = ("phrase", "meaning", "id")
    actions = ("export_csv", "export_json_lines")
    show_full_result_count = False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommendations.change_synonym")

    @unfold_action(  # type: ignore[untyped-decorator] # unfold has no types here
        description="Import a file",
        url_path="import",
        permissions=["import"],
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        form = SynonymFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            shop = form.cleaned_data["shop"]
            with shop_scope(shop.pk):
                outcome = import_synonyms(shop=shop, rows=form.rows)
            failed = [*form.problems, *outcome.problems]
            messages.success(request, f"{outcome.created} added, {outcome.updated} changed.")
            for problem in failed[:MAX_SHOWN_PROBLEMS]:
                messages.warning(request, f"Row {problem.row}: {problem.detail}")
            return redirect("admin:recommendations_synonym_changelist")
        context = self.admin_site.each_context(request) | {
            "form": form,
            "title": "Import synonyms",
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/synonym_import.html", context)

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return _send_file(write_csv(queryset), "text/csv", "synonyms.csv")

    @admin.action(description="Export as JSON Lines", permissions=["view"])
    def export_json_lines(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return _send_file(write_json_lines(queryset), "application/x-ndjson", "synonyms.jsonl")


@admin.register(SynonymSuggestion)
class SynonymSuggestionAdmin(ReadOnlyAdmin):
    list_display = ("phrase", "meaning", "shoppers", "shop", "computed_at")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop",)
    search_fields = ("phrase", "meaning")


@admin.register(CommonPrompt)
class CommonPromptAdmin(ReadOnlyAdmin):
    list_display = ("text", "askers", "shop", "computed_at")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop",)
    search_fields = ("text",)


@admin.register(RelatedSearches)
class RelatedSearchesAdmin(ReadOnlyAdmin):
    list_display = ("text", "related", "shop", "computed_at")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop",)
    search_fields = ("text",)


def _send_file(text: str, media_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{media_type}; charset=utf-8", headers=headers)


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


@admin.register(ProductAffinity)
class ProductAffinityAdmin(ReadOnlyAdmin):
    list_display = ("product", "shop", "orders", "shoppers", "has_vector")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop", "product")
    search_fields = ("product__name", "product__external_id")
    exclude = ("vector",)
    show_full_result_count = False

    @admin.display(boolean=True)
    def has_vector(self, row: ProductAffinity) -> bool:
        return row.vector is not None


@admin.register(AffinityState)
class AffinityStateAdmin(ReadOnlyAdmin):
    """Shows when affinity was computed, and from how many orders and shoppers."""

    list_display = ("shop", "orders", "shoppers", "updated_at", "computed_at", "claimed_until")
    exclude = ("gram",)


@admin.register(Watermark)
class WatermarkAdmin(ReadOnlyAdmin):
    """Shows whether the roll-up is running."""

    list_display = ("counted_at", "prompts", "events")
