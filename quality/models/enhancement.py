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
    """One wish to enhance many images; its enhancements say how far it has got."""

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
        """Narrow to previews whose batch says that they are to be applied."""
        standing = Enhancement.Standing.PREVIEW
        return self.filter(batch__applies=True, standing=standing, problem__isnull=True)


class Enhancement(WatchedJob):
    """A photo made better: a preview first, then, when it is applied, the image's new version."""

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
        """The keys of what it keeps in the storage."""
        own = [str(self.photo.name)] if self.photo.name else []
        return [*own, *self.source.files]

    @property
    def is_shown(self) -> bool:
        """Whether the image shows it; one that got another photo since does not."""
        image = self.source.image
        is_applied = self.standing == self.Standing.APPLIED
        return is_applied and image is not None and image.version == self.applied_version
