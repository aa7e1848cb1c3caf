"""Fields of requests that several apps use."""

import math
from typing import Any

from rest_framework import serializers


class NumberField(serializers.FloatField):
    """A finite number; a plain `FloatField` accepts "nan", and fails on integers of 400 digits."""

    def to_internal_value(self, data: Any) -> float:
        try:
            value = float(super().to_internal_value(data))
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(value):
            self.fail("invalid")
        return value
