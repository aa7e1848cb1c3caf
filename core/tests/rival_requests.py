"""Requests with another shop's values, generated from the OpenAPI description."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from core.tests.factories import make_photo

JSON, MULTIPART, FORM = "application/json", "multipart/form-data", "urlencoded"
SHOPPER_FIELDS = {"shopper", "external_id", "session"}
# These take no ids, and end the caller's own session.
OWN_ACCOUNT = "/api/v1/auth/"


@dataclass(frozen=True)
class HostileRequest:
    """A method, a path, query parameters and a body, which name rows of another shop."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    content_type: str = JSON


@dataclass(frozen=True)
class TheirValues:
    """What the attacker knows of the other shop: ids by the kind of row, and a shopper."""

    ids: dict[str, str]
    shopper: str

    def find(self, name: str) -> str:
        """Return the id of a row of the kind that a name means, else one of any kind."""
        name = {"recommendation": "prompt", "items": "image", "id": "image"}.get(name, name)
        kinds = [kind for kind in self.ids if kind in name or name in kind]
        return self.ids[min(kinds, key=len) if kinds else "image"]


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def hostile_requests(theirs: TheirValues) -> Iterator[HostileRequest]:
    """Yield for each operation on a shop's data: its plain form, and one more for each field."""
    for template, methods in description()["paths"].items():
        if template.startswith(OWN_ACCOUNT):
            continue
        for method, operation in methods.items():
            path = _fill_path(template, theirs)
            yield from _with_queries(method, path, operation, theirs)
            yield from _with_bodies(method, path, operation, theirs)


def _fill_path(template: str, theirs: TheirValues) -> str:
    path = template.replace("{external_id}", theirs.shopper)
    before = template.partition("{")[0].strip("/").rpartition("/")[2]
    return path.replace("{id}", theirs.find(before)).replace("{pk}", theirs.find(before))


def _with_queries(
    method: str, path: str, operation: dict[str, Any], theirs: TheirValues
) -> Iterator[HostileRequest]:
    if method != "get":
        return
    yield HostileRequest(method, path)
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            value = _fill(parameter["schema"], parameter["name"], theirs)
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            yield HostileRequest(method, path, {parameter["name"]: text})


def _with_bodies(
    method: str, path: str, operation: dict[str, Any], theirs: TheirValues
) -> Iterator[HostileRequest]:
    if method == "get":
        return
    content = operation.get("requestBody", {}).get("content", {})
    kinds = [kind for kind in (JSON, MULTIPART) if kind in content]
    if not kinds:
        yield HostileRequest(method, path)
    for kind in kinds:
        for body in _bodies(content[kind]["schema"], theirs):
            yield HostileRequest(method, path, body=body, content_type=kind)


def _bodies(schema: dict[str, Any], theirs: TheirValues) -> Iterator[dict[str, Any]]:
    """Yield the required fields alone, all fields, and the required ones with one other each."""
    for option in _options(schema):
        fields = option.get("properties", {})
        filled = {name: _fill(part, name, theirs) for name, part in fields.items()}
        required = {name: filled[name] for name in option.get("required", ()) if name in filled}
        yield deepcopy(required)
        yield deepcopy(filled)
        for name in fields.keys() - required.keys():
            yield {**deepcopy(required), name: deepcopy(filled[name])}


def _options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = _resolve(schema)
    found = schema.get("oneOf") or schema.get("anyOf")
    return [_resolve(each) for each in found] if found else [schema]


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "allOf" in schema:
        schema = schema["allOf"][0] if "allOf" in schema else schema
        if "$ref" in schema:
            schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fill(schema: dict[str, Any], name: str, theirs: TheirValues) -> Any:
    """Return a value for a field: another shop's id or shopper where one fits."""
    schema = _options(schema)[0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = next(each for each in kind if each != "null") if isinstance(kind, list) else kind
    if name in SHOPPER_FIELDS and kind == "string":
        return theirs.shopper
    if values := schema.get("enum"):
        return values[0]
    match kind:
        case "array":
            length = max(1, schema.get("minItems", 1))
            return [_fill(schema["items"], name.removesuffix("s"), theirs) for _ in range(length)]
        case "object":
            return {
                key: _fill(part, key, theirs) for key, part in schema.get("properties", {}).items()
            }
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return _fill_text(schema, name, theirs)


def _fill_text(schema: dict[str, Any], name: str, theirs: TheirValues) -> Any:
    match schema.get("format"):
        case "uuid":
            return theirs.find(name)
        case "date-time":
            return "2026-11-28T12:00:00Z"
        case "date":
            return "2026-11-28"
        case "email":
            return "new@shop.example"
        case "uri":
            return "https://shop.example/x"
        case "decimal":
            return "1.00"
        case "binary":
            return make_photo()
    # Facets are named by id too; other texts take any value.
    is_facet = name in theirs.ids
    return theirs.ids[name] if is_facet else "red"
