"""Synonyms: what the words of a shop's customers mean in this shop."""

from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

MAX_PHRASE_LENGTH = 100


class Synonym(models.Model):
    """A search for the phrase also finds the meaning, and the other way round if it is two-way.

    The keys are folded words in the singular (`recommendations.steering.synonyms.make_phrase_key`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    phrase = models.CharField(max_length=MAX_PHRASE_LENGTH, help_text="As shoppers write it.")
    meaning = models.CharField(max_length=MAX_PHRASE_LENGTH, help_text="As the shop writes it.")
    is_two_way = models.BooleanField(
        default=False, help_text="A search for the meaning finds the phrase too."
    )
    phrase_key = models.CharField(max_length=4 * MAX_PHRASE_LENGTH, editable=False)
    meaning_key = models.CharField(max_length=4 * MAX_PHRASE_LENGTH, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "phrase_key", "meaning_key"), name="synonym_once_per_shop"
            ),
        )
        indexes = (models.Index(fields=("shop", "-id"), name="synonym_newest"),)

    def __str__(self) -> str:
        return f"{self.phrase} {'=' if self.is_two_way else '→'} {self.meaning}"
