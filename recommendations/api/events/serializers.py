from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from recommendations.feedback.events import NewEvent, Receipt, Refusal
from recommendations.feedback.shoppers import LONGEST_ID, InvalidShopperId, is_shopper_id
from recommendations.models import Event

MOST_EVENTS = 1_000
LONGEST_EVENT_ID = 100
LONGEST_DETAIL = 300
OLDEST = timedelta(days=90)
LAST_POSITION = 32_767


class EventInput(serializers.Serializer[Any]):
    event_id = serializers.CharField(
        max_length=LONGEST_EVENT_ID,
        help_text="Of your choosing: what is sent twice with it counts once.",
    )
    kind = serializers.ChoiceField(choices=Event.Kind.choices)
    image = serializers.UUIDField()
    shopper = serializers.CharField(
        default="",
        allow_blank=True,
        allow_null=True,
        max_length=LONGEST_ID,
        trim_whitespace=False,
        help_text="Your own id of who did it; they are made on first use.",
    )
    session = serializers.CharField(default="", allow_blank=True, allow_null=True, max_length=100)
    recommendation = serializers.UUIDField(
        default=None, allow_null=True, help_text="The id of the answer that showed the image."
    )
    position = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=1,
        max_value=LAST_POSITION,
        help_text="Where in that answer, from 1; looked up in it when left out.",
    )
    occurred_at = serializers.DateTimeField(
        default=timezone.now,
        help_text=f"Now, if left out or in the future; at most {OLDEST.days} days ago.",
    )

    def validate_shopper(self, value: str | None) -> str:
        if value and not is_shopper_id(value):
            raise ValidationError(InvalidShopperId().message, code=InvalidShopperId.code)
        return value or ""

    def validate_session(self, value: str | None) -> str:
        return value or ""

    def validate_occurred_at(self, value: datetime) -> datetime:
        now = timezone.now()
        if value < now - OLDEST:
            raise ValidationError(f"This is more than {OLDEST.days} days ago.", code="too_old")
        return min(value, now)


class LenientList(serializers.ListSerializer[Any]):
    """Gives the error of a bad item in its place, so that the good ones are not lost with it."""

    def run_child_validation(self, data: Any) -> Any:
        try:
            return super().run_child_validation(data)
        except ValidationError as error:
            return error


class EventBatchInput(serializers.Serializer[Any]):
    """Many events at once; a bad one is refused alone."""

    events = LenientList(child=EventInput(), max_length=MOST_EVENTS)

    def good(self) -> dict[int, NewEvent]:
        """Return the events that are well formed, by their number."""
        numbered = enumerate(self.validated_data["events"])
        return {n: NewEvent(**item) for n, item in numbered if isinstance(item, dict)}

    def bad(self) -> dict[int, Refusal]:
        """Return what is wrong with the others, by their number."""
        numbered = enumerate(self.validated_data["events"])
        return {n: _refusal(item) for n, item in numbered if isinstance(item, ValidationError)}


class RejectionSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Which one of the events sent, from 0.")
    event_id = serializers.CharField(allow_null=True)
    code = serializers.CharField(help_text="Stable; meant for programs.")
    detail = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):
    """What became of the events sent."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Whose `event_id` was sent before.")
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


def receipt_of(sent: list[Any], receipt: Receipt, bad: dict[int, Refusal]) -> dict[str, Any]:
    """Return the answer to a batch: its receipt, with what was bad from the start."""
    refused = {**receipt.refused, **bad}
    return {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "rejected": [
            {
                "index": number,
                "event_id": _event_id(sent[number]),
                "code": refused[number].code,
                "detail": f"{refused[number].field}: {refused[number].detail}",
            }
            for number in sorted(refused)
        ],
    }


def _event_id(item: Any) -> str | None:
    found = item.get("event_id") if isinstance(item, dict) else None
    return _quotable(found)[:LONGEST_EVENT_ID] if isinstance(found, (str, int)) else None


def _refusal(error: ValidationError) -> Refusal:
    """Return the first thing that is wrong with an event."""
    fields: Any = serializers.as_serializer_error(error)
    field, details = next(iter(fields.items()))
    return Refusal(field, details[0].code, _quotable(details[0])[:LONGEST_DETAIL])


def _quotable(value: object) -> str:
    """Return what was sent as it may be said again: an answer may be kept, and NUL cannot."""
    return str(value).replace("\0", "")
