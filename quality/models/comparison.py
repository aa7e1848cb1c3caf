from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from core.jobs.models import WatchedJob
from quality.enhance.improvement import Improvement
from quality.measure.assessment import Assessment
from quality.measure.scales import SCALES
from quality.models.source import Source


class Comparison(WatchedJob):
    """A comparison of two photos, with the weaker one enhanced."""

    first = models.ForeignKey(Source, on_delete=models.RESTRICT, related_name="+")
    second = models.ForeignKey(Source, on_delete=models.RESTRICT, related_name="+")
    enhancement_level = models.FloatField()
    profile = models.CharField(max_length=20)
    result = models.JSONField(default=dict)
    enhanced = models.FileField(max_length=200, help_text="The weaker photo, enhanced.")

    class Meta(WatchedJob.Meta):
        indexes = (
            models.Index(
                fields=("shop", "id"), name="comparison_waiting", condition=Q(state="pending")
            ),
            models.Index(fields=("shop", "-id"), name="comparison_newest"),
        )

    @cached_property
    def assessments(self) -> dict[str, Assessment]:
        """The figures of the `first` and the `second` photo; empty without a result."""
        sides = ("first", "second") if self.result else ()
        return {side: Assessment.from_json(self.result[side]) for side in sides}

    @property
    def measures(self) -> list[dict[str, Any]]:
        """Every measure of both photos, and which one is better."""
        first, second = self.assessments["first"], self.assessments["second"]
        better = self.result["lines"]
        return [
            {
                "name": name,
                "first": first[name],
                "second": second[name],
                "better": better.get(name, "unknown"),
            }
            for name in SCALES
        ]

    @cached_property
    def improvement(self) -> Improvement | None:
        """The stored enhancement of the weaker photo; None where nothing was needed."""
        stored = self.result["enhancement"]
        return Improvement.from_json(stored) if stored else None

    @property
    def sources(self) -> tuple[Source, Source]:
        return self.first, self.second

    @property
    def files(self) -> list[str]:
        """Storage keys of its files and of its sources' files."""
        own = [str(self.enhanced.name)] if self.enhanced.name else []
        return [*own, *self.first.files, *self.second.files]
