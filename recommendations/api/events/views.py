"""What shoppers did: told in bulk, listed, and from then on part of every answer."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE
from core.api.parsers import JSONParser
from recommendations.api.events.serializers import (
    EventBatchInput,
    EventInput,
    EventSerializer,
    ReceiptSerializer,
    receipt_of,
)
from recommendations.feedback.events import NewEvent, record_events
from recommendations.models import Event
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

# Stand-ins, in the API's description, for an image and an answer of the reader's own.
RECOMMENDATION = "019aa000-0000-7000-8000-000000000002"
LIKE = {"event_id": "web-7f3a-1", "kind": "like", "image": IMAGE, "shopper": "customer-17"}
CLICK = {
    "event_id": "web-7f3a-2",
    "kind": "click",
    "image": IMAGE,
    "session": "s-90210",
    "recommendation": RECOMMENDATION,
}


class EventFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Event.Kind.choices)
    image = filters.UUIDFilter(field_name="image_id")
    shopper = filters.CharFilter(field_name="shopper__external_id", help_text="Your own id.")
    recommendation = filters.UUIDFilter(field_name="prompt_id")


@extend_schema_view(list=extend_schema(summary="List events, in the order of their arrival"))
@extend_schema(tags=["shoppers"])
class EventViewSet(mixins.ListModelMixin, TenantViewSet):
    read_scope = Scope.CATALOG_READ
    # A shop's own pages send events, and have a key that may only ask.
    write_scope = Scope.RECOMMEND
    serializer_class = EventSerializer
    filterset_class = EventFilter
    # A batch is nested, which forms cannot say.
    parser_classes = (JSONParser,)

    def get_queryset(self) -> QuerySet[Event]:
        events: QuerySet[Event] = Event.objects.select_related("shopper")
        return events

    @extend_schema(
        summary="Tell what shoppers did",
        description="One event, or up to 1,000 as `events`. An event whose `event_id` was sent "
        "before counts as a duplicate and changes nothing. In a batch a bad event is rejected "
        "alone; a single bad one answers 400.",
        request=PolymorphicProxySerializer(
            component_name="EventsInput",
            serializers=[EventInput, EventBatchInput],
            resource_type_field_name=None,
        ),
        responses={202: ReceiptSerializer},
        examples=[
            OpenApiExample("A like", LIKE, request_only=True),
            OpenApiExample("A batch", {"events": [LIKE, CLICK]}, request_only=True),
            OpenApiExample(
                "What became of a batch",
                {
                    "accepted": 1,
                    "duplicates": 0,
                    "rejected": [
                        {
                            "index": 1,
                            "event_id": "web-7f3a-2",
                            "code": "unknown_image",
                            "detail": "image: There is no such image.",
                        }
                    ],
                },
                response_only=True,
            ),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        body: Any = request.data
        is_batch = isinstance(body, dict) and "events" in body
        receipt = self._take_batch(body) if is_batch else self._take_one(body)
        return Response(ReceiptSerializer(receipt).data, status.HTTP_202_ACCEPTED)

    def _take_batch(self, body: dict[str, Any]) -> dict[str, Any]:
        batch = EventBatchInput(data=body)
        batch.is_valid(raise_exception=True)
        receipt = record_events(shop=self.shop, events=batch.good())
        return receipt_of(body["events"], receipt, batch.bad())

    def _take_one(self, body: Any) -> dict[str, Any]:
        event = EventInput(data=body)
        event.is_valid(raise_exception=True)
        receipt = record_events(shop=self.shop, events={0: NewEvent(**event.validated_data)})
        if refusal := receipt.refused.get(0):
            raise ValidationError({refusal.field: [refusal.detail]}, code=refusal.code)
        return receipt_of([body], receipt, {})
