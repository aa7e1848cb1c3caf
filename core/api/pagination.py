"""Cursor pagination by an immutable unique key; UUIDv7 ids are ordered by creation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """Pages of `{"next", "previous", "results"}`, newest first; `page_size` is at most 200."""

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
