from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from catalog.models import Image
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class Source(models.Model):
    """A photo that is compared or enhanced: sent along, or an image's of the catalogue.

    A photo that was sent has both files; of an image `photo` is a copy, made when it is enhanced,
    of what was shown then. `image` is empty of a sent one, and once its image was removed.
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
        return f"image {self.image_id}" if self.image_id else "sent along"

    @property
    def files(self) -> list[str]:
        """The keys of what it keeps in the storage."""
        return [str(file.name) for file in (self.photo, self.original) if file.name]

    @property
    def is_gone(self) -> bool:
        """Whether the image it shows was deleted; its `image` has to be loaded."""
        if self.is_upload:
            return False
        return self.image is None or self.image.deleted_at is not None

    @property
    def photo_name(self) -> str:
        """The key of the rendition to be shown."""
        if self.photo.name or self.image is None:
            return str(self.photo.name)
        return str(self.image.photo.name)
