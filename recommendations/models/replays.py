"""Replays: a proposed change of the ranking, tried on a shop's last prompts."""

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from core.jobs.models import Job, JobQuerySet
from core.jobs.queues import Queue
from core.tenancy import TenantQuerySet, tenant_manager
from recommendations.models.feedback import Prompt
from tenants.models import Shop

STEERING_HELP = "Weights, and rules in force, when the replay was requested."


class Replay(Job):
    """One comparison of the present ranking with a proposed one.

    Both are stored as they were when it was requested, so that every prompt is answered by the
    same two, whatever the shop changes meanwhile.
    """

    class State(models.TextChoices):
        PENDING = Job.State.PENDING.value
        DONE = Job.State.DONE.value
        FAILED = Job.State.FAILED.value
        CANCELLED = "cancelled"

    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    change = models.JSONField(encoder=DjangoJSONEncoder, help_text="What was proposed.")
    present_steering = models.JSONField(help_text=STEERING_HELP)
    proposed_steering = models.JSONField(help_text=STEERING_HELP)
    # Without foreign keys: an index is removed whether a replay names it or not.
    present_index = models.UUIDField()
    proposed_index = models.UUIDField()
    number_of_prompts = models.PositiveSmallIntegerField(help_text="At most.")
    is_begun = models.BooleanField(default=False, help_text="Whether its prompts are chosen.")
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = tenant_manager(JobQuerySet)

    class Meta(Job.Meta):
        indexes = (
            models.Index(
                fields=("shop", "id"), name="replay_waiting", condition=Q(state="pending")
            ),
            models.Index(fields=("shop", "-id"), name="replay_newest"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("shop",),
                condition=Q(state="pending"),
                name="one_waiting_replay_per_shop",
            ),
        )


class ReplayedPrompt(models.Model):
    """One prompt of a replay, with its first results before and after the change.

    Results are the image's id, the product's `external_id`, and the match, the best first. A
    prompt is deleted with its shopper, and this row with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    replay = models.ForeignKey(
        Replay, on_delete=models.CASCADE, related_name="prompts", db_index=False
    )
    # Without a constraint: the release before deletes prompts, and knows nothing of this table.
    prompt = models.ForeignKey(
        Prompt, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    is_done = models.BooleanField(default=False)
    problem = models.JSONField(null=True, help_text="Why there is no answer: a code and a text.")
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    difference = models.FloatField(
        null=True, help_text="1 minus the mean overlap of the first 1, 2, 3 … results."
    )
    overlap = models.FloatField(null=True, help_text="Of the first results, 0 to 1.")
    moved = models.PositiveSmallIntegerField(default=0, help_text="Products in both, elsewhere.")
    entered = models.PositiveSmallIntegerField(default=0, help_text="Products only in `after`.")
    left = models.PositiveSmallIntegerField(default=0, help_text="Products only in `before`.")
    is_match_before = models.BooleanField(default=False)
    is_match_after = models.BooleanField(default=False)
    clicked = models.PositiveSmallIntegerField(default=0, help_text="Products, at any time.")
    clicks_before = models.PositiveSmallIntegerField(
        default=0, help_text="Clicked products in `before`."
    )
    clicks_lost = models.PositiveSmallIntegerField(default=0)
    clicks_won = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        # The newest prompt first.
        ordering = ("-prompt_id",)
        constraints = (
            models.UniqueConstraint(fields=("replay", "prompt"), name="prompt_once_per_replay"),
        )

    def __str__(self) -> str:
        return f"{self.prompt_id} in {self.replay_id}"


REPLAYS = Queue(Replay, task="recommendations.sweeps.run_replays", subject="replay")
