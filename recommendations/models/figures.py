"""What happened, counted by day in UTC: a few rows for each shop, image and prompt."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from catalog.models import Image
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

LONGEST_TEXT = 200


class EventCounts(models.Model):
    """How many events of each kind."""

    impressions = models.PositiveIntegerField(db_default=0)
    clicks = models.PositiveIntegerField(db_default=0)
    likes = models.PositiveIntegerField(db_default=0)
    dislikes = models.PositiveIntegerField(db_default=0)
    add_to_carts = models.PositiveIntegerField(db_default=0)
    purchases = models.PositiveIntegerField(db_default=0)

    class Meta:
        abstract = True


class ShopFigures(EventCounts):
    """A shop's day. Clicks and carts are counted on the day of the answer that led to them."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    searches = models.PositiveIntegerField(default=0)
    similars = models.PositiveIntegerField(default=0)
    feeds = models.PositiveIntegerField(default=0)
    no_match = models.PositiveIntegerField(
        default=0, help_text="Searches that found nothing, or nothing that matches."
    )
    answers_clicked = models.PositiveIntegerField(default=0)
    answers_added_to_cart = models.PositiveIntegerField(default=0)
    images_shown = models.PositiveIntegerField(
        default=0, help_text="In an answer, or reported as seen."
    )
    images_published = models.PositiveIntegerField(default=0, help_text="At the day's end.")
    latency = models.JSONField(
        default=dict, help_text="A sketch; see `recommendations.analytics.latency`."
    )

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "shop figures"
        ordering = ("-day",)
        constraints = (
            models.UniqueConstraint(fields=("shop", "day"), name="shop_figures_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} of {self.shop_id}"


class ImageFigures(EventCounts):
    """An image's day. `expected` is how often it will have been looked at; see `rollup`.

    No foreign key in the database: counting must neither wait for the removal of an image nor
    hold it up. Rows go with their image all the same.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    image = models.ForeignKey(
        Image, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    day = models.DateField()
    answers = models.PositiveIntegerField(db_default=0, help_text="That it was in.")
    expected = models.FloatField(db_default=0.0)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "image figures"
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "day", "image"), name="image_figures_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} of {self.image_id}"


class PromptFigures(models.Model):
    """A day of one prompt's text, casefolded, of single spaces, cut to its beginning."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    text = models.CharField(max_length=LONGEST_TEXT)
    asked = models.PositiveIntegerField(default=0)
    no_match = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0, help_text="Answers with a click.")

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "prompt figures"
        ordering = ("-day", "-asked")
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "day", "text"), name="prompt_figures_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return self.text


class Watermark(models.Model):
    """Up to which prompt and event the figures count. Its lock is the right to count."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    prompts = models.UUIDField(default=UUID(int=0))
    events = models.UUIDField(default=UUID(int=0))
    counted_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_watermark"),)

    def __str__(self) -> str:
        return f"counted at {self.counted_at:%Y-%m-%d %H:%M:%S}"


class ImagePopularity(models.Model):
    """How popular an image is in its shop, from 0 to 1; without a foreign key, as its figures."""

    image = models.OneToOneField(
        Image,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    score = models.FloatField()

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "image popularity"
        indexes = (models.Index(fields=("shop", "-score"), name="image_most_popular"),)

    def __str__(self) -> str:
        return f"{self.score:.2f} of {self.image_id}"


class PopularityState(models.Model):
    """Whether a shop's events were counted since its popularity was, and when that was."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_changed = models.BooleanField(default=True)
    refreshed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    def __str__(self) -> str:
        return f"Popularity of {self.shop_id}"
