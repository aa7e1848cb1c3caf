"""Jobs: rows that ask for work, are claimed by a worker, and store the result."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager

MAX_ATTEMPTS = 5
POSTPONED_FOR = timedelta(seconds=10)
BACKOFF = timedelta(seconds=2)


class QueueRowQuerySet(TenantQuerySet["QueueRow"]):
    def restart(self, **fields: Any) -> int:
        """Set fields, and make the rows claimable at once as a new version; return how many."""
        return self.update(version=F("version") + 1, attempts=0, due_at=Now(), **fields)

    def postpone(self, *, wait: timedelta = POSTPONED_FOR) -> int:
        """Wait for a dependency that is down; this does not count as an attempt."""
        return self.update(due_at=Now() + wait, attempts=F("attempts") - 1)

    def retry(self, *, attempts: int, wait: timedelta | None = None, **fields: Any) -> int:
        """Set fields, and wait after a failed attempt: by default twice as long after each."""
        return self.update(due_at=Now() + (wait or BACKOFF * 2**attempts), **fields)


class QueueRow(models.Model):
    """A row that a `Queue` gives to workers.

    A worker claims it by moving `due_at` to the end of its lease, and stores a result only while
    `version` is the one it claimed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey("tenants.Shop", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(db_default=Now(), help_text="A worker may claim it from then on.")
    attempts = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(QueueRowQuerySet)

    class Meta:
        abstract = True

    def if_current(self) -> Any:
        """Return the row as a queryset, empty once it was requested again or deleted."""
        return type(self)._default_manager.filter(pk=self.pk, version=self.version)


class JobQuerySet(QueueRowQuerySet):
    def done(self) -> Self:
        """Narrow to jobs with a result."""
        return self.filter(state=Job.State.DONE)

    def request(self) -> int:
        """Have the jobs done again, even those that a worker is running; return how many."""
        return self.restart(state=Job.State.PENDING, problem=None)


class Job(QueueRow):
    """Work on one row's photos, run by `core.jobs.runner`."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"

    state = models.CharField(max_length=7, choices=State.choices, default=State.PENDING)
    problem = models.JSONField(null=True, help_text="Why it failed: a code and what to do.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(JobQuerySet)

    class Meta:
        abstract = True
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class WatchedJob(Job):
    """A job whose progress a client follows."""

    stage = models.CharField(max_length=60, blank=True)
    progress = models.FloatField(default=0, help_text="The share done, 0 to 1.")
    took_ms = models.FloatField(null=True)

    class Meta(Job.Meta):
        abstract = True
