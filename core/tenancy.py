"""The tenancy scope: querying tenant-owned rows outside of one is an error.

A request enters the scope of its shop after authentication, a task when it begins. Sweeps, audits
and the admin query all shops and use `all_shops`. The idea comes from django-scopes.

Row-level security in Postgres holds the scope for every statement, raw SQL too: without a scope
there are no rows, and no row of another shop can be read or written (`core.postgres`). `migrate`
covers new tables by itself:

- a table with a column `shop_id`: its rows belong to that shop. Rows without a shop exist only
  for `all_shops`; a model with `has_shared_rows = True` lets every shop read them;
- a table without that column and with foreign keys to such tables, as many-to-many tables are: its
  rows belong to the rows that they name.

Code that reads shops, members or keys before it knows the shop, as sign-in does, uses `all_shops`
for that query only.
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
    """Tenant-owned rows were queried outside a tenancy scope."""


class _Span(Enum):
    ALL_SHOPS = "all shops"


_scope: ContextVar[UUID | _Span | None] = ContextVar("tenant_scope", default=None)


# The scopes' names in Postgres: `core.postgres` sends and reads them.
NO_SCOPE, ALL_SHOPS, ONE_SHOP = "atelier", "atelier all shops", "atelier shop "


def scope_name() -> str:
    """Return the current scope as `core.postgres` sends it to the server."""
    scope = _scope.get()
    if scope is None:
        return NO_SCOPE
    return ALL_SHOPS if scope is _Span.ALL_SHOPS else f"{ONE_SHOP}{scope}"


@contextmanager
def shop_scope(shop_id: UUID) -> Iterator[None]:
    """Limit tenant-owned queries in this context to one shop."""
    token = _scope.set(shop_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def all_shops() -> Iterator[None]:
    """Let queries in this context return all shops' rows; not for requests of the API."""
    token = _scope.set(_Span.ALL_SHOPS)
    try:
        yield
    finally:
        _scope.reset(token)


def run_in_scope(work: Callable[[], T], shop_id: UUID) -> T:
    """Run `work` in a shop's scope, then close this thread's connection unless it is in use."""
    try:
        with shop_scope(shop_id):
            return work()
    finally:
        if not connection.in_atomic_block:
            connection.close()


def scoped_shop_id() -> UUID:
    """Return the shop of the current scope; raise `UnscopedQueryError` without one."""
    scope = _scope.get()
    if not isinstance(scope, UUID):
        raise UnscopedQueryError("This needs the scope of one shop.")
    return scope


class TenantQuerySet(QuerySet[M]):
    """A queryset of a model with a field `shop`."""

    def in_scope(self) -> Self:
        """Return only rows of the current scope; raise `UnscopedQueryError` without one."""
        scope = _scope.get()
        if scope is None:
            raise UnscopedQueryError(
                f"{self.model.__name__} rows belong to shops: enter shop_scope() first."
            )
        return self if scope is _Span.ALL_SHOPS else self.filter(shop_id=scope)


class TenantManager(models.Manager[M]):
    """The default manager of tenant-owned models: limits every query to the tenancy scope."""

    queryset_class: type[TenantQuerySet[Any]] = TenantQuerySet

    def get_queryset(self) -> TenantQuerySet[M]:
        return self.queryset_class(self.model, using=self._db).in_scope()


def tenant_manager(queryset_class: type[TenantQuerySet[Any]]) -> Any:
    """Return a `TenantManager` with the methods of `queryset_class`."""
    bases: tuple[Any, ...] = (TenantManager.from_queryset(queryset_class),)
    # An attribute of the class: Django derives related managers from the class.
    return type(f"{queryset_class.__name__}Manager", bases, {"queryset_class": queryset_class})()
