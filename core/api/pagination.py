"""Cursor pages, ordered by an immutable unique key: UUIDv7 ids are in order of creation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """`{"next", "previous", "results"}`, the newest first; `page_size` up to 200."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    # What a cursor's position is, being a value of the first key that is ordered by.
    read_position: Callable[[str], object] = UUID

    def decode_cursor(self, request: Request) -> Any:
        """Return the cursor sent, if any; one that was made up is not found."""
        cursor = super().decode_cursor(request)
        try:
            if cursor and cursor.position is not None:
                type(self).read_position(str(cursor.position))
        except ValueError as error:
            raise NotFound(self.invalid_cursor_message) from error
        return cursor
