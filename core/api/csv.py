"""Render a report's rows as CSV (RFC 4180), for spreadsheets."""

import csv
import io
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

# A spreadsheet treats these as the start of a formula; see OWASP's page on CSV injection.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


class CSVRenderer(BaseRenderer):
    """Renders `results` as a table with the fields of the view's `row_serializer_class`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        context = renderer_context or {}
        if context["response"].exception:
            body: bytes = JSONRenderer().render(data)
            return body
        if not data:
            return b""  # responses to OPTIONS
        names = list(context["view"].row_serializer_class().fields)
        return format_csv(names, data["results"]).encode()


def format_csv(names: list[str], rows: list[dict[str, Any]]) -> str:
    """Return a table with these columns; None becomes an empty field, a list "a; b"."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([escape_formula(_join(row[name])) for name in names] for row in rows)
    return file.getvalue()


def _join(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def escape_formula(value: Any) -> Any:
    """Return a text that no spreadsheet executes; numbers stay as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value
