"""Policies, and the jobs of photo quality with their results."""

from functools import cached_property
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from catalog.models import Image
from core.jobs.models import Job as Job
from core.jobs.models import JobQuerySet, WatchedJob
from core.storage import make_file_key
from core.tenancy import TenantQuerySet, tenant_manager
from quality.enhance.improvement import AUTOMATIC, Improvement, Step
from quality.measure.assessment import Assessment
from quality.measure.scales import SCALES, Verdict
from tenants.models import Shop


def make_rendition_key(shop_id: UUID) -> str:
    """Return a new storage key for a photo that may be served; it cannot be guessed."""
    return make_file_key(shop_id, "quality", "jpg")


def make_original_key(shop_id: UUID, extension: str) -> str:
    """Return a new storage key for an uploaded file, which is never served."""
    return make_file_key(shop_id, "quality/originals", extension)


class Source(models.Model):
    """A photo that is compared or enhanced: an upload, or the photo of an image.

    An upload has both files. For an image, `photo` is a copy of the photo before its enhancement.
    `image` is empty for an upload, and once the image was deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey(Image, on_delete=models.SET_NULL, null=True, related_name="+")
    is_upload = models.BooleanField()
    image_version = models.PositiveIntegerField(default=0)
    image_digest = models.CharField(max_length=64, blank=True)
    photo = models.FileField(max_length=200)
    original = models.FileField(max_length=200)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    def __str__(self) -> str:
        return f"image {self.image_id}" if self.image_id else "upload"

    @property
    def files(self) -> list[str]:
        """Storage keys of its files."""
        return [str(file.name) for file in (self.photo, self.original) if file.name]

    @property
    def is_gone(self) -> bool:
        """Whether its image was deleted; needs `image` to be loaded."""
        if self.is_upload:
            return False
        return self.image is None or self.image.deleted_at is not None

    @property
    def photo_name(self) -> str:
        """Storage key of the rendition to serve."""
        if self.photo.name or self.image is None:
            return str(self.photo.name)
        return str(self.image.photo.name)


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


class Policy(models.Model):
    """The rules of a shop for its photos, and the gate: what happens to photos that fail."""

    class Gate(models.TextChoices):
        OFF = "off", "Photos are measured and judged; nothing comes of it."
        WARN = "warn", "Photos that fail are marked, and shown nevertheless."
        HOLD = "hold", "Photos that fail are held until a person or an enhancement clears them."

    shop = models.OneToOneField(
        Shop, on_delete=models.CASCADE, primary_key=True, related_name="+", editable=False
    )
    gate = models.CharField(max_length=4, choices=Gate.choices, default=Gate.OFF)
    profile = models.CharField(max_length=20, default="default", help_text="The rules that count.")
    own_profile = models.JSONField(null=True, help_text="The shop's own rules.")
    own_profile_as_of = models.DateField(null=True)
    version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the changes that reports are judged anew by.",
    )
    judged_version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The version that every report was judged by.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"{self.gate}, {self.profile}"


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
        help_text="Background, framing and light, as quality.reports has them.",
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
