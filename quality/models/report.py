from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.models import Image
from core.jobs.models import Job
from quality.measure.assessment import Assessment
from quality.measure.scales import Verdict


class Report(Job):
    """The assessment of an image's photo, judged by the shop's policy.

    `examined` is the assessment as JSON. The other columns follow from it, for filters and orders.
    """

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="report")
    image_version = models.PositiveIntegerField(
        default=0, help_text="The version of the image's photo that was measured."
    )
    examined = models.JSONField(default=dict, blank=True)
    score = models.FloatField(null=True, help_text="0 to 100.")
    verdict = models.CharField(
        max_length=7, choices=[(verdict.value, verdict.value) for verdict in Verdict], blank=True
    )
    profile = models.CharField(max_length=20, blank=True, help_text="The rules it was judged by.")
    passed = models.BooleanField(null=True)
    failed_rules = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    look = ArrayField(
        models.FloatField(null=True),
        null=True,
        help_text="Background, framing and light, as quality.reports.consistency has them.",
    )

    class Meta(Job.Meta):
        indexes = (
            models.Index(
                fields=("shop", "id"), name="report_waiting", condition=Q(state="pending")
            ),
            models.Index(
                fields=("shop", "score", "id"), name="report_worst", condition=Q(state="done")
            ),
            models.Index(fields=("shop", "-id"), name="report_newest"),
        )

    @cached_property
    def assessment(self) -> Assessment:
        """The stored figures; needs `examined` to be filled."""
        return Assessment.from_json(self.examined)

    @property
    def is_current(self) -> bool:
        """Whether it measured the image's current photo."""
        return self.image_version == self.image.version

    def is_final_for(self, image: Image) -> bool:
        """Return whether it is finished for the photo that `image` has, or for a newer one."""
        if self.state == self.State.DONE:
            return self.image_version >= image.version
        return self.state == self.State.FAILED
