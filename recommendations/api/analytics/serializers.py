from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from recommendations.analytics.reports import Activity, ImageActivity, Period, PromptActivity

USUAL_DAYS = 30
MOST_DAYS = 366
MOST_ROWS = 10_000
NO_MATCH = "no_match"
WORST = "worst"
# Before it there was nothing to count, and near year 1 there is no day before.
EARLIEST = date(2000, 1, 1)


class PeriodInput(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's, so that no attribute can have the name."""
        return {
            "from": serializers.DateField(
                required=False,
                help_text=f"First day, in UTC; {USUAL_DAYS} days up to `to` if left out.",
            ),
            "to": serializers.DateField(
                required=False, help_text="Last day, in UTC; today if left out."
            ),
            **super().get_fields(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        last = attrs.get("to", timezone.now().date())
        if last < EARLIEST:
            raise ValidationError({"to": [f"This is before {EARLIEST}."]})
        first = attrs.get("from", last - timedelta(days=USUAL_DAYS - 1))
        if first > last:
            raise ValidationError({"from": ["This is later than `to`."]})
        if (last - first).days >= MOST_DAYS:
            raise ValidationError({"from": [f"A period has at most {MOST_DAYS} days."]})
        return {**attrs, "period": Period(first, last)}


class _RowsInput(PeriodInput):
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS, default=100, help_text="How many rows at most."
    )


class PromptsInput(_RowsInput):
    only = serializers.ChoiceField(
        choices=[NO_MATCH],
        required=False,
        help_text="Those that had no good match, the most frequent first.",
    )


class ImagesInput(_RowsInput):
    order = serializers.ChoiceField(
        choices=["best", WORST],
        default="best",
        help_text="`worst`: looked at most for the least.",
    )


def _count(name: str, help_text: str | None = None) -> serializers.IntegerField:
    return serializers.IntegerField(source=f"counts.{name}", help_text=help_text)


def _rate(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


class ActivitySerializer(serializers.Serializer[Activity]):
    answers = serializers.IntegerField(help_text="Searches, similar images and pages of feeds.")
    searches = _count("searches")
    similars = _count("similars")
    feeds = _count("feeds")
    no_match_rate = _rate("Of searches: nothing found, or nothing that matches.")
    click_through_rate = _rate("Of answers: those with a click, whenever it came.")
    add_to_cart_rate = _rate("Of answers: those with something put into the cart.")
    coverage = _rate("Of published images: those in an answer, or reported as seen.")
    latency_median_ms = serializers.FloatField(allow_null=True, help_text="Within 1 %.")
    latency_p95_ms = serializers.FloatField(
        allow_null=True, help_text="95 in 100 answers took no longer; within 1 %."
    )
    impressions = _count("impressions")
    clicks = _count("clicks")
    likes = _count("likes")
    dislikes = _count("dislikes")
    add_to_carts = _count("add_to_carts")
    purchases = _count("purchases")


class DayActivitySerializer(ActivitySerializer):
    def get_fields(self) -> dict[str, Any]:
        return {"day": serializers.DateField(help_text="In UTC."), **super().get_fields()}


class PromptActivitySerializer(serializers.Serializer[PromptActivity]):
    prompt = serializers.CharField(
        help_text="In lower case and of single spaces, its first 200 characters."
    )
    asked = serializers.IntegerField()
    no_match = serializers.IntegerField()
    clicked = serializers.IntegerField(help_text="Answers with a click.")
    no_match_rate = _rate("Of the times it was asked.")
    click_through_rate = _rate("Of the times it was asked.")


class ImageActivitySerializer(serializers.Serializer[ImageActivity]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    sku = serializers.CharField()
    popularity = serializers.FloatField(
        help_text="From 0 to 1, of what shoppers did in the period and where the image stood."
    )
    surplus = serializers.FloatField(
        help_text="Weighted actions beyond those of an average image looked at as often."
    )
    click_rate = _rate("Clicks over `expected`.")
    expected = serializers.FloatField(
        source="counts.expected",
        help_text="How often it will have been looked at: an impression counts the less the "
        "further down it was.",
    )
    answers = _count("answers", "Those it was in.")
    impressions = _count("impressions")
    clicks = _count("clicks")
    likes = _count("likes")
    dislikes = _count("dislikes")
    add_to_carts = _count("add_to_carts")
    purchases = _count("purchases")


class _Report(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {
            "from": serializers.DateField(source="period.first"),
            "to": serializers.DateField(source="period.last"),
            **super().get_fields(),
        }


class ActivityReportSerializer(_Report):
    total = ActivitySerializer()
    results = DayActivitySerializer(many=True)


class PromptReportSerializer(_Report):
    results = PromptActivitySerializer(many=True)


class ImageReportSerializer(_Report):
    results = ImageActivitySerializer(many=True)
