"""Parts that several resources of the stylist share: key scope, shopper, fields, choices."""

from typing import Any

from django.core.files.storage import default_storage
from rest_framework import serializers

from recommendations.feedback.shoppers import find_shopper
from stylist.garments.garment import GarmentSource, Slot
from tenants.models import Scope, Shop, Shopper

SLOTS = [slot.value for slot in Slot]
SOURCES = [source.value for source in GarmentSource]


class NullableChoiceField(serializers.ChoiceField):
    """A choice that is null where the row has an empty string."""

    def to_representation(self, value: Any) -> Any:
        return value or None


class ScoreField(serializers.FloatField):
    """A float that is rounded to four digits."""

    def to_representation(self, value: Any) -> Any:
        return round(float(value), 4)


class PhotoField(serializers.URLField):
    """The absolute address of a stored photo."""

    def to_representation(self, photo: Any) -> str:
        url = default_storage.url(str(photo.name))
        return str(self.context["request"].build_absolute_uri(url))


class StylistMixin:
    """Secret keys only: wardrobes and conversations are personal data."""

    read_scope = write_scope = Scope.STYLIST


class ShopperMixin(StylistMixin):
    """Views of one shopper, named by `external_id` in the address."""

    kwargs: dict[str, Any]
    shop: Shop

    @property
    def shopper(self) -> Shopper | None:
        """The shopper that the address names, or None."""
        return find_shopper(self.shop, self.kwargs["external_id"])
