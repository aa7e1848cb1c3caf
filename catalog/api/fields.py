"""How the API reads facets: by id or by name, of the defaults or the shop's own."""

import json
import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

MOST_ATTRIBUTES = 50
MOST_BYTES = 20_000
# An escape for NUL, and not a backslash that happens to stand before "u0000".
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@extend_schema_field(OpenApiTypes.STR)
class FacetField(serializers.Field[Any, Any, str, Any]):
    """A facet value: in by id or by name in any case, out by name."""

    default_error_messages = {
        "unknown": "There is no {what} “{value}”; list them with GET, or make your own with POST.",
        "invalid": "Give the id or the name as a string.",
    }

    def __init__(self, *, model: type[Any], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        # A shop's own value goes before a default one of the same name.
        found = self.model.objects.visible().named(data.strip()).order_by("shop_id").first()
        if found is None:
            what = self.model._meta.verbose_name
            self.fail("unknown", what=what, value=data[:60])
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.name)


class AttributesField(serializers.JSONField):
    """An object of a shop's own facts, in what Postgres can keep as JSON."""

    default_error_messages = {
        "shape": f"An object of at most {MOST_ATTRIBUTES} entries and {MOST_BYTES:,} bytes.",
        "nul": "NUL characters cannot be stored.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            value = super().to_internal_value(data)
            # A form's JSON was not read by our parser, which refuses these.
            told = json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            self.fail("invalid")
        if not isinstance(value, dict) or len(value) > MOST_ATTRIBUTES or len(told) > MOST_BYTES:
            self.fail("shape")
        if NUL.search(told):
            self.fail("nul")
        return value


class EmptyAsNoneFacetField(FacetField):
    """A facet value that a form sends empty to say there is none."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(None if data == "" else data)


class FacetListField(serializers.ListField):
    """Several facet values; a form may repeat the field or separate names by commas."""

    default_error_messages = {"too_many": "At most {most} values."}

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, str):
            data = [data]
        if isinstance(data, list) and all(isinstance(item, str) for item in data):
            data = [name for item in data for name in item.split(",") if name.strip()]
        # Before the names are looked up, since that takes a query each.
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            self.fail("too_many", most=self.max_length)
        values: list[Any] = super().to_internal_value(data)
        return values

    def to_representation(self, data: Any) -> list[Any]:
        """Take a list as it is, and of a related manager what it has."""
        names: list[Any] = super().to_representation(getattr(data, "all", lambda: data)())
        return names
