"""Refuse JSON values of another type than the description gives.

Django REST framework converts them: it reads false as 0, 1 as true and 17 as "17".
"""

from typing import Any

from rest_framework import serializers

NUMBERS = (serializers.IntegerField, serializers.FloatField)
TEXTS = (serializers.CharField, serializers.UUIDField)


def describe_wrong_type(field: Any, value: Any) -> str | None:
    """Return what to send, if a JSON value has a type that the field does not take."""
    if value is None:
        return None
    if isinstance(field, serializers.BooleanField):
        return None if isinstance(value, bool) else "Send true or false."
    if isinstance(field, NUMBERS):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return None if is_number else "Send a number."
    if isinstance(field, serializers.DecimalField):
        return "Send a number or a string." if isinstance(value, bool) else None
    if isinstance(field, TEXTS):
        return None if isinstance(value, str) else "Send a string."
    return None
