"""Events: actions of shoppers."""

from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from catalog.models import Image
from core.tenancy import TenantQuerySet, tenant_manager
from recommendations.models.prompt import Prompt
from tenants.models import Shop, Shopper


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
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(
        Shopper, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    session = models.CharField(max_length=100, blank=True)
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
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.image_id}"
