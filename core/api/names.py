"""Refuse unknown names of query parameters and body fields, and suggest the nearest known name.

An operation accepts exactly the parameters that its OpenAPI description lists.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from core.api.descriptions import describe
from core.api.json_types import describe_wrong_type
from core.errors import DomainError

MAX_REPORTED = 10
MAX_NAME_LENGTH = 60
# A form may number the values of a list: `styles[0]`.
NUMBERED = re.compile(r"(\w+)\[\d{1,4}\]", re.ASCII)
COUNTS = ("number_of_images", "page_size", "number_of_outfits", "limit")
PAGES = ("page_size", *COUNTS)
TEXTS = ("prompt", "q", "text")
# Common names of other APIs that are spelled too differently to be found by their letters.
ALIASES = {
    **dict.fromkeys(("k", "n", "topk", "numresults", "maxresults", "count", "results"), COUNTS),
    **dict.fromkeys(("limit", "size", "perpage", "pagelimit", "take"), PAGES),
    **dict.fromkeys(("page", "offset", "skip", "start", "after", "before"), ("cursor",)),
    **dict.fromkeys(("query", "search", "q", "text", "keywords", "term"), TEXTS),
    **dict.fromkeys(("sort", "sortby", "order", "orderby", "ordering"), ("sort", "order")),
    **dict.fromkeys(("file", "image", "img", "picture", "upload"), ("photo", "images")),
    **dict.fromkeys(("user", "userid", "customer", "customerid"), ("shopper", "external_id")),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """Whether a query parameter takes several values, and whether they may be any text."""

    repeats: bool
    is_text: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """What one operation accepts."""

    parameters: Mapping[str, Parameter]
    has_body: bool


class UnknownNames(DomainError):
    """A request has parameters or fields that the operation does not know."""

    def __init__(self, messages: Mapping[str, str], *, code: str) -> None:
        """Take a message for each unknown name."""
        self.messages = messages
        errors = {name: [{"message": text, "code": code}] for name, text in messages.items()}
        super().__init__(" ".join(messages.values()), code=code, errors=errors)


@cache
def describe_operation(callback: Callable[..., Any], method: str) -> Operation:
    """Return what an operation accepts, from its OpenAPI description; computed once."""
    description, _ = describe(callback, method)
    if description is None:  # it is excluded: its body has a description of its own
        return Operation({}, has_body=True)
    parameters = {
        parameter["name"]: _read_parameter(parameter["schema"])
        for parameter in description.get("parameters", ())
        if parameter["in"] == "query"
    }
    return Operation(parameters, has_body="requestBody" in description)


def _read_parameter(schema: dict[str, Any]) -> Parameter:
    repeats = schema.get("type") == "array"
    value = schema["items"] if repeats else schema
    is_text = value.get("type") == "string" and not {"enum", "format", "minLength"} & value.keys()
    return Parameter(repeats, is_text)


def check_parameters(request: Request) -> None:
    """Refuse query parameters that are unknown, empty, or given twice where one is expected.

    A text may be empty, as forms send it. Raises `UnknownNames` and `ValidationError`.
    """
    if not request.query_params:
        return
    values, known = request.query_params, _find_operation(request).parameters
    unknown = (name for name in values if name not in known)
    messages = {
        _shorten(name): _describe("parameter", name, known)
        for name in islice(unknown, MAX_REPORTED)
    }
    if messages:
        raise UnknownNames(messages, code="unknown_parameter")
    _refuse_repeated(values, {name for name in values if known[name].repeats})
    message = "Send a value, or leave this parameter out."
    empty = [name for name, texts in values.lists() if "" in texts and not known[name].is_text]
    if empty:
        raise ValidationError({name: [message] for name in empty}, code="blank")


def refuse_unexpected_body(request: Request) -> None:
    """Refuse a body with content, if the operation takes none; GET ignores every body.

    Raises `UnknownNames` and `ValidationError`.
    """
    if request.method in SAFE_METHODS or _find_operation(request).has_body:
        return
    body: Any = request.data
    if not isinstance(body, Mapping):
        message = "This request takes no body."
        raise ValidationError({"non_field_errors": [message]}, code="invalid")
    if body:
        names = islice(body, MAX_REPORTED)
        messages = {_shorten(name): _describe("field", name, ()) for name in names}
        raise UnknownNames(messages, code="unknown_field")


def check_fields(serializer: Any, *, ignored: Collection[str] = ()) -> None:
    """Refuse fields of a request's body, or of objects in it, that the serializer does not know.

    `ignored` are names that the body may have without effect. Raises `UnknownNames` and
    `ValidationError`.
    """
    body = serializer.initial_data
    if ignored and type(body) is dict:
        without_effect = {*ignored} - _writable_fields(serializer).keys()
        body = {name: value for name, value in body.items() if name not in without_effect}
    check_value(serializer, body)
    if isinstance(body, QueryDict):
        lists = {name for name, field in serializer.fields.items() if _is_list(field)}
        _refuse_repeated(body, lists)


def check_value(serializer: Any, value: Any) -> None:
    """Refuse unknown names and wrong JSON types in a value and in what it contains.

    Raises `UnknownNames` and `ValidationError`.
    """
    faults = list(islice(_find_faults(serializer, value, ()), MAX_REPORTED))
    if unknown := {".".join(fault.path): fault.message for fault in faults if fault.is_name}:
        raise UnknownNames(unknown, code="unknown_field")
    errors: dict[str, Any] = {}
    for fault in faults:
        *parents, name = fault.path
        place = errors
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = [ErrorDetail(fault.message, code="invalid")]
    if errors:
        raise ValidationError(errors)


def _refuse_repeated(values: QueryDict, lists: Collection[str]) -> None:
    """Refuse a second value, which would silently replace the first."""
    message = "This is given more than once; give it once."
    repeated = [name for name, texts in values.lists() if len(texts) > 1 and name not in lists]
    if repeated:
        raise ValidationError({name: [message] for name in repeated}, code="repeated")


@dataclass(frozen=True, slots=True)
class _Fault:
    path: tuple[str, ...]
    message: str
    is_name: bool


def _find_faults(field: Any, value: Any, path: tuple[str, ...]) -> Iterator[_Fault]:
    """Yield every unknown name and wrong JSON type, with its path, such as `filters`, `color`."""
    if isinstance(field, serializers.Serializer) and isinstance(value, Mapping):
        yield from _find_in_object(field, value, path)
    elif isinstance(field, serializers.DictField) and isinstance(value, Mapping):
        for name in value:
            yield from _find_faults(field.child, value[name], (*path, _shorten(name)))
    elif _is_list(field) and isinstance(value, list) and not getattr(field, "checks_items", False):
        for number, item in enumerate(value):
            yield from _find_faults(field.child, item, (*path, str(number)))
    elif message := describe_wrong_type(field, value):
        yield _Fault(path, message, is_name=False)


def _find_operation(request: Request) -> Operation:
    assert request.method and request.resolver_match  # noqa: S101 - a routed request has both
    method = "GET" if request.method == "HEAD" else request.method
    return describe_operation(request.resolver_match.func, method)


def _find_in_object(
    serializer: Any, value: Mapping[Any, Any], path: tuple[str, ...]
) -> Iterator[_Fault]:
    fields = _writable_fields(serializer)
    is_form = isinstance(value, QueryDict)
    for name in value:
        numbered = NUMBERED.fullmatch(name) if is_form else None
        if name in fields:
            # A form has only texts and files, which fields convert.
            yield from () if is_form else _find_faults(fields[name], value[name], (*path, name))
        elif not (numbered and _is_list(fields.get(numbered[1]))):
            place = (*path, _shorten(name))
            yield _Fault(place, _describe("field", name, fields, path), is_name=True)


def _writable_fields(serializer: Any) -> dict[str, Any]:
    return {name: field for name, field in serializer.fields.items() if not field.read_only}


def _is_list(field: Any) -> bool:
    return isinstance(field, (serializers.ListField, serializers.ListSerializer))


def _describe(what: str, name: str, known: Collection[str], path: tuple[str, ...] = ()) -> str:
    start = f"Unknown {what} `{'.'.join((*path, _shorten(name)))}`"
    if not known:
        return f"{start}; this request takes none."
    if nearest := find_nearest(name, known):
        return f"{start}; did you mean `{'.'.join((*path, nearest))}`?"
    return f"{start}; known are {', '.join(f'`{each}`' for each in known)}."


def find_nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that a client most likely meant."""
    plain = _fold(_shorten(name))
    names = {_fold(each): each for each in known}
    if plain in names:
        return names[plain]
    for each in ALIASES.get(plain, ()):
        if each in known:
            return each
    close = get_close_matches(plain, names, n=1)
    return names[close[0]] if close else None


def _fold(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _shorten(name: str) -> str:
    return name[:MAX_NAME_LENGTH]
