from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from uuid_utils.compat import uuid7

from catalog.models import Image
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


def make_rendition_key(shop_id: UUID) -> str:
    """Return a new storage key for a photo that may be served; it cannot be guessed."""
    return f"shops/{shop_id}/quality/{uuid7()}.jpg"


def make_original_key(shop_id: UUID, extension: str) -> str:
    """Return a new storage key for an uploaded file, which is never served."""
    return f"shops/{shop_id}/quality/originals/{uuid7()}.{extension}"


class Source(models.Model):
    """A photo that is compared or enhanced: an upload, or the photo of an image.

    An upload has both files. For an image, `photo` is a copy of the photo before its enhancement.
    `image` is empty for an upload, and once the image was deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey(Image, on_delete=models.SET_NULL, null=True, related_name="+")
    is_upload = models.BooleanField()
    image_version = models.PositiveIntegerField(default=0)
    image_digest = models.CharField(max_length=64, blank=True)
    photo = models.FileField(max_length=200)
    original = models.FileField(max_length=200)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    def __str__(self) -> str:
        return f"image {self.image_id}" if self.image_id else "upload"

    @property
    def files(self) -> list[str]:
        """Storage keys of its files."""
        return [str(file.name) for file in (self.photo, self.original) if file.name]

    @property
    def is_gone(self) -> bool:
        """Whether its image was deleted; needs `image` to be loaded."""
        if self.is_upload:
            return False
        return self.image is None or self.image.deleted_at is not None

    @property
    def photo_name(self) -> str:
        """Storage key of the rendition to serve."""
        if self.photo.name or self.image is None:
            return str(self.photo.name)
        return str(self.image.photo.name)
