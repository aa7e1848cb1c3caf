"""The base class, the pages and the validation of all API views."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from core.api.refusals import check_refusals, count_refusal
from core.api.throttling import Bucket, choose_anonymous_buckets

REFUSALS = (401, 403)


class ApiView(APIView):
    """Adds `RateLimit-*` headers to every response, and limits refusals by address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.authentication_classes:
            check_refusals(request)
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        is_refusal = response.status_code in REFUSALS and self.authentication_classes
        if is_refusal and (throttled := count_refusal(self.request)):
            return super().handle_exception(throttled)
        return response

    def choose_buckets(self, request: Request) -> list[Bucket]:
        """Return what the request is counted in, the smallest bucket first."""
        return choose_anonymous_buckets(request)

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


class NewestFirst(CursorPagination):
    """Pages of `{"next", "previous", "results"}`, newest first; `page_size` is at most 200.

    The cursor is an immutable unique key; UUIDv7 ids are ordered by creation.
    """

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    # Parses a cursor's position, a value of the first ordering key.
    parse_position: Callable[[str], object] = UUID

    def decode_cursor(self, request: Request) -> Any:
        """Return the cursor of a request, if any; raise `NotFound` if it is not one of ours."""
        cursor = super().decode_cursor(request)
        try:
            if cursor and cursor.position is not None:
                type(self).parse_position(str(cursor.position))
        except ValueError as error:
            raise NotFound(self.invalid_cursor_message) from error
        return cursor
