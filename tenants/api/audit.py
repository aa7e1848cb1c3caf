"""The audit log of a shop, for its owners."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.base import TenantViewSet
from tenants.models import MANAGE_SHOP, AuditEntry, Membership

ENTRY = {
    "id": "01a22443-5fc0-774a-b13d-d3c42c7b9a39",
    "action": "key.revoked",
    "result": "succeeded",
    "actor": "member",
    "actor_id": "01a22443-5fc0-774a-b13d-d3c5f5b99d76",
    "actor_email": "ada@shop.example",
    "target_type": "key",
    "target_id": "01a22443-5fc0-774a-b13d-d3c69b052753",
    "changes": [],
    "details": {},
    "request_id": "1486633d-a952-4dd2-bef8-418b3264e1d9",
    "network": "203.0.113.0/24",
    "created_at": "2026-11-28T09:30:00Z",
}


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """What a person did: a member, an operator of Atelier, or somebody unknown."""

    result = serializers.ChoiceField(choices=AuditEntry.EntryOutcome.choices, source="outcome")
    actor_email = serializers.SerializerMethodField(
        help_text="The address of the actor, while they are a member; null otherwise."
    )
    target_id = serializers.CharField(help_text="Empty if the action has no single target.")
    details = serializers.DictField(help_text="Values that explain the action, such as `role`.")

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "action",
            "result",
            "actor",
            "actor_id",
            "actor_email",
            "target_type",
            "target_id",
            "changes",
            "details",
            "request_id",
            "network",
            "created_at",
        )
        read_only_fields = fields

    def get_actor_email(self, entry: AuditEntry) -> str | None:
        emails: dict[Any, str] = self.context.get("emails", {})
        return emails.get(entry.actor_id)


class AuditEntryFilter(filters.FilterSet):
    action = filters.CharFilter(help_text="Such as `image.deleted`.")
    result = filters.ChoiceFilter(field_name="outcome", choices=AuditEntry.EntryOutcome.choices)
    actor = filters.UUIDFilter(field_name="actor_id", help_text="The id of a member.")
    since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


@extend_schema_view(
    list=extend_schema(
        summary="List what members and operators did, newest first",
        description="Every change that a member made with their own sign-in, and what operators "
        "did to the shop; not what the shop's systems do with keys. Names of changed fields are "
        "stored, values are not.",
        examples=[OpenApiExample("A revoked key", ENTRY, response_only=True)],
    )
)
@extend_schema(tags=["access"])
class AuditViewSet(ListModelMixin, TenantViewSet):
    """The audit log. Only owners read it, and nobody changes it."""

    read_scope = MANAGE_SHOP
    serializer_class = AuditEntrySerializer
    filterset_class = AuditEntryFilter

    def get_queryset(self) -> QuerySet[AuditEntry]:
        entries: QuerySet[AuditEntry] = AuditEntry.objects.all()
        return entries

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or ()
        context = {**self.get_serializer_context(), "emails": self._find_emails(page)}
        entries = AuditEntrySerializer(page, many=True, context=context)  # type: ignore[arg-type]
        return self.get_paginated_response(entries.data)

    def _find_emails(self, page: Sequence[AuditEntry]) -> dict[Any, str]:
        actors = {entry.actor_id for entry in page}
        members = Membership.objects.filter(shop=self.shop, user__in=actors)
        return dict(members.values_list("user_id", "user__email"))
