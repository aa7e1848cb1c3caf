"""A PostgreSQL backend that gives every statement the tenancy scope, and migrates as the owner.

The scope is sent as the connection's `application_name`, which row-level security reads. The server
reports every change of it, those by a rollback too, so the backend compares the scope with what the
server really has and remembers nothing. See decision 14.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, operations
from psycopg.pq import TransactionStatus

from core.postgres.arrays import TextArrayDumper
from core.tenancy import NO_SCOPE, scope_name

log = structlog.get_logger(__name__)

IS_PRIVILEGED = """
    SELECT rolsuper OR rolbypassrls OR EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'MEMBER')
    ) FROM pg_roles WHERE rolname = current_user
"""


def enter_scope(connection: psycopg.Connection[Any], name: str) -> None:
    """Send the name of a tenancy scope to the server, unless it has it."""
    server = connection.pgconn
    if server.transaction_status == TransactionStatus.INERROR:
        return  # PostgreSQL accepts nothing but a rollback
    # In a pipeline the server's reports come too late to compare with.
    if server.parameter_status(b"application_name") != name.encode() or server.pipeline_status:
        # Not by a cursor of this module, which would enter a scope first.
        psycopg.Cursor(connection).execute(
            "SELECT set_config('application_name', %s, false)", [name], prepare=True
        )


# django-stubs describes these classes as they are with psycopg 2.
DjangoCursor: Any = base.ServerBindingCursor
DjangoWrapper: Any = base.DatabaseWrapper


class ScopedCursor(DjangoCursor):
    """Runs each statement in the tenancy scope of the calling context."""

    def execute(self, *args: Any, **options: Any) -> Any:
        enter_scope(self.connection, scope_name())
        return super().execute(*args, **options)

    def executemany(self, *args: Any, **options: Any) -> None:
        enter_scope(self.connection, scope_name())
        super().executemany(*args, **options)

    def stream(self, *args: Any, **options: Any) -> Iterator[Any]:
        enter_scope(self.connection, scope_name())
        yield from super().stream(*args, **options)

    @contextmanager
    def copy(self, *args: Any, **options: Any) -> Iterator[Any]:
        enter_scope(self.connection, scope_name())
        with super().copy(*args, **options) as rows:
            yield rows


class ScopedServerCursor(psycopg.ServerCursor[Any]):
    """Fetches rows in the tenancy scope that the statement was executed in.

    PostgreSQL may read the scope as late as at the first row of a joined table.
    """

    _scope = NO_SCOPE

    def execute(self, *args: Any, **options: Any) -> Self:
        self._scope = scope_name()
        enter_scope(self.connection, self._scope)
        return super().execute(*args, **options)

    def fetchone(self) -> Any:
        enter_scope(self.connection, self._scope)
        return super().fetchone()

    def fetchmany(self, size: int = 0) -> list[Any]:
        enter_scope(self.connection, self._scope)
        return super().fetchmany(size)

    def fetchall(self) -> list[Any]:
        enter_scope(self.connection, self._scope)
        return super().fetchall()

    def __next__(self) -> Any:
        enter_scope(self.connection, self._scope)
        return super().__next__()


class DatabaseOperations(operations.DatabaseOperations):
    connection: Any

    def execute_sql_flush(self, sql_list: Any) -> None:
        """Empty tables as the owner: the application's role may not truncate them."""
        with self.connection.open_as_owner() as owner:
            super(DatabaseOperations, owner.ops).execute_sql_flush(sql_list)


class DatabaseWrapper(DjangoWrapper):
    """Connects as the application's role; `open_as_owner` as the owner of the tables.

    `settings_dict["OWNER"]` has the settings of the owner that differ from those of the role.
    """

    ops_class = DatabaseOperations
    is_owner = False

    @contextmanager
    def open_as_owner(self) -> Iterator[Self]:
        """Return a connection of the owner to the same database; close it afterwards."""
        options = {**self.settings_dict["OPTIONS"], "pool": None}
        owner = type(self)(
            {**self.settings_dict, **self.settings_dict["OWNER"], "OPTIONS": options}, self.alias
        )
        owner.is_owner = True
        try:
            yield owner
        finally:
            owner.close()

    @contextmanager
    def _nodb_cursor(self) -> Iterator[Any]:
        """Create and delete test databases as the owner."""
        with self.open_as_owner() as owner, super(DatabaseWrapper, owner)._nodb_cursor() as cursor:
            yield cursor

    def get_connection_params(self) -> dict[str, Any]:
        parameters = {"cursor_factory": ScopedCursor, "application_name": NO_SCOPE}
        return {**super().get_connection_params(), **parameters}

    def _configure_connection(self, connection: Any) -> bool:
        connection.server_cursor_factory = ScopedServerCursor
        connection.adapters.register_dumper(list, TextArrayDumper)
        if settings.PRODUCTION and not self.is_owner:
            _refuse_privileges(connection)
        return bool(super()._configure_connection(connection))


def _refuse_privileges(connection: psycopg.Connection[Any]) -> None:
    (is_privileged,) = connection.execute(IS_PRIVILEGED).fetchone() or (True,)
    if is_privileged:
        # The pool hides errors: it tries again, and requests get 503.
        log.error("privileged_database_role", role=connection.info.user)
        raise ImproperlyConfigured(
            f"The role {connection.info.user!r} of DATABASE_URL is a superuser, bypasses "
            "row-level security or owns tables; see docs/operations.md, 'Roles'."
        )
