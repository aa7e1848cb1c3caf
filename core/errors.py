"""Base classes of domain errors; concrete ones are defined where they are raised."""

from typing import Any


class DomainError(Exception):
    """A request that cannot be carried out; rendered as a 4xx problem.

    `code` is stable and for programs, `message` for people; a class may define both. `details` are
    added to the problem.
    """

    status_code = 400
    code = "invalid"
    message = ""

    def __init__(self, message: str = "", *, code: str | None = None, **details: Any) -> None:
        self.message = message or self.message
        super().__init__(self.message)
        self.code = code or self.code
        self.details = details


class Conflict(DomainError):
    """The request conflicts with the current state."""

    status_code = 409
    code = "conflict"


class Unavailable(DomainError):
    """A service that the request needs is not available; the client may try again."""

    status_code = 503
    code = "unavailable"

    def __init__(
        self, message: str = "", *, code: str | None = None, retry_after: int = 5, **details: Any
    ) -> None:
        """Set `retry_after`, in seconds, for the header `Retry-After`."""
        super().__init__(message, code=code, **details)
        self.retry_after = retry_after
