"""The base class of all API views."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView


class ApiView(APIView):
    """Adds `RateLimit-*` headers to every response."""

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if figures := getattr(request, "rate_limit", None):
            for name, value in zip(("Limit", "Remaining", "Reset"), figures, strict=True):
                response[f"RateLimit-{name}"] = str(value)
        return response


def validate(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    """Return the validated fields of a request; raise `ValidationError`."""
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields
