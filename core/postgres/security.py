"""Row-level security of tenant tables, and the rights of the application's role; see decision 14.

`migrate` runs this as the owner, who is not subject to the policies. Everything can run again:
policies that are already as they should be are left alone, because changing them locks the table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from core.tenancy import ALL_SHOPS, ONE_SHOP

SHOPS = "tenants_shop"

# A `SELECT` around a function lets PostgreSQL call it once for a statement, and not for each row.
IN_SCOPE = "{column} = (SELECT scoped_shop_id()) OR (SELECT is_all_shops())"
SHARED = "{column} IS NULL AND (SELECT scoped_shop_id()) IS NOT NULL"
# Reading the row that is named applies that table's policies. Not by `EXISTS`, for which PostgreSQL
# may read all rows of that table first.
NAMES_VISIBLE_ROW = "(SELECT true FROM {other} WHERE {other}.{key} = {table}.{column})"

SCOPE_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION scoped_shop_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN starts_with(current_setting('application_name'), '{ONE_SHOP}')
        THEN substr(current_setting('application_name'), {len(ONE_SHOP) + 1})::uuid END
$$;
CREATE OR REPLACE FUNCTION is_all_shops() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('application_name') = '{ALL_SHOPS}'
$$
"""

TENANT_TABLES = """
    SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND attname = 'shop_id' AND NOT attisdropped
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(own.attname), own.attnotnull,
        confrelid::regclass::text, quote_ident(other.attname)
    FROM pg_constraint
    JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
    JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
    ORDER BY conrelid, own.attname
"""
POLICIES = """
    SELECT polrelid::regclass::text, polname,
        CASE WHEN relrowsecurity THEN obj_description(pg_policy.oid, 'pg_policy') END
    FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
    WHERE relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column of a table, which names rows of another by their `key`."""

    table: str
    column: str
    is_required: bool
    other: str
    key: str

    def names_visible_row(self) -> str:
        condition = NAMES_VISIBLE_ROW.format(**asdict(self))
        return condition if self.is_required else f"({self.column} IS NULL OR {condition})"


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """A condition on the rows that a command may read, and on those that it may write.

    Without `check`, the first condition holds for both.
    """

    name: str
    command: str
    using: str
    check: str = ""

    def __str__(self) -> str:
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f"FOR {self.command} USING ({self.using}){check}"


def install_scope_functions(connection: BaseDatabaseWrapper) -> None:
    """Create the functions that return the scope of the session; policies and migrations use them.

    A session without a scope has neither a shop nor all shops.
    """
    with connection.cursor() as cursor:
        cursor.execute(SCOPE_FUNCTIONS)


def secure_tables(connection: BaseDatabaseWrapper) -> None:
    """Give every tenant table its policies, in a transaction for each changed table."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(POLICIES)
        for table, name, description in cursor.fetchall():
            found[table][name] = description
    for table, policies in read_policies(connection).items():
        if found[table] != {policy.name: str(policy) for policy in policies}:
            _replace_policies(connection, table, policies, former=found[table])


def read_policies(connection: BaseDatabaseWrapper) -> dict[str, list[RowPolicy]]:
    """Return the policies that each tenant table of the database should have."""
    with connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES)
        owned = {table for (table,) in cursor.fetchall()}
        cursor.execute(FOREIGN_KEYS)
        keys = [ForeignKey(*row) for row in cursor.fetchall()]
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [SHOPS])
        (has_shops,) = cursor.fetchone()
    policies = {table: _policies_of_owned(table, "shop_id") for table in sorted(owned)}
    if has_shops:
        policies[SHOPS] = _policies_of_owned(SHOPS, "id")
    while children := _find_children(policies, keys):
        policies.update(children)
    return policies


def _policies_of_owned(table: str, column: str) -> list[RowPolicy]:
    policies = [RowPolicy("shop_scope", "ALL", IN_SCOPE.format(column=column))]
    if table in _shared_tables():
        policies.append(RowPolicy("shared_rows", "SELECT", SHARED.format(column=column)))
    return policies


def _shared_tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if getattr(model, "has_shared_rows", False)}


def _find_children(
    secured: Mapping[str, Any], keys: Iterable[ForeignKey]
) -> dict[str, list[RowPolicy]]:
    """Return policies of further tables, with foreign keys to those that are secured.

    Their rows are visible with the rows they name, of which those of all shops say nothing.
    """
    by_table: defaultdict[str, list[ForeignKey]] = defaultdict(list)
    for key in keys:
        if key.other in secured and key.table not in secured:
            by_table[key.table].append(key)
    shared = _shared_tables()
    policies = {}
    for table, named in by_table.items():
        owners = [key for key in named if key.other not in shared] or named
        using, check = _name_visible_rows(owners), _name_visible_rows(named)
        policies[table] = [RowPolicy("shop_scope", "ALL", using, check)]
    return policies


def _name_visible_rows(keys: Sequence[ForeignKey]) -> str:
    conditions = [key.names_visible_row() for key in keys]
    if not any(key.is_required for key in keys):
        columns = ", ".join(key.column for key in keys)
        # A row that names nothing belongs to no shop.
        conditions.append(f"(num_nonnulls({columns}) > 0 OR (SELECT is_all_shops()))")
    return " AND ".join(conditions)


def _replace_policies(
    connection: BaseDatabaseWrapper, table: str, policies: list[RowPolicy], *, former: Iterable[str]
) -> None:
    statements = [f"DROP POLICY {name} ON {table}" for name in former]
    statements.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for policy in policies:
        place = f"POLICY {policy.name} ON {table}"
        statements += [
            f"CREATE {place} {policy}",
            f"COMMENT ON {place} IS '{policy}'",
        ]
    with connection.cursor() as cursor:
        # One message is one transaction.
        cursor.execute("; ".join(statements))


def grant_rights(connection: BaseDatabaseWrapper, *, role: str, password: str) -> None:
    """Let the application's role use the tables, and create it where it is missing.

    It may read and write rows, and nothing else.
    """
    _create_role(connection, role, password)
    statements = [
        "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}",
        "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}",
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = map(sql.Identifier, cursor.fetchone())
        cursor.execute(
            sql.SQL("; ".join(statements)).format(
                schema=schema, database=database, role=sql.Identifier(role)
            )
        )


def _create_role(connection: BaseDatabaseWrapper, role: str, password: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is not None:
            return
        # Encrypted here, so that the password is in no log of the server.
        server = cursor.connection.pgconn
        secret = server.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        command = "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
        cursor.execute(sql.SQL(command).format(sql.Identifier(role), sql.Literal(secret.decode())))
