from django.db import models
from django.db.models import Q

from catalog.models import Image
from core.jobs.models import Job
from tenants.models import Shopper


class GarmentTags(Job):
    """A photo to tag: a job that stores its own result.

    `tags` is what was found, as `stylist.tagging.records` writes it; `slot` and `kind` repeat the
    values in effect, so that lists can be filtered.
    """

    tags = models.JSONField(default=dict, blank=True)
    slot = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    embedding = models.BinaryField(null=True, help_text="Of the garment's crop: float16, norm 1.")
    encoder = models.CharField(max_length=60, blank=True)
    cutout = models.FileField(
        max_length=200, blank=True, help_text="The garment alone, transparent around it."
    )

    class Meta(Job.Meta):
        abstract = True


class ImageTags(GarmentTags):
    """The garment in an image of the catalogue, for outfits."""

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


class WardrobeItem(GarmentTags):
    """A garment that a shopper owns, known by its photo.

    Only the normalised photo is stored, not the original: it is personal data.
    """

    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="wardrobe")
    name = models.CharField(max_length=200, blank=True)
    photo = models.FileField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    corrected = models.JSONField(
        default=dict, blank=True, help_text="Tags that the shopper set; they stay as they are."
    )

    class Meta(GarmentTags.Meta):
        indexes = (
            models.Index(
                fields=("shop", "id"), name="wardrobe_waiting", condition=Q(state="pending")
            ),
            models.Index(fields=("shopper", "-id"), name="wardrobe_newest"),
        )
