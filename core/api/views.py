"""What every view of the API has in common."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class ApiView(APIView):
    """Tells the caller where they stand with their rate limit, on every answer."""

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if standing := getattr(request, "rate_limit", None):
            for name, value in zip(("Limit", "Remaining", "Reset"), standing, strict=True):
                answer[f"RateLimit-{name}"] = str(value)
        return answer
