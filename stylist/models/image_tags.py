from django.db import models
from django.db.models import Q

from catalog.models import Image
from stylist.models.garment import GarmentTags


class ImageTags(GarmentTags):
    """What an image of the catalogue shows, for outfits."""

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="garment_tags")
    image_version = models.PositiveIntegerField(
        default=0, help_text="The version of the image's photo that was tagged."
    )
    features = models.BinaryField(
        null=True, help_text="float32, as stylist.garments.features packs them."
    )

    class Meta(GarmentTags.Meta):
        verbose_name_plural = "image tags"
        indexes = (
            models.Index(
                fields=("shop", "id"), name="image_tags_waiting", condition=Q(state="pending")
            ),
            models.Index(fields=("shop", "updated_at"), name="image_tags_changed"),
        )
