"""Postgres itself limits every statement to the scope's shop, whatever SQL the product sends."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction
from django.db.utils import DatabaseError
from uuid_utils.compat import uuid7

from catalog.models import Category, Image
from catalog.tests.factories import make_image
from core.postgres.base import IS_PRIVILEGED
from core.postgres.security import read_policies, secure_tables
from core.tenancy import all_shops, shop_scope
from tenants.models import Shop

DATABASE: Any = connections["default"]
SHOP_TABLES = sorted(
    model._meta.db_table
    for model in apps.get_models()
    if any(field.attname == "shop_id" for field in model._meta.concrete_fields)
)
REFUSED = [
    "CREATE TABLE loot (id int)",
    "CREATE TEMPORARY TABLE loot (id int)",
    "CREATE SCHEMA loot",
    "CREATE FUNCTION loot() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE thief",
    "TRUNCATE catalog_image CASCADE",
    "DROP TABLE catalog_image",
    "DROP POLICY shop_scope ON catalog_image",
    "ALTER TABLE catalog_image DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE catalog_image OWNER TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE OR REPLACE FUNCTION is_all_shops() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "ALTER TABLE catalog_image ADD CHECK (name <> 'x')",
    "DELETE FROM django_migrations",
    "SELECT * FROM pg_authid",
    "COPY catalog_image TO PROGRAM 'cat'",
]


def execute(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def visible_shops(table: str = "catalog_image") -> set[UUID | None]:
    column = "id" if table == "tenants_shop" else "shop_id"
    return {shop_id for (shop_id,) in execute(f"SELECT {column} FROM {table}")}  # noqa: S608


@pytest.fixture
def photos(shop, rival):
    """One image of each shop, with a style of its own."""
    images = {}
    for owner in (shop.shop, rival.shop):
        with shop_scope(owner.pk):
            images[owner.pk] = make_image(owner)
            style = Image.styles.rel.model.objects.create(shop=owner, name="Own")
            images[owner.pk].styles.add(style)
    return images


# --- Which tables, and which rights -----------------------------------------------------


@pytest.mark.django_db
def test_every_table_of_shops_is_secured():
    secured = {
        table
        for (table,) in execute(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE relrowsecurity"
        )
    }
    assert {*SHOP_TABLES, "tenants_shop", "catalog_image_styles"} <= secured
    assert set(read_policies(DATABASE)) == secured


@pytest.mark.django_db
def test_a_table_added_later_is_secured_and_so_are_its_children():
    with DATABASE.open_as_owner() as owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int PRIMARY KEY, shop_id uuid)")
        cursor.execute(
            "CREATE TABLE later_child (id int PRIMARY KEY, later_id int REFERENCES later)"
        )
        cursor.execute("CREATE TABLE later_grandchild (child_id int REFERENCES later_child)")
        try:
            secure_tables(owner)
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relname ~ 'later'"
            )
            names = {name for (name,) in cursor.fetchall()}
        finally:
            cursor.execute("DROP TABLE later_grandchild, later_child, later")
    assert names == {"later", "later_child", "later_grandchild"}


@pytest.mark.django_db
def test_policies_that_were_removed_by_hand_return_and_others_are_left_alone():
    oids = "SELECT oid FROM pg_policy ORDER BY oid"
    with DATABASE.open_as_owner() as owner, owner.cursor() as cursor:
        cursor.execute(oids)
        before = cursor.fetchall()
        secure_tables(owner)
        cursor.execute(oids)
        assert cursor.fetchall() == before
        cursor.execute("ALTER TABLE catalog_image DISABLE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY shop_scope ON tenants_shopper")
        secure_tables(owner)
        cursor.execute("SELECT count(*) FROM pg_policy")
        assert cursor.fetchone() == (len(before),)
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'catalog_image'")
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db
def test_no_view_reads_tables_as_their_owner():
    """A view would bypass the policies, as its owner does."""
    assert execute("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []
    assert execute("SELECT matviewname FROM pg_matviews WHERE schemaname = 'public'") == []


@pytest.mark.django_db
def test_the_role_owns_nothing_and_cannot_bypass_the_policies():
    assert execute(IS_PRIVILEGED) == [(False,)]
    (rights,) = execute(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles"
        " WHERE rolname = current_user"
    )
    assert not any(rights)
    assert (
        execute(
            "SELECT roleid FROM pg_auth_members WHERE member = (SELECT oid FROM pg_roles"
            " WHERE rolname = current_user)"
        )
        == []
    )


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_the_role_may_not(statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be (owner|able)|only roles"):
        execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["SET ROLE {owner}", "SET SESSION AUTHORIZATION {owner}"])
def test_the_role_cannot_become_the_owner(statement):
    ((owner,),) = execute("SELECT tableowner FROM pg_tables WHERE tablename = 'catalog_image'")
    with pytest.raises(DatabaseError, match="permission denied"):
        execute(statement.format(owner=owner))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["RESET ALL", "RESET ROLE", "DISCARD ALL", "SET row_security = off"]
)
def test_resetting_a_session_shows_no_more_rows(photos, statement, shop):
    with shop_scope(shop.shop.pk):
        execute("SELECT 1")
        raw = connection.connection.pgconn
        raw.exec_(statement.encode())
        # PostgreSQL refuses the query with `row_security = off`.
        answer = raw.exec_(b"SELECT shop_id FROM catalog_image")
        found = {answer.get_value(row, 0) for row in range(answer.ntuples)}
        assert found <= {str(shop.shop.pk).encode()}
    connection.close()
    connection.close_pool()


@pytest.mark.django_db
def test_production_refuses_a_role_that_could_bypass_the_policies(settings):
    settings.PRODUCTION = True
    with DATABASE.open_as_owner() as owner:
        owner.is_owner = False
        with pytest.raises(Exception, match="DATABASE_URL is a superuser"):
            owner.cursor()


# --- Raw SQL in each scope ------------------------------------------------------------------


@pytest.mark.parametrize("table", [*SHOP_TABLES, "tenants_shop"])
def test_without_a_scope_no_table_has_rows(photos, table):
    assert visible_shops(table) == set()
    assert execute("SELECT count(*) FROM catalog_image_styles") == [(0,)]


@pytest.mark.parametrize("table", [*SHOP_TABLES, "tenants_shop"])
def test_raw_sql_reads_only_the_scopes_shop(photos, shop, rival, table):
    for owner in (shop.shop, rival.shop):
        with shop_scope(owner.pk):
            assert visible_shops(table) <= {owner.pk, None}
            assert execute("SELECT count(*) FROM catalog_image_styles") == [(1,)]
    with all_shops():
        assert visible_shops("catalog_image") == {shop.shop.pk, rival.shop.pk}
        assert execute("SELECT count(*) FROM catalog_image_styles") == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET shop_id = shop_id",
        "DELETE FROM {table}",
        "SELECT 1 FROM {table} FOR UPDATE",
    ],
)
@pytest.mark.parametrize("table", ["catalog_image", "tenants_shopapikey", "catalog_style"])
def test_raw_writes_do_not_reach_another_shop(photos, shop, rival, table, statement):
    with all_shops():
        theirs = f"SELECT count(*) FROM {table} WHERE shop_id = %s"  # noqa: S608
        before = execute(theirs, rival.shop.pk)
    with transaction.atomic():
        with shop_scope(shop.shop.pk):
            execute(statement.format(table=table))
        with all_shops():
            assert execute(theirs, rival.shop.pk) == before != [(0,)]
        # Other rows may need the shop's own ones.
        transaction.set_rollback(True)


def test_no_row_can_be_given_to_another_shop(photos, shop, rival):
    with pytest.raises(ProgrammingError, match="row-level security"), shop_scope(shop.shop.pk):
        execute("UPDATE catalog_image SET shop_id = %s", rival.shop.pk)


@pytest.mark.parametrize("receiver", ["rival", "everybody"])
def test_no_row_can_be_created_for_another_shop(shop, rival, receiver):
    shop_id = rival.shop.pk if receiver == "rival" else None
    with pytest.raises(ProgrammingError, match="row-level security"), shop_scope(shop.shop.pk):
        Category.objects.create(shop_id=shop_id, name="Planted")


def test_no_row_can_be_created_without_a_scope(shop):
    with pytest.raises(ProgrammingError, match="row-level security"):
        Category.objects.create(shop=shop.shop, name="Planted")


def test_a_style_cannot_be_put_on_another_shops_image(photos, shop, rival):
    style = photos[shop.shop.pk].styles
    with shop_scope(shop.shop.pk):
        own = style.get()
    with pytest.raises(ProgrammingError, match="row-level security"), shop_scope(shop.shop.pk):
        execute(
            "INSERT INTO catalog_image_styles (image_id, style_id) VALUES (%s, %s)",
            photos[rival.shop.pk].pk,
            own.pk,
        )


def test_default_facets_are_read_by_every_shop_and_written_by_none(shop):
    with shop_scope(shop.shop.pk):
        assert execute("SELECT count(*) FROM catalog_category WHERE shop_id IS NULL") > [(0,)]
        for change in (
            "UPDATE catalog_category SET name = 'Taken'",
            "DELETE FROM catalog_category",
        ):
            assert execute(f"{change} WHERE shop_id IS NULL") == [(0,)]


def test_the_owners_function_finds_only_images_of_the_scope(photos, shop, rival):
    find = "SELECT search_images('red'::tsquery, '{published}', NULL)"
    assert execute(find) == []
    for owner in (shop.shop.pk, rival.shop.pk):
        with shop_scope(owner):
            assert execute(find) == [(photos[owner].pk,)]
    with all_shops():
        assert {pk for (pk,) in execute(find)} == {image.pk for image in photos.values()}


@pytest.mark.django_db
def test_functions_of_the_owner_have_a_fixed_search_path():
    """Otherwise a caller could put functions or tables of their own before the owner's."""
    found = execute(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef"
        " AND pronamespace = 'public'::regnamespace"
    )
    assert "search_images" in dict(found)
    for name, options in found:
        assert "search_path=pg_catalog, public, pg_temp" in (options or []), name


def test_the_scope_of_an_injected_setting_ends_with_its_statement(photos, shop, rival):
    with shop_scope(shop.shop.pk):
        execute("SELECT set_config('application_name', %s, false)", f"atelier shop {rival.shop.pk}")
        assert visible_shops() == {shop.shop.pk}


# --- One connection for everybody -----------------------------------------------------------


@pytest.fixture
def one_connection(transactional_db):
    """Make all threads of this process share one connection of the pool."""
    pool = connection.settings_dict["OPTIONS"]["pool"]
    usual = dict(pool)
    connection.close()
    connection.close_pool()
    pool["max_size"] = 1
    yield
    connection.close()
    connection.close_pool()
    pool.update(usual)


def in_thread(work):
    """Run work in a thread without a scope, as a request begins, and release its connection."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def test_shops_take_turns_on_one_connection(one_connection, photos, shop, rival):
    connection.close()
    for owner in islice(cycle((shop.shop.pk, rival.shop.pk)), 20):
        with shop_scope(owner):
            assert visible_shops() == {owner}
        assert visible_shops() == set()
        connection.close()
        assert in_thread(visible_shops) == set()


def test_threads_take_turns_on_one_connection(one_connection, photos, shop, rival):
    connection.close()
    wrong: list[object] = []

    def ask(owner):
        for number in range(30):
            try:
                with shop_scope(owner), transaction.atomic():
                    wrong.extend(visible_shops() ^ {owner})
                    if number % 3 == 0:
                        raise ZeroDivisionError
                    if number % 3 == 1:
                        execute("SELECT 1 / 0")
            except (ZeroDivisionError, DatabaseError):
                pass
            wrong.extend(visible_shops())
            connection.close()

    owners = [shop.shop.pk, rival.shop.pk] * 3
    with ThreadPoolExecutor(len(owners)) as threads:
        list(threads.map(ask, owners))
    assert wrong == []


def test_rollbacks_restore_no_earlier_scope(one_connection, photos, shop, rival):
    mine, theirs = shop.shop.pk, rival.shop.pk
    with transaction.atomic():
        with shop_scope(theirs):
            assert visible_shops() == {theirs}
        with pytest.raises(ZeroDivisionError), shop_scope(mine), transaction.atomic():
            assert visible_shops() == {mine}
            raise ZeroDivisionError
        assert visible_shops() == set()
        with shop_scope(mine):
            savepoint = transaction.savepoint()
            with shop_scope(theirs):
                assert visible_shops() == {theirs}
                transaction.savepoint_rollback(savepoint)
                assert visible_shops() == {theirs}
            assert visible_shops() == {mine}
    with shop_scope(theirs):
        execute("BEGIN")
        execute("SELECT 1")
        execute("ROLLBACK")
        assert visible_shops() == {theirs}
    assert visible_shops() == set()


def test_a_failed_statement_keeps_the_scope(photos, shop):
    with shop_scope(shop.shop.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute("SELECT 1 / 0")
        assert visible_shops() == {shop.shop.pk}


def test_rows_of_a_server_side_cursor_are_of_its_scope(one_connection, shop, rival):
    for owner in (shop.shop, rival.shop):
        with shop_scope(owner.pk):
            for _ in range(5):
                make_image(owner)
    with transaction.atomic():
        with shop_scope(shop.shop.pk):
            rows = Image.objects.select_related("shop").iterator(chunk_size=2)
            first = next(rows)
        with shop_scope(rival.shop.pk):
            assert visible_shops() == {rival.shop.pk}
            # The scope only matters while rows are fetched; then it is the caller's again.
            found = [first, *rows]
            assert {image.shop for image in found} == {shop.shop}
            assert len(found) == 5
            assert visible_shops() == {rival.shop.pk}


def test_a_lazy_cursor_reads_the_scope_that_it_was_opened_in(one_connection, photos, shop, rival):
    with transaction.atomic():
        with shop_scope(shop.shop.pk):
            cursor = connection.chunked_cursor()
            cursor.execute("SELECT shop_id FROM catalog_image")
        with shop_scope(rival.shop.pk):
            assert cursor.fetchmany(10) == [(shop.shop.pk,)]
        cursor.close()


@pytest.mark.parametrize("send", ["stream", "copy", "executemany", "connection", "pipeline"])
def test_every_way_to_send_a_statement_has_the_scope(one_connection, photos, shop, rival, send):
    query = "SELECT shop_id FROM catalog_image"
    connection.ensure_connection()
    raw = connection.connection
    for owner in (shop.shop.pk, rival.shop.pk):
        with shop_scope(owner), raw.cursor() as cursor:
            if send == "stream":
                rows = list(cursor.stream(query))
            elif send == "copy":
                with cursor.copy(f"COPY ({query}) TO STDOUT") as copied:
                    rows = [(UUID(bytes(data).decode().strip()),) for data in copied]
            elif send == "executemany":
                cursor.executemany(f"{query} WHERE width > %s", [[0]], returning=True)
                rows = cursor.fetchall()
            elif send == "connection":
                rows = raw.execute(query).fetchall()
            else:
                with raw.pipeline():
                    with shop_scope(shop.shop.pk):
                        raw.execute("SELECT 1")
                    rows = raw.execute(query).fetchall()
        assert rows == [(owner,)]


def test_a_killed_connection_is_replaced_by_one_without_a_shop(one_connection, photos, shop):
    with shop_scope(shop.shop.pk):
        ((process,),) = execute("SELECT pg_backend_pid()")
        with DATABASE.open_as_owner() as owner, owner.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [process])
        with pytest.raises(DatabaseError):
            visible_shops()
        connection.close()
        assert visible_shops() == {shop.shop.pk}
    connection.close()
    assert in_thread(visible_shops) == set()


def test_parallel_plans_have_the_scope(photos, shop):
    with shop_scope(shop.shop.pk), transaction.atomic():
        execute("SET LOCAL debug_parallel_query = on")
        assert visible_shops() == {shop.shop.pk}


def test_another_programs_connection_has_no_rows(photos, transactional_db):
    database = settings.DATABASES["default"]
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"],
        user=database["USER"],
        password=database["PASSWORD"],
        host=database["HOST"],
        port=database["PORT"],
    ) as plain:
        assert plain.execute("SELECT count(*) FROM catalog_image").fetchone() == (0,)
        assert plain.execute("SELECT count(*) FROM tenants_shop").fetchone() == (0,)


# --- Requests and the admin -----------------------------------------------------------------


def test_a_request_reads_through_one_connection_what_its_shop_owns(
    one_connection, photos, shop, rival
):
    connection.close()
    for owner, client in islice(cycle(((shop, shop.client), (rival, rival.client))), 6):
        listed = client.get("/api/v1/images/").json()["results"]
        assert [row["id"] for row in listed] == [str(photos[owner.shop.pk].pk)]
        assert visible_shops() == set()


def test_a_shop_is_created_in_its_own_scope(db):
    new = uuid7()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Shop.objects.create(id=new, name="Unscoped")
    with shop_scope(new):
        Shop.objects.create(id=new, name="Scoped")


def test_the_scope_of_a_thread_is_not_another_threads(photos, shop):
    with shop_scope(shop.shop.pk):
        assert in_thread(visible_shops) == set()


# --- Management commands --------------------------------------------------------------------


def test_dumped_rows_of_all_shops_can_be_loaded_again(photos, tmp_path, shop, rival):
    file = tmp_path / "rows.json"
    names = ["tenants.shop", "catalog.category", "catalog.style"]
    call_command("dumpdata", *names, output=str(file), verbosity=0)
    text = file.read_text()
    assert str(shop.shop.pk) in text and str(rival.shop.pk) in text
    call_command("loaddata", str(file), verbosity=0)


@pytest.mark.django_db
def test_migrate_only_reads_when_it_shows_its_plan():
    with DATABASE.open_as_owner() as owner, owner.cursor() as cursor:
        cursor.execute("DROP POLICY shop_scope ON tenants_shopper")
        call_command("migrate", plan=True, stdout=StringIO())
        cursor.execute("SELECT FROM pg_policy WHERE polrelid = 'tenants_shopper'::regclass")
        assert cursor.rowcount == 0
        secure_tables(owner)


@pytest.mark.django_db
def test_a_second_migrate_changes_nothing_and_leaves_the_usual_connection():
    call_command("migrate", verbosity=0)
    assert connections["default"] is DATABASE
    assert execute(IS_PRIVILEGED) == [(False,)]
