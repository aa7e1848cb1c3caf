"""A shop's images, the facets that describe them, and the state of its vector index."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Now, Replace
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, scoped_shop_id, tenant_manager
from tenants.models import Shop


class FacetQuerySet(models.QuerySet["Facet"]):
    """Facet values: the shared default taxonomy, and each shop's own."""

    def visible(self) -> Self:
        """Narrow to what the scope's shop may use: the defaults and its own."""
        return self.filter(Q(shop=None) | Q(shop_id=scoped_shop_id()))

    def named(self, reference: str) -> Self:
        """Narrow to the value with this id, or with this name in any case."""
        try:
            return self.filter(pk=UUID(reference))
        except ValueError:
            return self.filter(name__iexact=reference)


class Facet(models.Model):
    """A value that images are described and filtered by; without a shop it is everybody's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(
        Shop, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = FacetQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "shop", Lower("name"), name="%(class)s_name_once_per_shop", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name


class Category(Facet):
    """What a garment is: dress, shirt, shoes …"""

    class Meta(Facet.Meta):
        verbose_name_plural = "categories"


class Style(Facet):
    """What a garment is for, or feels like: casual, formal, sporty …"""


class AgeGroup(Facet):
    """Whom a garment fits: adults, teens, kids …"""


def original_key(image: Image, extension: str) -> str:
    """Return a fresh storage key for an original, which is never served."""
    return f"shops/{image.shop_id}/originals/{uuid7()}.{extension}"


def photo_key(image: Image) -> str:
    """Return a fresh storage key for a rendition; nobody can guess it."""
    return f"shops/{image.shop_id}/photos/{uuid7()}.jpg"


class ImageQuerySet(TenantQuerySet["Image"]):
    def live(self) -> Self:
        """Narrow to what has not been deleted."""
        return self.filter(deleted_at=None)

    def searchable(self) -> Self:
        """Narrow to what may appear in an answer to a shopper."""
        return self.live().filter(status=Image.Status.PUBLISHED)

    def matching(self, words: str) -> Self:
        """Narrow to what holds the words, in the syntax of web search engines."""
        return self.filter(
            search=SearchQuery(words, config=Image.SEARCH_CONFIG, search_type="websearch")
        )


class Image(models.Model):
    """One product photo with the facts that describe the product."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        HELD = "held"

    class Availability(models.TextChoices):
        IN_STOCK = "in_stock"
        OUT_OF_STOCK = "out_of_stock"
        PREORDER = "preorder"
        BACKORDER = "backorder"

    SEARCH_CONFIG = "english"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    photo = models.FileField(max_length=200, editable=False)
    original = models.FileField(max_length=200, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    digest = models.CharField(
        max_length=64,
        editable=False,
        help_text="SHA-256 of the original, or of the rendition that was put in its place.",
    )
    version = models.PositiveIntegerField(
        default=1, editable=False, help_text="Counts the photos this image has had."
    )
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=5_000, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    styles = models.ManyToManyField(Style, blank=True, related_name="+")
    age_group = models.ForeignKey(
        AgeGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sku = models.CharField("SKU", max_length=100, blank=True)
    item_group_id = models.CharField(
        max_length=100, blank=True, help_text="The product whose variants share it."
    )
    brand = models.CharField(max_length=100, blank=True)
    price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217.")
    availability = models.CharField(
        max_length=12, choices=Availability.choices, default=Availability.IN_STOCK
    )
    link = models.URLField(max_length=500, blank=True)
    colour = models.CharField(max_length=60, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PUBLISHED)
    held_status = models.CharField(
        max_length=9,
        choices=Status.choices,
        blank=True,
        editable=False,
        help_text="What a held image becomes once it is cleared.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    search = models.GeneratedField(
        # Numbers without their hyphens, so that any part of "SKU-4711" finds it.
        expression=SearchVector("name", "brand", weight="A", config=SEARCH_CONFIG)
        + SearchVector(
            Replace("sku", Value("-"), Value(" ")),
            Replace("item_group_id", Value("-"), Value(" ")),
            weight="A",
            config=SEARCH_CONFIG,
        )
        + SearchVector("description", weight="B", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[Any] = tenant_manager(ImageQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("shop", "-id"), name="image_newest", condition=Q(deleted_at=None)),
            models.Index(
                fields=("shop", "category"), name="image_category", condition=Q(deleted_at=None)
            ),
            GinIndex(fields=("search",), name="image_search"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=0), name="image_price_not_negative"),
        )

    def __str__(self) -> str:
        return self.name


class VectorIndex(models.Model):
    """One generation of a shop's embeddings, and the Chroma collection that mirrors them.

    `is_complete` is false from when the collection is found missing or damaged until it
    mirrors Postgres again; meanwhile search is exact.
    """

    class State(models.TextChoices):
        BUILDING = "building"
        LIVE = "live"
        RETIRED = "retired"

    # What `calibration` holds since texts are asked whether they speak of clothing.
    LATEST_MEASURE = "axis"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    encoder = models.CharField(max_length=60)
    revision = models.CharField(max_length=64, blank=True)
    node = models.CharField(max_length=60, help_text="The Chroma server it lives on.")
    collection = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    is_complete = models.BooleanField(default=True)
    damages = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts the times it was found incomplete."
    )
    calibration = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "vector indexes"
        constraints = (
            models.UniqueConstraint(
                fields=("shop",), condition=Q(state="live"), name="one_live_index_per_shop"
            ),
        )

    def __str__(self) -> str:
        return f"{self.encoder} index of {self.shop_id}"

    @property
    def is_calibrated(self) -> bool:
        """Whether it was measured what matches in it, in the way that is read today."""
        return self.LATEST_MEASURE in self.calibration


class IndexEntryQuerySet(TenantQuerySet["IndexEntry"]):
    def waiting(self) -> Self:
        """Narrow to what a worker has still to do."""
        return self.filter(state__in=IndexEntry.WAITING)

    def embedded(self) -> Self:
        """Narrow to live images whose embedding is known."""
        return self.filter(embedding__isnull=False).exclude(state=IndexEntry.State.REMOVING)

    def request(self) -> int:
        """Ask a worker to look at these entries anew, whatever it is doing with them now."""
        return self.exclude(state=IndexEntry.State.REMOVING).update(
            state=IndexEntry.State.PENDING,
            version=F("version") + 1,
            attempts=0,
            reason="",
            due_at=Now(),
        )

    def request_removal(self) -> int:
        """Ask a worker to remove these entries' vectors, files and rows."""
        return self.update(
            state=IndexEntry.State.REMOVING,
            version=F("version") + 1,
            attempts=0,
            reason="",
            due_at=Now(),
        )


class IndexEntry(models.Model):
    """What one image's place in one index needs, and the embedding itself: the outbox.

    A worker claims an entry by moving `due_at` past its lease, and records its result only
    where `version` is still the one it claimed.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        INDEXED = "indexed"
        FAILED = "failed"
        REMOVING = "removing"

    class Reason(models.TextChoices):
        PHOTO_MISSING = "photo_missing", "The photo is not in storage; send it again."
        PHOTO_UNREADABLE = "photo_unreadable", "The photo cannot be decoded; send another."
        ENCODER_ERROR = "encoder_error", "The encoder failed on this photo; retry, or send another."
        WORKER_LOST = "worker_lost", "The worker was lost each time it tried; retry."

    WAITING = (State.PENDING, State.REMOVING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    index = models.ForeignKey(VectorIndex, on_delete=models.CASCADE)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="entries")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(db_default=Now(), help_text="A worker may claim it from then on.")
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    embedding = models.BinaryField(null=True, help_text="float16, L2-normalised.")
    embedded_digest = models.CharField(
        max_length=64, blank=True, help_text="The photo the embedding was made of."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(IndexEntryQuerySet)

    class Meta:
        verbose_name_plural = "index entries"
        constraints = (
            models.UniqueConstraint(fields=("index", "image"), name="entry_once_per_index"),
        )
        indexes = (
            # Serves the claim: which shops wait, and the first few entries of each.
            models.Index(
                fields=("shop", "id"),
                name="entry_waiting",
                condition=Q(state__in=("pending", "removing")),
            ),
            models.Index(fields=("index", "state"), name="entry_state"),
        )

    def __str__(self) -> str:
        return f"{self.image_id} ({self.state})"
