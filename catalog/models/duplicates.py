"""Photos of a shop that are nearly the same, and the perceptual hashes that find them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from catalog.models.image import Image, ImageQueue
from catalog.models.index import VectorIndex
from core.jobs.models import Job
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class PhotoHash(Job):
    """The perceptual hash of an image's photo: a job that compares it with the shop's others.

    It is requested when the photo has been embedded.
    """

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="photo_hash")
    image_version = models.PositiveIntegerField(
        default=0, help_text="The version of the image's photo that was hashed."
    )
    bits = models.BigIntegerField(
        null=True, help_text="The 64 bits of the hash as a signed number; none of a plain photo."
    )
    index = models.ForeignKey(
        VectorIndex,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The index whose embeddings were compared.",
    )

    class Meta(Job.Meta):
        verbose_name_plural = "photo hashes"
        indexes = (
            models.Index(
                fields=("shop", "id"), name="photo_hash_waiting", condition=Q(state="pending")
            ),
        )


class DuplicatePairQuerySet(TenantQuerySet["DuplicatePair"]):
    def of(self, image: Image) -> Self:
        """Narrow to the pairs of an image."""
        return self.filter(Q(first=image) | Q(second=image))

    def current(self) -> Self:
        """Narrow to pairs of live images that still have the photos that were compared."""
        return self.filter(
            first__deleted_at=None,
            second__deleted_at=None,
            first_version=F("first__version"),
            second_version=F("second__version"),
        )

    def open(self) -> Self:
        """Narrow to pairs that the shop has not decided on."""
        return self.current().filter(dismissed_at=None)


class DuplicatePair(models.Model):
    """Two images of a shop with nearly the same photo; `first` has the lower id.

    A dismissed pair stays dismissed while both images have the same photos.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    first_version = models.PositiveIntegerField()
    second = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    second_version = models.PositiveIntegerField()
    distance = models.PositiveSmallIntegerField(help_text="Bits in which the hashes differ.")
    similarity = models.FloatField(help_text="Cosine of the embeddings.")
    dismissed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(DuplicatePairQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("shop", "-id"), name="duplicate_pair_open", condition=Q(dismissed_at=None)
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    @property
    def is_identical(self) -> bool:
        """Whether the photos have the same bytes."""
        return bool(self.first.digest == self.second.digest)


PHOTO_HASHES = ImageQueue(PhotoHash, task="catalog.tasks.find_duplicates")
