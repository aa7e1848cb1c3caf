"""Options of feeds and of imports, as both take and show them."""

from typing import Any

from rest_framework import serializers

from catalog.feeds.dialect import IMAGE_BASE, MAPPED_FIELDS, check_mapping
from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.recognition import FeedFormat
from catalog.models.imports import VanishedAction
from tenants.api.fields import validate_currency

MAX_TITLE_LENGTH = 200


class MappingField(serializers.JSONField):
    """The feed's column of each field, as a JSON object."""

    default_error_messages = {
        "shape": "An object of texts: the names of the feed's columns, by field.",
    }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        value = super().to_internal_value(data)
        if not isinstance(value, dict) or not all(map(_is_title, value.values())):
            self.fail("shape")
        try:
            check_mapping(value)
        except FeedUnreadable as error:
            raise serializers.ValidationError(error.message, code=error.code) from error
        return value


def _is_title(title: Any) -> bool:
    return isinstance(title, str) and 0 < len(title) <= MAX_TITLE_LENGTH and "\0" not in title


class FeedOptionsInput(serializers.Serializer[Any]):
    """Options of a feed."""

    format = serializers.ChoiceField(
        choices=[one.value for one in FeedFormat],
        required=False,
        allow_blank=True,
        help_text="Empty: recognised.",
    )
    mapping = MappingField(
        required=False,
        help_text="The feed's column of each field, where it has another name than usual, such as "
        '`{"price": "Preis"}`. Fields: '
        f"{', '.join(MAPPED_FIELDS)}. `{IMAGE_BASE}` is what the paths of images follow.",
    )
    default_currency = serializers.CharField(
        max_length=3,
        required=False,
        allow_blank=True,
        help_text="ISO 4217: of prices that name none. Empty: the shop's.",
    )
    vanished = serializers.ChoiceField(
        choices=VanishedAction.choices,
        required=False,
        help_text="What happens to products that this feed had before and does not have any more. "
        "`keep` is the default. Otherwise the import asks first if they are more than a fifth of "
        "the feed's products, or if some rows could not be read.",
    )

    def validate_default_currency(self, value: str) -> str:
        return validate_currency(value) if value else ""
