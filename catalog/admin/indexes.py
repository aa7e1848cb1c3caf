"""Admin pages of vector indexes."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest

from catalog.models import IndexEntry, VectorIndex
from catalog.services import request_rebuild
from core.admin import ReadOnlyAdmin
from core.ml.vector_store import VectorStoreUnavailable


@admin.register(VectorIndex)
class VectorIndexAdmin(ReadOnlyAdmin):
    list_display = (
        *("shop", "encoder", "revision", "state", "is_complete", "audited_at"),
        *("waiting", "failed", "place"),
    )
    list_filter = ("state", "is_complete", "encoder", "node")
    list_select_related = ("shop",)
    search_fields = ("shop__name", "collection")
    actions = ("rebuild_collections",)

    def get_queryset(self, request: HttpRequest) -> Any:
        entries = IndexEntry.State
        indexes = super().get_queryset(request)
        waiting = Q(indexentry__state__in=(entries.PENDING, entries.REMOVING))
        return indexes.annotate(
            waiting_count=Count("pk", filter=waiting),
            failed_count=Count("pk", filter=Q(indexentry__state=entries.FAILED)),
        )

    @admin.display(ordering="waiting_count")
    def waiting(self, index: Any) -> int:
        return int(index.waiting_count)

    @admin.display(ordering="failed_count")
    def failed(self, index: Any) -> int:
        return int(index.failed_count)

    @admin.display(ordering="node", description="node")
    def place(self, index: Any) -> str:
        is_moved = index.next_node not in ("", index.node)
        return f"{index.node} → {index.next_node}" if is_moved else str(index.node)

    @admin.action(description="Build the vector store again", permissions=["view"])
    def rebuild_collections(self, request: HttpRequest, queryset: Any) -> None:
        try:
            for index in queryset.filter(state=VectorIndex.State.LIVE):
                request_rebuild(shop=index.shop)
        except VectorStoreUnavailable as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The chosen indexes are being built; the old ones answer.")
