"""Work on photos that a worker claims: the row is the outbox, and in the end the result."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class JobQuerySet(TenantQuerySet["Job"]):
    def done(self) -> Self:
        """Narrow to what has a result."""
        return self.filter(state=Job.State.DONE)

    def request(self) -> int:
        """Ask a worker to do these anew, whatever it is doing with them now."""
        return self.update(
            state=Job.State.PENDING,
            version=F("version") + 1,
            attempts=0,
            problem=None,
            due_at=Now(),
        )


class Job(models.Model):
    """A worker claims it by moving `due_at` past its lease, and records its result only where
    `version` is still the one it claimed.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.PENDING)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(db_default=Now(), help_text="A worker may claim it from then on.")
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.JSONField(null=True, help_text="Why it failed: a code and what to do.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(JobQuerySet)

    class Meta:
        abstract = True
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class WatchedJob(Job):
    """A job that somebody looks on at: how far it has got, and how long it took."""

    stage = models.CharField(max_length=60, blank=True)
    progress = models.FloatField(default=0, help_text="The share done, 0 to 1.")
    took_ms = models.FloatField(null=True)

    class Meta(Job.Meta):
        abstract = True
