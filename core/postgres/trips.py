"""Send several statements in one round trip to the server."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from core.postgres.base import DjangoCursor, enter_scope
from core.tenancy import scope_name

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """A statement with its parameters."""

    sql: str
    parameters: Any = None


@dataclass(frozen=True, slots=True)
class ResultRows:
    """The names of the columns of a statement's result, and its rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run_together(*statements: SqlStatement) -> list[ResultRows]:
    """Run statements in one round trip, in the tenancy scope; return the answer to each.

    If one of them fails, none of them has an effect, and its error is raised.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    server, cursors = connection.connection, []
    with connection.wrap_database_errors, server.pipeline():
        enter_scope(server, scope_name())
        for statement in statements:
            # Cursors of the backend would enter the scope once more for each statement.
            cursor = _wrap(DjangoCursor(server))
            cursors.append(cursor)
            cursor.execute(statement.sql, statement.parameters)
    return [_fetch(cursor) for cursor in cursors]


def load_models(model: type[M], answer: ResultRows) -> list[M]:
    """Return an instance of each row that has all columns of a model."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    converters = [fields[name].get_db_converters(connection) for name in answer.columns]
    found = []
    for row in answer.rows:
        values = list(row)
        for place, functions in enumerate(converters):
            for convert in functions:
                values[place] = convert(values[place], None, connection)
        found.append(model.from_db(connection.alias, answer.columns, values))
    return found


def insert_row(row: Model) -> SqlStatement:
    """Return the statement that inserts a new row, as `save` would; signals are not sent."""
    fields = row._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    marks = ", ".join(["%s"] * len(values))
    return SqlStatement(
        f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({marks})',  # noqa: S608
        values,
    )


def _wrap(cursor: Any) -> Any:
    """Return a cursor that Django logs like its own."""
    make = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return make(cursor)


def _fetch(cursor: Any) -> ResultRows:
    with cursor:
        columns = [column.name for column in cursor.description or ()]
        return ResultRows(columns, cursor.fetchall() if columns else [])
