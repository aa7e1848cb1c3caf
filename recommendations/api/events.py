"""Events: record them in bulk, and list them."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.examples import IMAGE
from core.api.names import UnknownNames, check_value
from core.api.parsers import JSONParser
from core.api.throttling import find_address
from core.api.views import validate
from recommendations.feedback.events import NewEvent, Receipt, Refusal, record_events
from recommendations.feedback.shoppers import InvalidShopperId
from recommendations.models import Event
from tenants.api.authentication import Access
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import MAX_SHOPPER_ID_LENGTH, Scope, is_shopper_id

MAX_EVENTS, MAX_EVENTS_OF_PAGE = 1_000, 100
MAX_EVENT_ID_LENGTH = 100
MAX_MESSAGE_LENGTH = 300
MAX_AGE = timedelta(days=90)
MAX_POSITION = 32_767
# What a page may report: as it happens, and without a token only what is seen and clicked.
MAX_AGE_IN_PAGES = timedelta(days=1)
ANONYMOUS_KINDS = (Event.Kind.IMPRESSION, Event.Kind.CLICK)
TOKEN_REQUIRED = Refusal(
    "shopper",
    "shopper_token_required",
    "Without a shopper token, a publishable key reports only impressions and clicks of no shopper.",
)
UNKNOWN_SHOPPER = Refusal("shopper", "unknown_shopper", "There is no such shopper.")
TOO_OLD = Refusal("occurred_at", "too_old", "A publishable key reports events of the last day.")
# Placeholders in the API description for an image and an answer of the reader's shop.
RECOMMENDATION = "019aa000-0000-7000-8000-000000000002"
LIKE = {"event_id": "web-7f3a-1", "kind": "like", "image": IMAGE, "shopper": "customer-17"}
CLICK = {
    "event_id": "web-7f3a-2",
    "kind": "click",
    "image": IMAGE,
    "session": "s-90210",
    "recommendation": RECOMMENDATION,
}
REJECTION = {
    "index": 1,
    "event_id": "web-7f3a-2",
    "code": "unknown_image",
    "detail": "image: There is no such image.",
}


class EventInput(serializers.Serializer[Any]):
    event_id = serializers.CharField(
        max_length=MAX_EVENT_ID_LENGTH,
        help_text="An id of your choice: events with the same id count once.",
    )
    kind = serializers.ChoiceField(choices=Event.Kind.choices)
    image = serializers.UUIDField()
    shopper = serializers.CharField(
        default="",
        allow_blank=True,
        allow_null=True,
        max_length=MAX_SHOPPER_ID_LENGTH,
        trim_whitespace=False,
        help_text="Your own id of the shopper, who is added if they are new.",
    )
    session = serializers.CharField(default="", allow_blank=True, allow_null=True, max_length=100)
    recommendation = serializers.UUIDField(
        default=None, allow_null=True, help_text="The id of the answer that showed the image."
    )
    position = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=1,
        max_value=MAX_POSITION,
        help_text="The image's position in that answer, from 1; looked up if you omit it.",
    )
    occurred_at = serializers.DateTimeField(
        default=timezone.now,
        help_text=f"At most {MAX_AGE.days} days ago; now, if omitted or in the future.",
    )

    def validate_shopper(self, value: str | None) -> str:
        if value and not is_shopper_id(value):
            raise ValidationError(InvalidShopperId().message, code=InvalidShopperId.code)
        return value or ""

    def validate_session(self, value: str | None) -> str:
        return value or ""

    def validate_occurred_at(self, value: datetime) -> datetime:
        now = timezone.now()
        if value < now - MAX_AGE:
            raise ValidationError(f"This is more than {MAX_AGE.days} days ago.", code="too_old")
        return min(value, now)


class LenientList(serializers.ListSerializer[Any]):
    """Returns the error of an invalid item in its place, so that valid items are not lost."""

    checks_items = True

    def run_child_validation(self, data: Any) -> Any:
        try:
            check_value(self.child, data)
            return super().run_child_validation(data)
        except UnknownNames as error:
            return ValidationError(dict(error.messages), code=error.code)
        except ValidationError as error:
            return error


class EventBatchInput(serializers.Serializer[Any]):
    """Many events at once; an invalid event is rejected alone."""

    events = LenientList(child=EventInput(), max_length=MAX_EVENTS)

    def split(self) -> tuple[dict[int, NewEvent], dict[int, Refusal]]:
        """Return the valid events, and the errors of the others, both by number."""
        valid, invalid = {}, {}
        for number, item in enumerate(validate(self)["events"]):
            if isinstance(item, ValidationError):
                invalid[number] = _make_refusal(item)
            else:
                valid[number] = NewEvent(**item)
        return valid, invalid


class RejectionSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="The number of the event in the batch, from 0.")
    event_id = serializers.CharField(allow_null=True)
    code = serializers.CharField(help_text="Stable; meant for programs.")
    detail = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):
    """The result of recording events."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Events whose `event_id` was sent before.")
    rejected = RejectionSerializer(many=True)


class EventSerializer(serializers.ModelSerializer[Event]):
    image = serializers.UUIDField(source="image_id")
    shopper = serializers.CharField(source="shopper.external_id", allow_null=True)
    recommendation = serializers.UUIDField(source="prompt_id", allow_null=True)

    class Meta:
        model = Event
        fields = (
            "event_id",
            "kind",
            "image",
            "shopper",
            "session",
            "recommendation",
            "position",
            "occurred_at",
            "created_at",
        )
        read_only_fields = fields


class EventFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Event.Kind.choices)
    image = filters.UUIDFilter(field_name="image_id")
    shopper = filters.CharFilter(field_name="shopper__external_id", help_text="Your own id.")
    recommendation = filters.UUIDFilter(field_name="prompt_id")


@extend_schema_view(list=extend_schema(summary="List events, in order of arrival"))
@extend_schema(tags=["shoppers"])
class EventViewSet(mixins.ListModelMixin, TenantViewSet):
    read_scope = Scope.CATALOG_READ
    # A shop's own web pages send events with a publishable key.
    write_scope = Scope.RECOMMEND
    serializer_class = EventSerializer
    filterset_class = EventFilter
    # Batches are nested, which forms cannot express.
    parser_classes = (JSONParser,)

    def get_queryset(self) -> QuerySet[Event]:
        events: QuerySet[Event] = Event.objects.select_related("shopper")
        return events

    @extend_schema(
        summary="Record events",
        description="One event, or up to 1,000 as `events`. An event whose `event_id` was sent "
        "before counts as a duplicate and changes nothing. In a batch, an invalid event is "
        "rejected alone; a single invalid event returns 400. With a publishable key, at most 100 "
        "events of the last day; without a shopper token only impressions and clicks without a "
        "shopper, with one any events of its shopper.",
        request=PolymorphicProxySerializer(
            component_name="EventsInput",
            serializers=[EventInput, EventBatchInput],
            resource_type_field_name=None,
        ),
        responses={
            202: ReceiptSerializer,
            404: OpenApiResponse(description="The shopper is not that of the page's token."),
        },
        examples=[
            OpenApiExample("A like", LIKE, request_only=True),
            OpenApiExample("A batch", {"events": [LIKE, CLICK]}, request_only=True),
            OpenApiExample(
                "The result of a batch",
                {"accepted": 1, "duplicates": 0, "rejected": [REJECTION]},
                response_only=True,
            ),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        body: Any = request.data
        if isinstance(body, dict) and "events" in body:
            return self._create_batch(request, body)
        event = NewEvent(**validate(EventInput(data=body)))
        allowed = attribute_event(self.access, request, event)
        if isinstance(allowed, Refusal):
            raise _make_error(allowed)
        receipt = record_events(shop=self.shop, events={0: allowed})
        if refusal := receipt.refused.get(0):
            raise _make_error(refusal)
        return _render(receipt, [])

    def _create_batch(self, request: Request, body: dict[str, Any]) -> Response:
        valid, refused = EventBatchInput(data=body).split()
        if self.access.publishable_key and len(valid) + len(refused) > MAX_EVENTS_OF_PAGE:
            message = f"A publishable key sends at most {MAX_EVENTS_OF_PAGE} events at once."
            raise ValidationError({"events": [message]})
        events = {}
        for number, event in valid.items():
            allowed = attribute_event(self.access, request, event)
            if isinstance(allowed, Refusal):
                refused[number] = allowed
            else:
                events[number] = allowed
        receipt = record_events(shop=self.shop, events=events)
        rejected = [
            {
                "index": number,
                "event_id": _read_event_id(body["events"][number]),
                "code": refusal.code,
                "detail": str(refusal),
            }
            for number, refusal in sorted({**receipt.refused, **refused}.items())
        ]
        return _render(receipt, rejected)


def attribute_event(access: Access, request: Request, event: NewEvent) -> NewEvent | Refusal:
    """Return the event as the caller may send it, or why the caller may not.

    Secret keys and members may send everything.
    """
    if not access.publishable_key:
        return event
    if access.is_anonymous_visitor and (event.shopper or event.kind not in ANONYMOUS_KINDS):
        return TOKEN_REQUIRED
    if event.shopper and event.shopper != access.shopper:
        return UNKNOWN_SHOPPER
    if event.occurred_at < timezone.now() - MAX_AGE_IN_PAGES:
        return TOO_OLD
    address = find_address(request)
    # A page cannot use up the ids of events that the shop's server or another visitor will send.
    sender = access.shopper or event.session or address
    prefix = sha256(f"{access.publishable_key} {access.shopper!r} {sender}".encode()).hexdigest()
    return replace(
        event,
        event_id=f"page:{prefix[:16]}:{event.event_id}",
        shopper=access.shopper or "",
        address="" if access.shopper else address,
    )


def _make_error(refusal: Refusal) -> APIException:
    """Return the error with which a single event is refused."""
    if refusal == TOKEN_REQUIRED:
        return PermissionDenied(refusal.message, code=refusal.code)
    if refusal == UNKNOWN_SHOPPER:
        return NotFound(refusal.message)
    return ValidationError({refusal.field: [refusal.message]}, code=refusal.code)


def _render(receipt: Receipt, rejected: list[dict[str, Any]]) -> Response:
    body = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "rejected": rejected}
    return Response(ReceiptSerializer(body).data, status.HTTP_202_ACCEPTED)


def _read_event_id(item: Any) -> str | None:
    """Return the id as sent; None where it is no text or number."""
    found = item.get("event_id") if isinstance(item, dict) else None
    return _remove_nuls(found)[:MAX_EVENT_ID_LENGTH] if isinstance(found, (str, int)) else None


def _make_refusal(error: ValidationError) -> Refusal:
    """Return the first error of an event."""
    fields: Any = serializers.as_serializer_error(error)
    field, details = next(iter(fields.items()))
    return Refusal(field, details[0].code, _remove_nuls(details[0])[:MAX_MESSAGE_LENGTH])


def _remove_nuls(value: object) -> str:
    """Return a text without NULs: responses are stored for idempotency, and NULs cannot be."""
    return str(value).replace("\0", "")
