"""OpenAPI description of errors, authentication and idempotency."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.tenancy import all_shops
from tenants.api.authentication import SHOPPER_TOKEN, find_needed_scope
from tenants.api.idempotency import HEADER, MAX_KEY_LENGTH
from tenants.models import PUBLISHABLE_SCOPES

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH},
    OpenApiParameter.HEADER,
    description="Any text of 1 to 255 characters. A request that is sent again with the same key "
    "within 24 hours runs once and returns the same response.",
)
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
            "description": "Stable; for programs.",
            "examples": ["validation_error"],
        },
        "detail": {"type": "string", "description": "For people; says what to do."},
        "errors": {"type": "object", "description": "Errors by field, if fields are invalid."},
    },
}
COMMON_ERRORS = {
    "400": "A parameter or field is unknown or invalid; `detail` says why.",
    "401": "The key or token is missing, unknown, expired or revoked.",
    "403": "The key lacks the scope, the shopper token or the origin that this request needs.",
    "406": "`Accept` asks for a format that this operation does not have.",
    "429": "Too many requests; `Retry-After` says when to try again.",
    "503": "A service is not available; `Retry-After` says when to try again.",
}
# Errors of operations that change something, or that have a body.
CHANGE_ERRORS = {"409": "The current state does not allow this; `code` says why."}
BODY_ERRORS = {
    "408": "The body arrives too slowly.",
    "413": "The body or a file in it is too large.",
    "415": "The body has a media type that this operation does not take.",
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
EVENT_STREAM = "text/event-stream"


class TenantSchema(AutoSchema):
    """Documents errors and `Idempotency-Key`, and inspects tenant-owned models in a scope."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        with all_shops():
            operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        self._describe_errors(operation)
        for response in operation["responses"].values():
            # Its events are no JSON object; the operation's text describes them.
            if EVENT_STREAM in response.get("content", {}):
                response["content"][EVENT_STREAM] = {}
        return operation

    def _describe_errors(self, operation: dict[str, Any]) -> None:
        """Add the errors that every operation of this kind can have, each as a problem."""
        errors = dict(COMMON_ERRORS)
        if not self.view.authentication_classes:
            del errors["403"]
        if self.method != "GET":
            errors |= CHANGE_ERRORS
        if "requestBody" in operation:
            errors |= BODY_ERRORS
        if "{" in self.path:
            errors["404"] = "Not found, or not of this shop."
        problem = ResolvedComponent(  # type: ignore[no-untyped-call]
            "Problem", ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(problem)
        responses = operation["responses"]
        for status, description in errors.items():
            responses.setdefault(status, {"description": description})
        for status, response in responses.items():
            if int(status) >= HTTPStatus.BAD_REQUEST:
                response["content"] = {"application/problem+json": {"schema": problem.ref}}
        for status in {"429", "503"} & responses.keys():
            responses[status]["headers"] = RETRY_AFTER

    def _get_paginator(self) -> Any:
        """Return the paginator of a list; a POST that returns several rows has no pages."""
        is_list = self.method == "GET"
        return super()._get_paginator() if is_list else None  # type: ignore[no-untyped-call]

    def _map_serializer(self, serializer: Any, direction: str, *args: Any, **kwargs: Any) -> Any:
        """Close requests, and add `Meta.examples` to properties, so that forms are filled in."""
        schema = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, *args, **kwargs
        )
        meta = getattr(serializer, "Meta", None)
        for name, value in getattr(meta, "examples", {}).items():
            schema["properties"][name]["examples"] = [value]
        if direction == "request" and "properties" in schema:
            # `core.api.names` refuses other names.
            schema["additionalProperties"] = False
        return schema

    def get_auth(self) -> list[dict[str, Any]]:
        """Add the shopper token, in addition to a key, where publishable keys are accepted."""
        schemes: list[dict[str, Any]] = super().get_auth()  # type: ignore[no-untyped-call]
        if find_needed_scope(self.view, self.method) not in PUBLISHABLE_SCOPES:
            return schemes
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            "ShopperToken", ResolvedComponent.SECURITY_SCHEMA, schema=SHOPPER_TOKEN_SCHEME
        )
        self.registry.register_on_missing(component)
        return [*schemes, {ApiKeyScheme.name: [], component.name: []}]

    def _map_serializer_field(self, field: Any, direction: str, *args: Any, **kwargs: Any) -> Any:
        """Describe that requests may give a decimal as a number too."""
        schema = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, *args, **kwargs
        )
        if direction == "request" and isinstance(field, serializers.DecimalField):
            types = schema["type"]
            schema["type"] = ["number", *([types] if isinstance(types, str) else types)]
        return schema

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower())
        return [IDEMPOTENCY_KEY] if getattr(handler, "is_idempotent", False) else []


# Of requests with a publishable key; `TenantSchema` adds it where such keys are accepted.
SHOPPER_TOKEN_SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": SHOPPER_TOKEN,
    "description": "A JWT of the shop's server that names the shopper, next to a publishable key.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "tenants.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A shop's key, as `Api-Key <key>`.",
        }


class MemberScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "tenants.api.authentication.MemberAuthentication"
    name = "Member"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A member's access token, from `auth/login`.",
        }
