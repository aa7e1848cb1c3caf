"""Serializer fields for facets and attributes."""

import json
import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

MAX_ATTRIBUTES = 50
MAX_BYTES = 20_000
# An escape of NUL: "u0000" after an odd number of backslashes.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@extend_schema_field(OpenApiTypes.STR)
class FacetField(serializers.Field[Any, Any, str, Any]):
    """A facet value, given by id or by name in any case, and returned by name.

    If null is allowed, an empty string means null: a form has no other way to send it.
    """

    default_error_messages = {
        "unknown": "There is no {what} “{value}”; list them with GET, or make your own with POST.",
        "invalid": "Give the id or the name as a string.",
    }

    def __init__(self, *, model: type[Any], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(None if data == "" and self.allow_null else data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        # The shop's own value comes before a default one with the same name.
        found = self.model.objects.visible().named(data.strip()).order_by("shop_id").first()
        if found is None:
            what = self.model._meta.verbose_name
            self.fail("unknown", what=what, value=data[:60])
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.name)


class AttributesField(serializers.JSONField):
    """A JSON object of the shop's own facts, limited to values that Postgres can store."""

    default_error_messages = {
        "shape": f"An object of at most {MAX_ATTRIBUTES} entries and {MAX_BYTES:,} bytes.",
        "nul": "NUL characters cannot be stored.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            value = super().to_internal_value(data)
            # `core.api.parsers` refuses such values in a JSON body, but not in a form's field.
            stored = json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            self.fail("invalid")
        if not isinstance(value, dict) or len(value) > MAX_ATTRIBUTES or len(stored) > MAX_BYTES:
            self.fail("shape")
        if NUL.search(stored):
            self.fail("nul")
        return value


class FacetListField(serializers.ListField):
    """A list of facet values; a form may repeat the field or separate names by commas."""

    default_error_messages = {"too_many": "At most {maximum} values."}

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, str):
            data = [data]
        if isinstance(data, list) and all(isinstance(item, str) for item in data):
            data = [name for item in data for name in item.split(",") if name.strip()]
        # Checked before the names are looked up, which makes a query each.
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            self.fail("too_many", maximum=self.max_length)
        values: list[Any] = super().to_internal_value(data)
        return values

    def to_representation(self, data: Any) -> list[Any]:
        """Serialize a list, or all rows of a related manager."""
        names: list[Any] = super().to_representation(getattr(data, "all", lambda: data)())
        return names
