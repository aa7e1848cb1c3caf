"""OpenAPI description of authentication and idempotency."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter

from core.api.schema import ProblemSchema
from core.tenancy import all_shops
from tenants.api.idempotency import HEADER

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Any text of 1 to 255 characters. A request that is sent again with the same key "
    "within 24 hours runs once and returns the same response.",
)


class TenantSchema(ProblemSchema):
    """Inspects tenant-owned models, which need a scope, and documents `Idempotency-Key`."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        with all_shops():
            return super().get_operation(*args, **kwargs)

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower())
        return [IDEMPOTENCY_KEY] if getattr(handler, "is_idempotent", False) else []


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
