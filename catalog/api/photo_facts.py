"""Facts that are seen in photos, in answers; kinds and patterns of the vocabulary, in requests."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.facts.precedence import find_wanted_kind
from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.words import PATTERNS, find_pattern
from core.api.names import find_nearest


@extend_schema_field(OpenApiTypes.STR)
class VocabularyField(serializers.Field[Any, Any, str, Any]):
    """A name of the vocabulary, or another word for it."""

    default_error_messages = {
        "unknown": "There is no {what} “{value}”.",
        "similar": "There is no {what} “{value}”; did you mean “{nearest}”?",
        "invalid": "Give the name as a string.",
    }
    what: str
    names: tuple[str, ...]
    find: Callable[[str], Any]  # returns None for an unknown name

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        found = self.find(data)
        if found is None:
            value, nearest = data[:60], find_nearest(data, self.names)
            key = "similar" if nearest else "unknown"
            self.fail(key, what=self.what, value=value, nearest=nearest)
        return found


class KindField(VocabularyField):
    """A kind of garment: of the vocabulary, or one that the shop has added and photos show."""

    what, names = "kind", tuple(KINDS)
    find = staticmethod(find_wanted_kind)


class PatternField(VocabularyField):
    """A pattern of the vocabulary."""

    what, names = "pattern", tuple(PATTERNS)
    find = staticmethod(find_pattern)


class SeenTagSerializer(serializers.Serializer[Any]):
    """One property of a garment as its photo shows it."""

    value = serializers.CharField(help_text="Empty if nothing was recognised.")
    confidence = serializers.FloatField(help_text="How often such a value is right, from 0 to 1.")
    is_sure = serializers.BooleanField(
        help_text="Filters use sure values, where the shop states none."
    )


class SeenColourSerializer(serializers.Serializer[Any]):
    """One colour of a garment."""

    name = serializers.CharField(help_text="The name that shops use, such as `royal blue`.")
    share = serializers.FloatField(help_text="The colour's share of the garment, from 0 to 1.")


class SeenGarmentSerializer(serializers.Serializer[Any]):
    """The kind, colours and pattern of a garment as its photo shows them."""

    kind = SeenTagSerializer()
    colour = SeenTagSerializer(help_text="The basic name of the largest colour.")
    colours = SeenColourSerializer(many=True, help_text="The largest first.")
    pattern = SeenTagSerializer()


class PlacedGarmentSerializer(SeenGarmentSerializer):
    """A garment of a photo, with its place."""

    box = serializers.ListField(
        child=serializers.FloatField(),
        min_length=4,
        max_length=4,
        help_text="Left, top, right and bottom, as fractions of the photo's width and height.",
    )
    region = serializers.CharField(help_text="`whole`, `upper`, `lower`, `feet` or `head`.")


class SeenInPhotoSerializer(SeenGarmentSerializer):
    """The main garment of a photo, and all garments in it."""

    garments = PlacedGarmentSerializer(many=True, help_text="The main garment first.")
