"""Figures by day (UTC): counts of events and prompts for each shop, image and prompt text."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from catalog.models import Image
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

MAX_TEXT_LENGTH = 200


class DailyFigures(models.Model):
    """Figures of one shop on one day."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        abstract = True


class EventCounts(DailyFigures):
    impressions = models.PositiveIntegerField(db_default=0)
    clicks = models.PositiveIntegerField(db_default=0)
    likes = models.PositiveIntegerField(db_default=0)
    dislikes = models.PositiveIntegerField(db_default=0)
    add_to_carts = models.PositiveIntegerField(db_default=0)
    purchases = models.PositiveIntegerField(db_default=0)

    class Meta:
        abstract = True


class ShopFigures(EventCounts):
    """Figures of a shop on one day; answers clicked and carts count on the day of their answer."""

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

    class Meta:
        verbose_name_plural = "shop figures"
        ordering = ("-day",)
        constraints = (
            models.UniqueConstraint(fields=("shop", "day"), name="shop_figures_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.day} of {self.shop_id}"


class ImageFigures(EventCounts):
    """Figures of an image on one day; `expected` estimates how often shoppers looked at it.

    Without a foreign key in the database: counting must neither wait for the deletion of an image
    nor delay it. Django still deletes the rows together with their image.
    """

    image = models.ForeignKey(
        Image, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    answers = models.PositiveIntegerField(db_default=0, help_text="That it was in.")
    expected = models.FloatField(db_default=0.0)

    class Meta:
        verbose_name_plural = "image figures"
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "day", "image"), name="image_figures_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} of {self.image_id}"


class PromptFigures(DailyFigures):
    """Figures of one prompt text on one day; case folded, with single spaces, and truncated."""

    text = models.CharField(max_length=MAX_TEXT_LENGTH)
    asked = models.PositiveIntegerField(default=0)
    no_match = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0, help_text="Answers with a click.")

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
    """The last prompt and event that figures include; its lock allows one roll-up at a time."""

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
    """Popularity of an image in its shop, 0 to 1; without a foreign key, like `ImageFigures`."""

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
    """When a shop's popularity was computed, and whether events were counted since then."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_changed = models.BooleanField(default=True)
    refreshed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    def __str__(self) -> str:
        return f"Popularity of {self.shop_id}"
