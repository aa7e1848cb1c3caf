"""Refuse unknown names of query parameters and body fields, and suggest the nearest known name.

An operation accepts exactly the parameters that its OpenAPI description lists.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import islice
from threading import Lock
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

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
    **dict.fromkeys(("sort", "sortby", "orderby", "ordering"), ("order",)),
    **dict.fromkeys(("file", "image", "img", "picture", "upload"), ("photo", "images")),
    **dict.fromkeys(("user", "userid", "customer", "customerid"), ("shopper", "external_id")),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What one operation accepts: its query parameters, and whether each may repeat."""

    parameters: Mapping[str, bool]
    has_body: bool


class UnknownNames(DomainError):
    """A request has parameters or fields that the operation does not know."""

    def __init__(self, messages: Mapping[str, str], *, code: str) -> None:
        """Take a message for each unknown name."""
        self.messages = messages
        errors = {name: [{"message": text, "code": code}] for name, text in messages.items()}
        super().__init__(" ".join(messages.values()), code=code, errors=errors)


# drf-spectacular loads its extensions with the first description, which is not safe in two threads.
_describing = Lock()


@cache
def describe_operation(callback: Callable[..., Any], method: str) -> Operation:
    """Return what an operation accepts, from its OpenAPI description; computed once."""
    # A cycle otherwise: DRF imports `core.api.views` while it defines its own views.
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.plumbing import build_mock_request

    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    view = generator.create_view(callback, method)  # type: ignore[no-untyped-call]
    view.request = build_mock_request(method, "/", view, None)  # type: ignore[no-untyped-call]
    with _describing:
        description = view.schema.get_operation("/", "/", "/", method, generator.registry)
    parameters = {
        parameter["name"]: parameter["schema"].get("type") == "array"
        for parameter in description.get("parameters", ())
        if parameter["in"] == "query"
    }
    return Operation(parameters, has_body="requestBody" in description)


def check_parameters(request: Request) -> None:
    """Refuse query parameters that are unknown, or given twice where one is expected.

    Raises `UnknownNames` and `ValidationError`.
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
    _refuse_repeated(values, known)


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
    refuse_unknown_fields(serializer, body)
    if isinstance(body, QueryDict):
        _refuse_repeated(body, {name: _is_list(field) for name, field in serializer.fields.items()})


def refuse_unknown_fields(serializer: Any, body: Any) -> None:
    """Raise `UnknownNames` if an object or an object in it has a field with an unknown name."""
    found = islice(_find_unknown(serializer, body, ""), MAX_REPORTED)
    if messages := dict(found):
        raise UnknownNames(messages, code="unknown_field")


def _refuse_repeated(values: QueryDict, known: Mapping[str, bool]) -> None:
    """Refuse a second value, which would silently replace the first."""
    message = "This is given more than once; give it once."
    repeated = [name for name, texts in values.lists() if len(texts) > 1 and not known.get(name)]
    if repeated:
        raise ValidationError({name: [message] for name in repeated}, code="repeated")


def _find_unknown(field: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the path of every unknown name, such as `filters.color`, and a message."""
    if isinstance(field, serializers.Serializer) and isinstance(value, Mapping):
        yield from _find_in_object(field, value, path)
    elif isinstance(field, serializers.DictField) and isinstance(value, Mapping):
        for name in value:
            yield from _find_unknown(field.child, value[name], f"{path}{_shorten(name)}.")
    elif _is_list(field) and isinstance(value, list) and not getattr(field, "checks_items", False):
        for number, item in enumerate(value):
            yield from _find_unknown(field.child, item, f"{path}{number}.")


def _find_operation(request: Request) -> Operation:
    assert request.method and request.resolver_match  # noqa: S101 - a routed request has both
    method = "GET" if request.method == "HEAD" else request.method
    return describe_operation(request.resolver_match.func, method)


def _find_in_object(
    serializer: Any, value: Mapping[Any, Any], path: str
) -> Iterator[tuple[str, str]]:
    fields = _writable_fields(serializer)
    for name in value:
        numbered = NUMBERED.fullmatch(name) if isinstance(value, QueryDict) else None
        if name in fields:
            yield from _find_unknown(fields[name], value[name], f"{path}{name}.")
        elif not (numbered and _is_list(fields.get(numbered[1]))):
            yield path + _shorten(name), _describe("field", name, fields, path)


def _writable_fields(serializer: Any) -> dict[str, Any]:
    return {name: field for name, field in serializer.fields.items() if not field.read_only}


def _is_list(field: Any) -> bool:
    return isinstance(field, (serializers.ListField, serializers.ListSerializer))


def _describe(what: str, name: str, known: Collection[str], path: str = "") -> str:
    start = f"Unknown {what} `{path}{_shorten(name)}`"
    if not known:
        return f"{start}; this request takes none."
    if nearest := find_nearest(name, known):
        return f"{start}; did you mean `{path}{nearest}`?"
    return f"{start}; known are {', '.join(f'`{path}{each}`' for each in known)}."


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
