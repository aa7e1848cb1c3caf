"""The error of a feed that cannot be read at all."""

from core.errors import DomainError


class FeedUnreadable(DomainError):
    """The file as a whole is no feed that we can read; problems of single rows do not raise it."""

    code = "feed_unreadable"
