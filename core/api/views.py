"""The base class, the pages and the validation of all API views."""

import re
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from core.api.concurrency import Share, take_place
from core.api.names import check_fields, check_parameters, refuse_unexpected_body
from core.api.parsers import normalize_query
from core.api.refusals import check_refusals, count_refusal
from core.api.throttling import Bucket, choose_anonymous_buckets, find_address
from core.errors import DomainError
from core.log_context import identify_caller
from core.text import normalize_all

REFUSALS = (401, 403)


class Negotiation(DefaultContentNegotiation):
    """Chooses the format of an answer; refuses an unknown one instead of answering 404."""

    def filter_renderers(self, renderers: Iterable[Any], format: str) -> Any:
        renderers = list(renderers)
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found and len(renderers) > 1:
            names = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": [f"Send one of: {names}."]}, code="invalid_choice")
        return found or renderers


class ApiView(APIView):
    """Refuses unknown names, limits callers and refusals, and adds `RateLimit-*` headers.

    The log names the caller of every request. Its texts are in NFC: those of the address and the
    parameters from here on, those of the body from its parser on.
    """

    content_negotiation_class = Negotiation

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET:
            request.GET = normalize_query(request.GET)
        with ExitStack() as self.scopes:
            return super().dispatch(request, *args, **normalize_all(kwargs))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.authentication_classes:
            check_refusals(request)
        super().initial(request, *args, **kwargs)
        self.scopes.enter_context(take_place(self.choose_shares(request)))
        if request.method != "OPTIONS" and request.method in self.allowed_methods:
            check_parameters(request)
            if not self._has_row():
                refuse_unexpected_body(request)

    def _has_row(self) -> bool:
        """Return whether the address names a row: `get_object` finds it before it checks a body."""
        name = getattr(self, "lookup_url_kwarg", None) or getattr(self, "lookup_field", None)
        return name in self.kwargs

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        access: Any = request.auth
        if shop_id := getattr(access, "shop_id", None):
            identify_caller(caller=access.via, shop=str(shop_id))

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        is_refusal = response.status_code in REFUSALS and self.authentication_classes
        if is_refusal and (throttled := count_refusal(self.request)):
            return super().handle_exception(throttled)
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Return only the methods, in `Allow`; the API's description has everything else."""
        return Response(status=status.HTTP_204_NO_CONTENT)

    def choose_buckets(self, request: Request) -> list[Bucket]:
        """Return what the request is counted in, the smallest bucket first."""
        return choose_anonymous_buckets(request)

    def choose_shares(self, request: Request) -> list[Share]:
        """Return how many requests may run at the same time: without a key, of an address."""
        return [Share(f"address:{find_address(request)}", settings.CONCURRENT_CALLER)]

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if figures := getattr(request, "rate_limit", None):
            for name, value in zip(("Limit", "Remaining", "Reset"), figures, strict=True):
                response[f"RateLimit-{name}"] = str(value)
        return response


def validate(serializer: BaseSerializer[Any], *, ignored: Collection[str] = ()) -> dict[str, Any]:
    """Return the validated fields of a body; raise `UnknownNames` or `ValidationError`.

    `ignored` are names that the body may have without effect: a PUT may send back what GET returns.
    """
    check_fields(serializer, ignored=ignored)
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields


def validate_parameters(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    """Return validated query parameters; `ApiView` has checked their names."""
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields


class UnknownCursor(DomainError):
    """The cursor of a page was not made by this list."""

    code = "unknown_cursor"
    message = "This cursor is not one of this list; follow its `next`, or begin without a cursor."


class NewestFirst(CursorPagination):
    """Pages of `{"next", "previous", "results"}`, newest first; `page_size` is 1 to 200.

    The cursor is an immutable unique key; UUIDv7 ids are ordered by creation.
    """

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    # Parses a cursor's position, a value of the first ordering key.
    parse_position: Callable[[str], object] = UUID

    def get_page_size(self, request: Request) -> int:
        """Return the requested size; raise `ValidationError` where DRF takes another one."""
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,6}", text) or not 0 < int(text) <= self.max_page_size:
            message = f"Send a number from 1 to {self.max_page_size}."
            raise ValidationError({self.page_size_query_param: [message]})
        return int(text)

    def decode_cursor(self, request: Request) -> Any:
        """Return the cursor of a request, if any; raise `UnknownCursor` if it is invented."""
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                type(self).parse_position(str(cursor.position))
        except (NotFound, ValueError) as error:
            raise UnknownCursor from error
        # DRF decodes any text that is not base64 to the first page.
        if cursor and not any(cursor):
            raise UnknownCursor
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the range of `page_size`; drf-spectacular calls this."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)  # type: ignore[no-untyped-call]
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
                parameter["schema"] |= bounds
        return parameters
