"""A strict JSON parser."""

import json
import math
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Accepts JSON as in RFC 8259: UTF-8, finite numbers, limited size.

    DRF's parser ignores `DATA_UPLOAD_MAX_MEMORY_SIZE`, decodes any encoding that the client names,
    and accepts 1e999, lone surrogates and any depth, which the database cannot store.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        data = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(data) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            text = data.decode("utf-8")
            body = json.loads(text, parse_constant=_refuse_constant, parse_float=_parse_finite)
            if "\\u" in text:
                json.dumps(body, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error
        return body


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed")


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
