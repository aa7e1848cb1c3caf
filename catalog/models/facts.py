"""Facts that the machine found in the photos of a catalogue; the shop's own values always win."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F
from uuid_utils.compat import uuid7

from catalog.models.image import Image
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class PhotoFactsQuerySet(TenantQuerySet["PhotoFacts"]):
    def current(self) -> Self:
        """Narrow to facts of photos that live images still have."""
        return self.filter(image__deleted_at=None, image_version=F("image__version"))


class PhotoFacts(models.Model):
    """The garments seen in an image's photo; the columns repeat the main one for filters.

    `garments` has the main garment first, each as `catalog.facts.garments.SeenGarment.serialize`
    writes it. Facts of an older photo count as none.
    """

    image = models.OneToOneField(
        Image, on_delete=models.CASCADE, primary_key=True, related_name="facts"
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    image_version = models.PositiveIntegerField(
        help_text="The version of the image's photo that was seen."
    )
    encoder = models.CharField(max_length=60)
    revision = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    kind_confidence = models.FloatField(default=0.0)
    is_kind_sure = models.BooleanField(default=False)
    colours = models.JSONField(default=list, help_text="Retail names and shares of the garment.")
    colour = models.CharField(
        max_length=20, blank=True, help_text="The basic name of the largest colour."
    )
    colour_confidence = models.FloatField(default=0.0)
    is_colour_sure = models.BooleanField(default=False)
    pattern = models.CharField(max_length=60, blank=True)
    pattern_confidence = models.FloatField(default=0.0)
    is_pattern_sure = models.BooleanField(default=False)
    garments = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(PhotoFactsQuerySet)

    class Meta:
        verbose_name_plural = "photo facts"
        indexes = (models.Index(fields=("shop", "kind"), name="photo_facts_kind"),)

    def __str__(self) -> str:
        return ", ".join(map(_describe, self.garments)) or "nothing"


def _describe(garment: dict[str, Any]) -> str:
    """Return a garment in words, such as "navy striped t-shirt?"; a question mark if unsure."""
    tags = [garment[name] for name in ("colour", "pattern", "kind") if garment[name]["value"]]
    return " ".join(tag["value"] + ("" if tag["is_sure"] else "?") for tag in tags)


class ContradictionReview(models.Model):
    """A decision of the shop: what it states of an image is right, whatever its photo shows.

    It counts while the image has the same photo and the same statement.
    """

    class ContradictedFacet(models.TextChoices):
        KIND = "kind"
        COLOUR = "colour"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    image_version = models.PositiveIntegerField(
        help_text="The version of the image's photo that was reviewed."
    )
    facet = models.CharField(max_length=6, choices=ContradictedFacet.choices)
    stated = models.CharField(max_length=60, help_text="The category's name, or the colour.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("image", "facet"), name="review_once_per_facet"),
        )

    def __str__(self) -> str:
        return f"{self.stated} is right"
