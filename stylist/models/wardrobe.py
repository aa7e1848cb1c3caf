from django.db import models
from django.db.models import Q

from stylist.models.garment import GarmentTags
from tenants.models import Shopper


class WardrobeItem(GarmentTags):
    """A garment that a shopper owns, known by its photo.

    There is only the normalised photo and no original: it is a person's.
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
