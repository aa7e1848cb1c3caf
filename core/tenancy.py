"""Tenancy fails closed: a query for tenant-owned rows outside a shop's scope is an error.

Requests enter their shop's scope once they are authenticated, tasks when they begin.
Work that spans shops (sweeps, audits, the operators' admin) says so with `all_shops`.
The idea is django-scopes'.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.query import QuerySet

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


class UnscopedQueryError(RuntimeError):
    """Tenant-owned rows were asked for without saying whose."""


class _Span(Enum):
    ALL_SHOPS = "all shops"


_scope: ContextVar[UUID | _Span | None] = ContextVar("tenant_scope", default=None)


@contextmanager
def shop_scope(shop_id: UUID) -> Iterator[None]:
    """Narrow every tenant-owned query in this context to one shop."""
    token = _scope.set(shop_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def all_shops() -> Iterator[None]:
    """Let queries in this context span shops; for operators and sweeps, never for a request."""
    token = _scope.set(_Span.ALL_SHOPS)
    try:
        yield
    finally:
        _scope.reset(token)


def run_in_scope(work: Callable[[], T], shop_id: UUID) -> T:
    """Run what asks the database in a thread that outlives it: its connection is given back."""
    try:
        with shop_scope(shop_id):
            return work()
    finally:
        connection.close()


def scoped_shop_id() -> UUID:
    """Return the shop in whose scope this runs; raise `UnscopedQueryError` outside of one."""
    scope = _scope.get()
    if not isinstance(scope, UUID):
        raise UnscopedQueryError("This needs the scope of one shop.")
    return scope


class TenantQuerySet(QuerySet[M]):
    """Rows of a table that has a `shop` column."""

    def in_scope(self) -> Self:
        """Narrow to the scope's shop; raise `UnscopedQueryError` when there is no scope."""
        scope = _scope.get()
        if scope is None:
            raise UnscopedQueryError(
                f"{self.model.__name__} rows belong to shops: enter shop_scope() first."
            )
        return self if scope is _Span.ALL_SHOPS else self.filter(shop_id=scope)


class TenantManager(models.Manager[M]):
    """The default manager of every tenant-owned model."""

    queryset_class: type[TenantQuerySet[Any]] = TenantQuerySet

    def get_queryset(self) -> TenantQuerySet[M]:
        return self.queryset_class(self.model, using=self._db).in_scope()


def tenant_manager(queryset_class: type[TenantQuerySet[Any]]) -> Any:
    """Return a `TenantManager` that also offers the methods of `queryset_class`."""
    bases: tuple[Any, ...] = (TenantManager.from_queryset(queryset_class),)
    # On the class and not the instance: Django derives related managers from the class.
    return type(f"{queryset_class.__name__}Manager", bases, {"queryset_class": queryset_class})()
