"""What every operation of the OpenAPI description shares: the error answers."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Bad Request"]},
        "status": {"type": "integer", "examples": [400]},
        "code": {
            "type": "string",
            "description": "Stable; meant for programs.",
            "examples": ["validation_error"],
        },
        "detail": {"type": "string", "description": "For people: what to do."},
        "errors": {"type": "object", "description": "By field, when fields are at fault."},
    },
}
ALWAYS_POSSIBLE = {
    "401": "No key or token, or one that is unknown, expired or revoked.",
    "403": "The key lacks the scope this call needs.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "A service this answer depends on is away; `Retry-After` says when to try again.",
}


class ProblemAwareSchema(AutoSchema):
    """Documents the problem answers on every operation, so that no view has to."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        possible = dict(ALWAYS_POSSIBLE)
        if not self.view.authentication_classes:
            del possible["403"]
        if self.method in {"POST", "PUT", "PATCH"}:
            possible["400"] = "Something in the request needs mending; `detail` says what."
        if "{" in self.path:
            possible["404"] = "Not there, or not this shop's."
        content = {"application/problem+json": {"schema": self._problem()}}
        for status, description in possible.items():
            operation["responses"].setdefault(
                status, {"description": description, "content": content}
            )
        return operation

    def _map_serializer(self, serializer: Any, *args: Any, **kwargs: Any) -> Any:
        """Give properties the values of `Meta.examples`, with which forms come filled in."""
        schema = super()._map_serializer(serializer, *args, **kwargs)  # type: ignore[no-untyped-call]
        meta = getattr(serializer, "Meta", None)
        for name, value in getattr(meta, "examples", {}).items():
            schema["properties"][name]["examples"] = [value]
        return schema

    def _problem(self) -> dict[str, Any]:
        """Return a reference to the one shape of errors."""
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            "Problem", ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference
