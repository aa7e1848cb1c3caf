from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Coalesce, Left
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop, Shopper

FIRST_WORDS = 80


class ConversationQuerySet(TenantQuerySet["Conversation"]):
    def with_first_words(self) -> Self:
        """Annotate each with the first words of the shopper, as `begins_with`."""
        heard = Message.objects.filter(conversation=models.OuterRef("pk"), role="shopper")
        words = heard.order_by("pk").values(words=Left("text", FIRST_WORDS))[:1]
        return self.annotate(begins_with=Coalesce(models.Subquery(words), models.Value("")))


class Conversation(models.Model):
    """A conversation of a shopper with the stylist; `memory` is the stylist's state."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="conversations")
    memory = models.JSONField(default=dict, blank=True)
    answering_until = models.DateTimeField(
        null=True, help_text="One message is answered at a time; none is under way after that."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    begins_with = ""  # set by `with_first_words`

    objects: ClassVar[Any] = tenant_manager(ConversationQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("shopper", "-id"), name="conversation_newest"),)

    def __str__(self) -> str:
        return str(self.pk)


class Message(models.Model):
    """One message, redacted, with the ids of its items and outfits."""

    class Role(models.TextChoices):
        SHOPPER = "shopper"
        STYLIST = "stylist"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    role = models.CharField(max_length=7, choices=Role.choices)
    text = models.TextField(blank=True)
    items = models.JSONField(default=list, blank=True)
    outfits = models.JSONField(default=list, blank=True)
    spoken_by = models.CharField(max_length=10, blank=True, help_text="`rules` or `model`.")
    fallback = models.CharField(
        max_length=40, blank=True, help_text="Why the rules spoke in the model's place."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("conversation", "id"), name="message_order"),)

    def __str__(self) -> str:
        return f"{self.role}: {self.text[:40]}"
