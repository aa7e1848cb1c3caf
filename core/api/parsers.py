"""Parsers of bodies and parameters: texts are in NFC from here on, and JSON is strict."""

import json
import math
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from core.text import normalize, normalize_all


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


class FormParser(parsers.FormParser):
    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return normalize_query(super().parse(stream, media_type, parser_context))


class MultiPartParser(parsers.MultiPartParser):
    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        parsed: Any = super().parse(stream, media_type, parser_context)
        parsed.data = normalize_query(parsed.data)
        return parsed


class BulkJSONParser(JSONParser):
    """Accepts bodies of up to 16 MB, for a thousand rows."""

    size_factor = 8


def normalize_query(values: QueryDict) -> QueryDict:
    """Return form fields or query parameters in NFC."""
    normal: Any = QueryDict(mutable=True, encoding=values.encoding)
    for name, texts in values.lists():
        normal.setlist(normalize(name), [normalize(str(text)) for text in texts])
    normal._mutable = False
    result: QueryDict = normal
    return result


def load_json(text: str) -> Any:
    """Return the value of a JSON text, in NFC; raise `ValueError`.

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
        if "\\u" in text or not text.isascii():
            value = normalize_all(value)
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
