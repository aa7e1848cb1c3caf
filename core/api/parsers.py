"""A strict JSON parser."""

import json
import math
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Accepts JSON as in RFC 8259: UTF-8, limited size, and what `load_json` accepts.

    DRF's parser ignores `DATA_UPLOAD_MAX_MEMORY_SIZE` and decodes any encoding that the client
    names.
    """

    # The limit, as a multiple of that of other bodies.
    size_factor = 1

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE * self.size_factor
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise RequestDataTooBig
        try:
            return load_json(data.decode("utf-8"))
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error


class BulkJSONParser(JSONParser):
    """Accepts bodies of up to 16 MB, for a thousand rows."""

    size_factor = 8


def load_json(text: str) -> Any:
    """Return the value of a JSON text; raise `ValueError`.

    `json.loads` accepts 1e999, lone surrogates and any depth, which the database cannot store, and
    takes the last of two values with the same name.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_parse_finite,
            object_pairs_hook=_make_object,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        # As ASCII: the name may be a lone surrogate.
        raise ValueError(f"{counts.most_common(1)[0][0][:60]!a} appears twice in an object")
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed")


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
