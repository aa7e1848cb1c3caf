"""Feeds that shops save, and the jobs that import them or a single file."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from catalog.feeds.recognition import FeedFormat
from core.jobs.models import Job, JobQuerySet
from core.jobs.queues import Queue
from core.storage import make_file_key
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

FORMATS = [(one.value, one.value) for one in FeedFormat]


class VanishedAction(models.TextChoices):
    """What happens to the products of a feed that it does not have any more."""

    KEEP = "keep"
    OUT_OF_STOCK = "out_of_stock"
    REMOVE = "remove"


class FeedOptions(models.Model):
    """How a feed is read, and what an import of it may do."""

    format = models.CharField(
        max_length=12, choices=FORMATS, blank=True, help_text="Empty: recognised."
    )
    mapping = models.JSONField(
        default=dict, blank=True, help_text="The feed's column of each field that it names."
    )
    default_currency = models.CharField(max_length=3, blank=True)
    vanished = models.CharField(
        max_length=12, choices=VanishedAction.choices, default=VanishedAction.KEEP
    )

    class Meta:
        abstract = True


class Feed(FeedOptions):
    """A source of products that a shop imports again and again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60, help_text="The `source` of its products.")
    url = models.CharField(max_length=2_000, blank=True)
    interval_minutes = models.PositiveIntegerField(null=True, blank=True)
    etag = models.CharField(max_length=1_000, blank=True, editable=False)
    last_modified = models.CharField(max_length=1_000, blank=True, editable=False)
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("next_due_at",), name="feed_due", condition=Q(next_due_at__isnull=False)
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("shop", "name"), name="feed_once_per_name"),
            models.CheckConstraint(condition=~Q(name=""), name="feed_has_name"),
            models.CheckConstraint(
                condition=Q(interval_minutes=None) | ~Q(url=""), name="feed_interval_needs_url"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ImportJobQuerySet(JobQuerySet):
    def unfinished(self) -> Any:
        """Narrow to jobs that run, or wait for a worker or for a person."""
        return self.filter(state__in=(ImportJob.State.PENDING, ImportJob.State.WAITING))


class ImportJob(FeedOptions, Job):
    """One import of a file, or of what an address had.

    `items_done` is the checkpoint: how many products and problems of the file have been handled. A
    worker that continues skips as many. The counters are of the same moment.
    """

    class State(models.TextChoices):
        PENDING = Job.State.PENDING.value
        WAITING = "waiting"
        DONE = Job.State.DONE.value
        FAILED = Job.State.FAILED.value
        CANCELLED = "cancelled"

    class Stage(models.TextChoices):
        FETCHING = "fetching"
        READING = "reading"
        WRITING = "writing"
        VANISHING = "vanishing"

    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    stage = models.CharField(max_length=9, choices=Stage.choices, blank=True)
    feed = models.ForeignKey(
        Feed, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    source = models.CharField(max_length=60, blank=True, help_text="The feed's name, if any.")
    url = models.CharField(max_length=2_000, blank=True)
    file = models.FileField(max_length=200, blank=True)
    is_dry_run = models.BooleanField(default=False)
    is_conditional = models.BooleanField(
        default=False, help_text="Ends at once if the address has what it had before."
    )
    is_unchanged = models.BooleanField(default=False, help_text="The address had nothing new.")
    is_confirmed = models.BooleanField(
        default=False, help_text="Products may vanish, however many they are."
    )
    etag = models.CharField(max_length=1_000, blank=True)
    last_modified = models.CharField(max_length=1_000, blank=True)
    items_done = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0, help_text="In rows, others in products.")
    deleted_count = models.PositiveIntegerField(default=0)
    vanished_count = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = tenant_manager(ImportJobQuerySet)

    class Meta(Job.Meta):
        indexes = (
            models.Index(
                fields=("shop", "id"), name="import_waiting", condition=Q(state="pending")
            ),
            models.Index(fields=("shop", "-id"), name="import_newest"),
        )

    def __str__(self) -> str:
        return f"{self.source or self.pk} ({self.state})"


class ImportProblem(models.Model):
    """A row of an import, or a value in it, that could not be used."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    detail = models.CharField(max_length=1_000)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("job", "id"), name="import_problem_order"),)

    def __str__(self) -> str:
        return f"row {self.row}: {self.code}"


def make_feed_key(shop_id: UUID) -> str:
    """Return a new storage key for the file of an import, which is never served."""
    return make_file_key(shop_id, "feeds", "feed")


IMPORTS = Queue(ImportJob, task="catalog.tasks.run_imports", subject="file")
