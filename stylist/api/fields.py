"""Serializer fields and choices that several resources of the stylist use."""

from typing import Any

from django.core.files.storage import default_storage
from rest_framework import serializers

from stylist.garments.garment import GarmentSource, Slot

SLOTS = [slot.value for slot in Slot]
SOURCES = [source.value for source in GarmentSource]


class NullableChoiceField(serializers.ChoiceField):
    """A choice that is null where the row has an empty string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        return value or None


class ScoreField(serializers.FloatField):
    """A float that is rounded to four digits."""

    def to_representation(self, value: Any) -> Any:
        return round(float(value), 4)


class PhotoField(serializers.URLField):
    """The absolute address of a stored photo."""

    def to_representation(self, photo: Any) -> str:
        url: str = self.context["request"].build_absolute_uri(default_storage.url(str(photo.name)))
        return url
