from django.db import models

from core.jobs.models import Job


class GarmentTags(Job):
    """A photo that the worker tags; the row is the work, and in the end what it found.

    `tags` has what was seen, as `stylist.tagging.records` writes it; lists are narrowed by the
    columns.
    """

    tags = models.JSONField(default=dict, blank=True)
    slot = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    embedding = models.BinaryField(null=True, help_text="Of the garment's crop: float16, norm 1.")
    encoder = models.CharField(max_length=60, blank=True)
    cutout = models.FileField(
        max_length=200, blank=True, help_text="The garment alone, transparent around it."
    )

    class Meta(Job.Meta):
        abstract = True
