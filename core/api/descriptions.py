"""OpenAPI descriptions of single operations, made by one thread at a time."""

from collections.abc import Callable
from threading import RLock
from typing import Any

# drf-spectacular loads its extensions with the first description, which is not safe in two threads.
describing = RLock()


def describe(callback: Callable[..., Any], method: str) -> tuple[dict[str, Any] | None, Any]:
    """Return the description of a view's operation, and the registry of what it refers to.

    The description is None for an operation that is excluded.
    """
    # A cycle otherwise: DRF imports `core.api.views` while it defines its own views.
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.plumbing import build_mock_request

    with describing:
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        view = generator.create_view(callback, method)  # type: ignore[no-untyped-call]
        view.request = build_mock_request(method, "/", view, None)  # type: ignore[no-untyped-call]
        description = view.schema.get_operation("/", "/", "/", method, generator.registry)
    return description, generator.registry
