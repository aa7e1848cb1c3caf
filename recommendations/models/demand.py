"""Demand: common prompts, related searches and suggested synonyms, from many searches."""

from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from recommendations.models.figures import MAX_TEXT_LENGTH
from recommendations.models.synonyms import MAX_PHRASE_LENGTH
from tenants.models import Shop


class RelatedSearches(models.Model):
    """The prompts that are related to a prompt, the nearest first; all asked by enough shoppers."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.CharField(
        max_length=MAX_TEXT_LENGTH, help_text="As in the figures of prompts: case folded."
    )
    related = models.JSONField(default=list, help_text="Texts of prompts.")
    computed_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "related searches"
        constraints = (
            models.UniqueConstraint(fields=("shop", "text"), name="related_searches_once"),
        )

    def __str__(self) -> str:
        return self.text


class CommonPrompt(models.Model):
    """A prompt that enough shoppers asked to suggest it to others."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.CharField(
        max_length=MAX_TEXT_LENGTH, help_text="As in the figures of prompts: case folded."
    )
    words = models.TextField(help_text="Its words, folded, with a space before each.")
    askers = models.PositiveIntegerField(help_text="Shoppers or sessions that asked it.")
    computed_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-askers", "text")
        constraints = (models.UniqueConstraint(fields=("shop", "text"), name="common_prompt_once"),)

    def __str__(self) -> str:
        return self.text


class SynonymSuggestion(models.Model):
    """Words that found nothing, and the words that the same shoppers tried next with success."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    phrase = models.CharField(max_length=MAX_PHRASE_LENGTH)
    meaning = models.CharField(max_length=MAX_PHRASE_LENGTH)
    phrase_key = models.CharField(max_length=4 * MAX_PHRASE_LENGTH, editable=False)
    meaning_key = models.CharField(max_length=4 * MAX_PHRASE_LENGTH, editable=False)
    shoppers = models.PositiveIntegerField(help_text="Shoppers or sessions that did this.")
    computed_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-shoppers", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "phrase_key", "meaning_key"), name="synonym_suggestion_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.phrase} → {self.meaning}"
