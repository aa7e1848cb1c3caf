"""Refuse JSON values that Django REST framework converts to something the client did not mean.

It reads false as the number 0, "off" as false, and 5 as a UUID. A number as a text, and the other
way round, mean the same and are accepted.
"""

from typing import Any

from rest_framework import serializers

NUMBERS = (serializers.IntegerField, serializers.FloatField, serializers.DecimalField)


def describe_wrong_type(field: Any, value: Any) -> str | None:
    """Return what to send, if a JSON value has a type that the field does not take."""
    if value is None:
        return None
    if isinstance(field, serializers.BooleanField):
        return None if isinstance(value, bool) else "Send true or false."
    if isinstance(field, NUMBERS):
        return "Send a number." if isinstance(value, bool) else None
    if isinstance(field, serializers.UUIDField):
        return None if isinstance(value, str) else "Send a UUID as a string."
    return None
