from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from catalog.models.image import Image, ImageQueue
from core.jobs.models import Job
from core.storage import make_file_key

# Column -> width in pixels, ascending; the height follows from the photo.
THUMBNAIL_WIDTHS = {"small": 160, "medium": 320, "large": 640}
NO_FILES = dict.fromkeys(THUMBNAIL_WIDTHS, "")


def make_thumbnail_key(shop_id: UUID) -> str:
    """Return a new storage key for a thumbnail, which cannot be guessed."""
    return make_file_key(shop_id, "thumbnails", "webp")


class Thumbnails(Job):
    """An image's photo in smaller sizes, as WebP: a job that stores its own result.

    A photo is never enlarged: one that is narrower than a size has itself in its place, and none
    of the sizes above. Thumbnails of an older photo count as none.
    """

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="thumbnails")
    image_version = models.PositiveIntegerField(
        default=0, help_text="The version of the image's photo that they show."
    )
    small = models.FileField(max_length=200, blank=True)
    medium = models.FileField(max_length=200, blank=True)
    large = models.FileField(max_length=200, blank=True)

    class Meta(Job.Meta):
        verbose_name_plural = "thumbnails"
        indexes = (
            models.Index(
                fields=("shop", "id"), name="thumbnails_waiting", condition=Q(state="pending")
            ),
        )

    @property
    def files(self) -> dict[str, str]:
        """Storage keys by column, without the columns that have none."""
        names = {column: str(getattr(self, column).name or "") for column in THUMBNAIL_WIDTHS}
        return {column: name for column, name in names.items() if name}


THUMBNAILS = ImageQueue(Thumbnails, task="catalog.tasks.make_thumbnails")
