"""JSON Schemas of tools, from the serializers of their arguments and answers."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView

from agents.tools.tool import Tool
from core.api.descriptions import describe

JSON = "application/json"
REFERENCE = "#/components/schemas/"
# Of OpenAPI only, or without meaning for a language model.
LEFT_OUT = ("readOnly", "writeOnly", "format", "x-spec-enum-id", "title")

Schema = dict[str, Any]


@cache
def describe_tool(tool: Tool) -> tuple[Schema, Schema]:
    """Return the schemas of a tool's arguments and of its answer, without references."""

    class DescribedView(GenericAPIView[Any]):
        @extend_schema(request=tool.arguments, responses=tool.output)
        def post(self) -> None: ...

    operation, registry = describe(DescribedView.as_view(), "POST")
    assert operation is not None  # noqa: S101 - the view above is not excluded
    parts = registry.build({})["schemas"]
    bodies = operation["requestBody"], operation["responses"]["200"]
    arguments, output = (_inline(body["content"][JSON]["schema"], parts) for body in bodies)
    return arguments, output


def _inline(node: Any, parts: Mapping[str, Any]) -> Any:
    """Return a part of a schema with what it refers to in place of the references."""
    if isinstance(node, list):
        return [_inline(each, parts) for each in node]
    if not isinstance(node, dict):
        return float(node) if isinstance(node, Decimal) else node
    if reference := node.get("$ref"):
        return _inline(parts[reference.removeprefix(REFERENCE)], parts)
    schema = {key: _inline(value, parts) for key, value in node.items() if key not in LEFT_OUT}
    if properties := node.get("properties"):
        # Their names are the serializer's.
        schema["properties"] = {name: _inline(each, parts) for name, each in properties.items()}
    if "enum" in node:
        text = schema.pop("description", "").partition("* `")[0].strip()
        schema |= {"description": text} if text else {}
    return schema
