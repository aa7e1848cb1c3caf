from django.db import models
from django.db.models import Q

from core.jobs.models import WatchedJob
from quality.models.source import Source


class Comparison(WatchedJob):
    """Two photos side by side, and the weaker one enhanced."""

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

    @property
    def sources(self) -> tuple[Source, Source]:
        return self.first, self.second

    @property
    def files(self) -> list[str]:
        """The keys of what it keeps in the storage."""
        own = [str(self.enhanced.name)] if self.enhanced.name else []
        return [*own, *self.first.files, *self.second.files]
