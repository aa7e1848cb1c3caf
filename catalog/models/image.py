from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from uuid_utils.compat import uuid7

from catalog.models.facets import AgeGroup, Category, Style
from catalog.models.product import MAX_WORDS, Product, Variant
from catalog.vocabulary.terms import make_key, write_query
from core.jobs.models import Job
from core.jobs.queues import Queue
from core.storage import make_file_key
from core.tenancy import (
    TenantQuerySet,
    all_shops,
    scoped_shop_id,
    shop_scope,
    tenant_manager,
)
from tenants.models import Shop

# Facets that the shop can state and photos show.
SEEN_FACETS = ("kind", "colour", "pattern")
MAX_REQUESTS = 10_000  # more than a worker finishes before the next sweep


def make_original_key(image: Image, extension: str) -> str:
    """Return a new storage key for an original, which is never served."""
    return make_file_key(image.shop_id, "originals", extension)


def make_photo_key(image: Image) -> str:
    """Return a new storage key for a rendition, which cannot be guessed."""
    return make_file_key(image.shop_id, "photos", "jpg")


class ImageQuerySet(TenantQuerySet["Image"]):
    def live(self) -> Self:
        """Narrow to images that are not deleted."""
        return self.filter(deleted_at=None)

    def searchable(self) -> Self:
        """Narrow to images that shoppers may see."""
        return self.live().filter(status=Image.Status.PUBLISHED)

    def matching(self, words: str, *, language: str) -> Self:
        """Narrow to live images with these words, in the syntax of web search engines.

        A text that is the SKU of a variant, or the shop's own id of a product, finds its images.
        Needs the scope of one shop, and its language.
        """
        key = make_key(scoped_shop_id())
        query = write_query(words, language=language, key=key, max_words=MAX_WORDS)
        parameters = [query, Image.Status.values]
        found = RawSQL("SELECT find_images(%s::tsquery, %s::text[], NULL)", parameters)
        return self.filter(pk__in=found)


class Image(models.Model):
    """One photo of a product, with a copy of the facts of the product and the variants it shows.

    `catalog.products.search_copy` writes the copy, which search reads without a join. Without
    `variants`, the photo shows all of the product.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        HELD = "held"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(
        Product,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="images",
        help_text="None until `adopt_images` finds an image that an older release added.",
    )
    position = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        # Statements of the release before join this table with one that has a `position`.
        db_column="product_position",
    )
    variants = models.ManyToManyField(Variant, blank=True, related_name="images")
    source_url = models.CharField(
        max_length=2_000, blank=True, default="", db_default="", editable=False
    )
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
        max_length=12, choices=Variant.Availability.choices, default=Variant.Availability.IN_STOCK
    )
    link = models.URLField(max_length=500, blank=True)
    colour = models.CharField(max_length=60, blank=True)
    colours = ArrayField(
        models.CharField(max_length=60),
        default=list,
        db_default=[],
        editable=False,
        help_text="Those of the variants it shows, in lower case, if there are several.",
    )
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
    objects: ClassVar[Any] = tenant_manager(ImageQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("shop", "-id"), name="image_newest", condition=Q(deleted_at=None)),
            models.Index(
                fields=("shop", "category"), name="image_category", condition=Q(deleted_at=None)
            ),
            models.Index(
                fields=("shop", "digest"), name="image_digest", condition=Q(deleted_at=None)
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=0), name="image_price_not_negative"),
        )

    def __str__(self) -> str:
        return self.name

    def find_facts(self) -> Any:
        """Return the `PhotoFacts` of the photo; None for a new photo that was not looked at yet.

        Makes no query if `facts` was selected.
        """
        facts = getattr(self, "facts", None)
        return facts if facts and facts.image_version == self.version else None

    def find_thumbnails(self) -> dict[str, str]:
        """Return the storage keys of the photo's thumbnails by column; none until they are made.

        Makes no query if `thumbnails` was selected.
        """
        thumbnails: Any = getattr(self, "thumbnails", None)
        if thumbnails is None or thumbnails.image_version != self.version:
            return {}
        files: dict[str, str] = thumbnails.files
        return files

    def read_stated_facets(self) -> dict[str, str]:
        """Return what the shop states of `SEEN_FACETS`: the category's id, texts in lower case."""
        pattern = self.attributes.get("pattern")
        return {
            "kind": str(self.category_id or ""),
            "colour": self.colour.lower(),
            "pattern": "" if pattern is None else str(pattern).strip(" ").lower(),
        }

    def read_seen_facets(self) -> dict[str, str]:
        """Return the seen values that count: those that are sure, where the shop states none."""
        facts, stated = self.find_facts(), self.read_stated_facets()
        stated["colour"] = stated["colour"] or ", ".join(self.colours)
        return {
            name: getattr(facts, name)
            for name in SEEN_FACETS
            if facts and getattr(facts, f"is_{name}_sure") and not stated[name]
        }


@dataclass(frozen=True, slots=True)
class ImageQueue(Queue):
    """A queue with one job for each image, which is done again for every new photo.

    The model is a `Job` with `image`, one to one, and `image_version`: the version of the photo
    that the result was made of.
    """

    def request(self, *, shop_id: UUID, image_ids: Collection[UUID], **_: Any) -> None:
        """Have the jobs of these images done; receives `catalog.services.images_saved`."""
        model: Any = self.model
        with shop_scope(shop_id), transaction.atomic():
            jobs = model.objects.filter(image_id__in=image_ids)
            if jobs.request() < len(image_ids):
                existing = set(jobs.values_list("image_id", flat=True))
                new = [pk for pk in image_ids if pk not in existing]
                rows = [model(shop_id=shop_id, image_id=pk) for pk in new]
                model.objects.bulk_create(rows, ignore_conflicts=True)
            self.wake()

    def request_missing(self) -> int:
        """Have the jobs of all `find_missing_images` done; return how many."""
        by_shop = self.find_missing_images()
        for shop_id, image_ids in by_shop.items():
            self.request(shop_id=shop_id, image_ids=image_ids)
        return sum(map(len, by_shop.values()))

    def find_missing_images(self, *, limit: int = MAX_REQUESTS) -> dict[UUID, list[UUID]]:
        """Return, by shop, live images whose job was never requested or has an older result."""
        model: Any = self.model
        with all_shops():
            job = model.objects.filter(image=OuterRef("pk")).order_by()
            images = Image.objects.live().annotate(
                job_version=Subquery(job.values("image_version")[:1]),
                job_state=Subquery(job.values("state")[:1]),
            )
            missing = images.filter(
                Q(job_state=None) | Q(job_state=Job.State.DONE, job_version__lt=F("version"))
            ).values_list("shop_id", "pk")[:limit]
            by_shop: defaultdict[UUID, list[UUID]] = defaultdict(list)
            for shop_id, image_id in missing:
                by_shop[shop_id].append(image_id)
        return dict(by_shop)
