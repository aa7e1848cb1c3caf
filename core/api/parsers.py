"""JSON bodies as RFC 8259 has them: UTF-8, finite numbers, and of a size that fits in memory."""

import json
import math
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Refuses what the database could not keep, so that no view has to.

    DRF's own reads the body past `DATA_UPLOAD_MAX_MEMORY_SIZE`, in whatever encoding the
    caller names, and takes 1e999, lone surrogates and any depth.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        data = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(data) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            text = data.decode("utf-8")
            body = json.loads(text, parse_constant=_refuse, parse_float=_finite)
            if "\\u" in text:
                json.dumps(body, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is no JSON that can be read: {error}") from error
        return body


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
