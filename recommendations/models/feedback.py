"""Prompts: queries with their answers; and what shoppers do and prefer."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from uuid_utils.compat import uuid7

from catalog.models import Image
from core.tenancy import TenantQuerySet, tenant_manager
from recommendations.models.steering import Experiment
from tenants.models import Shop, Shopper


class Prompt(models.Model):
    """One query and its answer; the id is the attribution token of later events.

    A further page of a search has the id of its first page as `feed`.
    """

    class Source(models.TextChoices):
        SEARCH = "search"
        SIMILAR = "similar"
        FEED = "feed"
        AGENT = "agent"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(
        Shopper, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.SEARCH)
    feed = models.UUIDField(
        null=True,
        editable=False,
        db_index=True,
        help_text="The feed that this is a page of.",
    )
    prompt = models.CharField(max_length=1_000, blank=True)
    query = models.JSONField(
        default=dict, blank=True, help_text="All that was asked beside the prompt."
    )
    understood = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="The language of the prompt, the text that was encoded, and unknown words.",
    )
    number_of_images = models.PositiveSmallIntegerField()
    filters = models.JSONField(default=dict, blank=True)
    results = models.JSONField(default=list, help_text="Image ids, scores and match strengths.")
    answered_by = models.JSONField(default=list)
    timings_ms = models.JSONField(default=dict)
    experiment = models.ForeignKey(
        Experiment, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    is_variant = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("shop", "-id"), name="prompt_newest"),)

    def __str__(self) -> str:
        return self.prompt or f"{self.source} {self.pk}"


class Event(models.Model):
    """One action of a shopper on one image.

    The sender chooses `event_id`, so that an event that is sent twice counts once.
    """

    class Kind(models.TextChoices):
        IMPRESSION = "impression"
        CLICK = "click"
        LIKE = "like"
        DISLIKE = "dislike"
        ADD_TO_CART = "add_to_cart"
        PURCHASE = "purchase"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    event_id = models.CharField(max_length=130)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(
        Shopper, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    session = models.CharField(max_length=100, blank=True)
    visitor = models.CharField(
        max_length=80,
        blank=True,
        db_default="",
        editable=False,
        help_text="Who did it if not a shopper; counts once a day, and on its own if empty.",
    )
    prompt = models.ForeignKey(
        Prompt,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The answer that showed the image.",
    )
    position = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Where in that answer, from 1."
    )
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("shop", "event_id"), name="event_once_per_shop"),
        )
        indexes = (
            # A shopper's latest events, for taste.
            models.Index(fields=("shopper", "-occurred_at"), name="event_of_shopper"),
            models.Index(fields=("shop", "session", "-occurred_at"), name="event_of_session"),
            # UUIDv7 ids are in order of arrival, which the roll-up follows.
            models.Index(fields=("shop", "id"), name="event_arrival"),
            # An earlier event that counts for the same day.
            models.Index(
                fields=("image", "visitor", "kind", "occurred_at"),
                condition=~models.Q(visitor=""),
                name="event_of_visitor",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.image_id}"


class Preferences(models.Model):
    """A shopper's stated preferences; `liked` and `avoided` have the format of filters."""

    shopper = models.OneToOneField(
        Shopper, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    liked = models.JSONField(default=dict, blank=True)
    avoided = models.JSONField(default=dict, blank=True)
    sizes = models.JSONField(default=list, blank=True)
    occasions = models.JSONField(default=list, blank=True)
    budget_min = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    budget_max = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    text = models.CharField(max_length=1_000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of {self.shopper_id}"
