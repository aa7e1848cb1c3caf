"""A tool: what agents read of it, and the function that does its work."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.serializers import BaseSerializer

from agents.operations import Caller, ViewOperation
from core.errors import DomainError
from tenants.api.authentication import Access

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool answers: its output, or a problem with `code` and `detail`."""

    content: dict[str, Any]
    is_error: bool


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, which calls at least one of `operations`.

    `run` gets arguments whose names and JSON types are known to be right, and returns the instance
    that `output` serializes.
    """

    name: str
    title: str
    description: str
    arguments: type[BaseSerializer[Any]]
    output: type[BaseSerializer[Any]]
    operations: tuple[ViewOperation, ...]
    run: Callable[[Caller, Arguments], Any]

    def is_open_to(self, access: Access) -> bool:
        """Return whether the caller has the scope of one of the operations."""
        return not access.scopes.isdisjoint(self._scopes)

    def require_scope(self, access: Access) -> None:
        """Raise `PermissionDenied` unless the tool is open to the caller."""
        if not self.is_open_to(access):
            names = " or ".join(f"`{scope}`" for scope in self._scopes)
            message = f"This key lacks the scope {names}."
            raise PermissionDenied(message, code="insufficient_scope")

    @property
    def _scopes(self) -> list[str]:
        return [operation.scope for operation in self.operations]


class ProductNotFound(DomainError):
    """The shop sells no product with this id."""

    status_code = 404
    code = "product_not_found"
    message = (
        "There is no product with this `external_id`; take one that `search_products` returns."
    )
