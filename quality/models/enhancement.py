from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from core.jobs.models import JobQuerySet, WatchedJob
from core.tenancy import TenantQuerySet, tenant_manager
from quality.enhance.improvement import AUTOMATIC, Improvement, Step
from quality.models.source import Source
from tenants.models import Shop


class Batch(models.Model):
    """A request to enhance many images; its progress is that of its enhancements."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    level = models.FloatField()
    steps = ArrayField(models.CharField(max_length=20), blank=True)
    profile = models.CharField(max_length=20)
    applies = models.BooleanField(help_text="Whether each is applied as soon as it is ready.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "batches"
        indexes = (models.Index(fields=("shop", "-id"), name="batch_newest"),)

    def __str__(self) -> str:
        return str(self.pk)


class EnhancementQuerySet(JobQuerySet):
    def ready(self) -> Self:
        """Narrow to previews that their batch applies."""
        standing = Enhancement.Standing.PREVIEW
        return self.filter(batch__applies=True, standing=standing, problem__isnull=True)


class Enhancement(WatchedJob):
    """A better photo: first a preview, then, when applied, a new version of the image's photo."""

    class Standing(models.TextChoices):
        PREVIEW = "preview", "Ready to be applied or discarded."
        UNNEEDED = "unneeded", "Nothing had to be done; there is nothing to apply."
        APPLIED = "applied", "The image shows it."
        REVERTED = "reverted", "The image shows again what it showed before."

    source = models.ForeignKey(Source, on_delete=models.RESTRICT, related_name="+")
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, null=True, related_name="enhancements"
    )
    level = models.FloatField()
    steps = ArrayField(
        models.CharField(max_length=20), blank=True, help_text="Empty: whichever are needed."
    )
    profile = models.CharField(max_length=20)
    standing = models.CharField(max_length=8, choices=Standing.choices, blank=True)
    result = models.JSONField(default=dict)
    photo = models.FileField(max_length=200)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    applied_version = models.PositiveIntegerField(
        null=True, help_text="The version of the image's photo that it became."
    )

    objects: ClassVar[Any] = tenant_manager(EnhancementQuerySet)

    class Meta(WatchedJob.Meta):
        indexes = (
            models.Index(
                fields=("shop", "id"),
                name="enhancement_waiting",
                condition=Q(state="pending", batch=None),
            ),
            models.Index(
                fields=("shop", "id"),
                name="batched_waiting",
                condition=Q(state="pending", batch__isnull=False),
            ),
            models.Index(fields=("shop", "-id"), name="enhancement_newest"),
        )

    @property
    def effective_steps(self) -> list[Step]:
        """The steps that the request named, else the automatic ones."""
        return [Step(name) for name in self.steps] or list(AUTOMATIC)

    @cached_property
    def improvement(self) -> Improvement:
        """The stored result; needs `result` to be filled."""
        return Improvement.from_json(self.result)

    @property
    def sources(self) -> tuple[Source]:
        return (self.source,)

    @property
    def files(self) -> list[str]:
        """Storage keys of its files and of its sources' files."""
        own = [str(self.photo.name)] if self.photo.name else []
        return [*own, *self.source.files]

    @property
    def is_shown(self) -> bool:
        """Whether it was applied and the image got no other photo after that."""
        image = self.source.image
        is_applied = self.standing == self.Standing.APPLIED
        return is_applied and image is not None and image.version == self.applied_version
