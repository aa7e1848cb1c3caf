"""Query parameters of the reports."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from recommendations.analytics.reports import Period

DEFAULT_DAYS = 30
MAX_DAYS = 366
MAX_ROWS = 10_000
NO_MATCH = "no_match"
WORST = "worst"
# There are no figures before this day, and the year 1 has no days before it.
MIN_DATE = date(2000, 1, 1)


class PeriodInput(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        """Add `from`, a keyword of Python that no attribute can have as its name."""
        return {
            "from": serializers.DateField(
                required=False,
                help_text=f"First day, in UTC; by default {DEFAULT_DAYS} days up to `to`.",
            ),
            "to": serializers.DateField(
                required=False, help_text="Last day, in UTC; today by default."
            ),
            **super().get_fields(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        last = attrs.get("to", timezone.now().date())
        if last < MIN_DATE:
            raise ValidationError({"to": [f"This is before {MIN_DATE}."]})
        first = attrs.get("from", last - timedelta(days=DEFAULT_DAYS - 1))
        if first > last:
            raise ValidationError({"from": ["This is later than `to`."]})
        if (last - first).days >= MAX_DAYS:
            raise ValidationError({"from": [f"A period has at most {MAX_DAYS} days."]})
        return {**attrs, "period": Period(first, last)}


class RowsInput(PeriodInput):
    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_ROWS, default=100, help_text="Maximum number of rows."
    )


class PromptsInput(RowsInput):
    only = serializers.ChoiceField(
        choices=[NO_MATCH],
        required=False,
        help_text="Only prompts that had no match, the most frequent first.",
    )


class ImagesInput(RowsInput):
    order = serializers.ChoiceField(
        choices=["best", WORST],
        default="best",
        help_text="`worst`: images with the fewest actions for the number of looks.",
    )
