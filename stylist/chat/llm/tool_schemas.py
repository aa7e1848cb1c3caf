"""JSON schemas of the tools' arguments, made from their dataclasses, and the check against them.

A field's type gives the JSON type and the values of an enum, its `metadata` everything else.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

MAX_ARGUMENTS_LENGTH = 4000  # characters

A = TypeVar("A")
_JSON_TYPES = {str: "string", int: "integer", float: "number", Decimal: "number"}
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "array": (list,),
}


class InvalidArguments(Exception):
    """A model's arguments do not fit the schema; the message tells the model why."""


def make_schema(arguments: type[Any]) -> dict[str, Any]:
    """Return the JSON schema of a dataclass of arguments."""
    hints = get_type_hints(arguments)
    return {
        "type": "object",
        "properties": {
            each.name: _make_property(hints[each.name], each.metadata) for each in fields(arguments)
        },
        "required": [each.name for each in fields(arguments) if each.default is MISSING],
        "additionalProperties": False,
    }


def _make_property(hint: Any, limits: Mapping[str, Any]) -> dict[str, Any]:
    kind = _strip_none(hint)
    if get_origin(kind) is tuple:
        items = _make_property(get_args(kind)[0], limits["items"])
        return {"type": "array", **limits, "items": items}
    if issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind], **limits}
    return {"type": _JSON_TYPES[kind], **limits}


def _strip_none(hint: Any) -> Any:
    """Return the type of an optional value."""
    if get_origin(hint) is types.UnionType:
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    return hint


def parse_arguments(arguments: type[A], text: str) -> A:
    """Return the arguments that a model wrote as JSON; raise `InvalidArguments`."""
    schema, hints = make_schema(arguments), get_type_hints(arguments)
    given = {key: value for key, value in _load(text).items() if value is not None}
    for key in schema["required"]:
        if key not in given:
            raise InvalidArguments(f"{key!r} is missing.")
    values = {}
    for key, value in given.items():
        if key not in schema["properties"]:
            raise InvalidArguments(f"There is no argument {key[:40]!r}.")
        _check(key, value, schema["properties"][key])
        kind = _strip_none(hints[key])
        values[key] = kind(str(value)) if kind is Decimal else kind(value)
    return arguments(**values)


def _load(text: str) -> dict[str, Any]:
    if len(text) > MAX_ARGUMENTS_LENGTH:
        raise InvalidArguments(f"Arguments have at most {MAX_ARGUMENTS_LENGTH} characters.")
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise InvalidArguments("The arguments are not JSON.") from error
    if not isinstance(given, dict):
        raise InvalidArguments("The arguments are not an object.")
    return given


def _check(key: str, value: Any, schema: Mapping[str, Any]) -> None:
    kind = schema["type"]
    if not isinstance(value, _PYTHON_TYPES[kind]) or isinstance(value, bool):
        raise InvalidArguments(f"{key!r} must be of type {kind}.")
    if "enum" in schema and value not in schema["enum"]:
        raise InvalidArguments(f"{key!r} is one of {', '.join(schema['enum'])}.")
    if isinstance(value, int | float) and not schema["minimum"] <= value <= schema["maximum"]:
        bounds = f"{schema['minimum']} and {schema['maximum']}"
        raise InvalidArguments(f"{key!r} must be between {bounds}.")
    if isinstance(value, str) and len(value) > schema.get("maxLength", MAX_ARGUMENTS_LENGTH):
        raise InvalidArguments(f"{key!r} has at most {schema['maxLength']} characters.")
    if isinstance(value, list):
        if len(value) > schema["maxItems"]:
            raise InvalidArguments(f"{key!r} has at most {schema['maxItems']} entries.")
        for each in value:
            _check(key, each, schema["items"])
