"""Rows of a bulk request: each is checked alone, and has its own result."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError

from core.api.names import check_value
from core.api.problems import describe_error
from core.errors import DomainError, Unavailable

MAX_ROWS = 1_000


class RowProblemSerializer(serializers.Serializer[Any]):
    """Why a row failed."""

    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.JSONField(  # type: ignore[assignment] # the name that problems have
        required=False, help_text="By field."
    )


class RowResultSerializer(serializers.Serializer[Any]):
    """What became of a row."""

    problem = RowProblemSerializer(
        allow_null=True, help_text="Why it failed, as a code and what to do; null otherwise."
    )


def read_rows(body: Any, name: str) -> list[Any]:
    """Return the list of rows in a body that has nothing else; raise `ValidationError`."""
    rows = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_ROWS:
        raise ValidationError({name: [f"Send a list of 1 to {MAX_ROWS:,} rows."]}, code="invalid")
    return rows


def leave_rows(body: Any, name: str) -> Any:
    """Return a body without its rows, which are checked one by one."""
    return {**body, name: []} if isinstance(body, Mapping) else body


def validate_row(serializer: serializers.Serializer[Any], row: Any) -> dict[str, Any]:
    """Return the validated fields of a row; raise `UnknownNames` or `ValidationError`.

    One serializer checks many rows: making one for each would take most of the time.
    """
    check_value(serializer, row)
    fields: dict[str, Any] = serializer.run_validation(row)
    return fields


def try_row(work: Callable[[], dict[str, Any]], **names: Any) -> dict[str, Any]:
    """Return the result of a row, with its names; a refusal is that of this row alone."""
    try:
        return {**names, **work(), "problem": None}
    except Unavailable:
        raise
    except (DomainError, APIException) as error:
        return {**names, "result": "failed", "problem": describe_error(error)}
