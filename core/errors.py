"""The three base errors of the domain; concrete ones live beside what raises them."""

from typing import Any


class DomainError(Exception):
    """A request that cannot be carried out as asked; rendered as a 4xx problem.

    `code` is stable and meant for programs, the message for people, and
    `details` for whatever helps to mend the request.
    """

    status_code = 400
    code = "invalid"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.details = details


class Conflict(DomainError):
    """The request contradicts the present state."""

    status_code = 409
    code = "conflict"


class Unavailable(DomainError):
    """Something this answer depends on is away; the caller may try again."""

    status_code = 503
    code = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after: int = 5,
        **details: Any,
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after = retry_after
